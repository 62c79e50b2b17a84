import { copyBlob } from './azure-blob/copy-blob.ts'
import { AzureQueue, AzureQueueAccess } from './azure-blob/queue.ts'
import { type AzureBlobSettings, azureBlobSettings } from './azure-blob/settings.ts'
import { AzureAccess, AzureStore, endOfSignature } from './azure-blob/store.ts'
import { checked } from './kit/check.ts'
import { defineConnector } from './kit/connector.ts'
import type { FileSession } from './kit/files.ts'
import { forQuestion } from './kit/session.ts'
import { discoverFolders } from './kit/stores/discover-folders.ts'
import { extractFiles, storeExtractRequest } from './kit/stores/extract-files.ts'
import { listFiles } from './kit/stores/list-files.ts'
import { lookIn } from './kit/stores/look-in.ts'
import { observeStore } from './kit/stores/observe-store.ts'
import { openWhole } from './kit/stores/open-whole.ts'
import { STORE_ASKED, STORE_ASSET_TOLD, storeAssetSettings } from './kit/stores/settings.ts'
import { whereInAzure } from './kit/stores/where-is.ts'

/** Files in Azure Blob Storage: a path is `<container>/<folder or file>`. */
export default defineConnector<AzureBlobSettings>({
  kind: 'azure-blob',
  example: {
    settings: [
      {
        url: 'https://shop.blob.example.edu',
        accountKey: '${AZURE_STORAGE_KEY}',
        queue: 'https://shop.queue.example.edu/landing',
      },
      { url: 'https://shop.blob.example.edu', sas: '${AZURE_STORAGE_SAS}' },
      {
        url: 'https://shop.blob.example.edu',
        tenant: 'example',
        clientId: '7d1c1b9e-0000-4000-8000-000000000000',
        clientSecret: '${AZURE_CLIENT_SECRET}',
        authority: 'https://login.example.edu',
      },
    ],
    asset: { path: 'landing/incoming', settings: { match: '*.jsonl.gz' } },
    speaksTo: 'Azure Blob Storage',
    told: '`url`, and one of `accountKey`, `sas`, `clientSecret` or `federatedToken` (with `tenant`, `clientId`), `managedIdentity` true (perhaps with `clientId`); `containers`, `queue` the address of a storage queue that is told of files, `account` as in the host, `authority` https://login.microsoftonline.com, `timeout` 30s',
    toldOfAsset: STORE_ASSET_TOLD,
    asked: STORE_ASKED,
    evidence: [
      {
        reads: '`Last-Modified` of the newest file below the path, or of the file, which its metadata move, too',
        clock: 'writtenAt',
        strength: 'weak',
      },
    ],
    permission:
      'Storage Blob Data Reader; to copy files Storage Blob Data Contributor; where there is a queue, Storage Queue Data Message Processor and Storage Queue Data Reader. Or a signature that lets read and list, and of the queue read, update and process',
  },
  settings: azureBlobSettings,
  assetSettings: storeAssetSettings,
  assetKind: 'source',
  limits: { atOnce: 16, perMinute: null },
  keepsFiles: true,
  copiesFiles: true,
  extractRequest: storeExtractRequest,
  extractsFiles: true,
  hasQueue: ({ queue }) => queue !== undefined,
  whereIs: whereInAzure,

  open(connection) {
    const blobs = new AzureAccess(connection)
    const queue = new AzureQueueAccess(connection)
    const hasQueue = connection.settings.queue !== undefined
    const storeFor = (signal?: AbortSignal) => new AzureStore(forQuestion(connection, signal), blobs)
    const queueFor = (signal?: AbortSignal) => new AzureQueue(forQuestion(connection, signal), queue)
    const reading: Required<Pick<FileSession, 'files' | 'openFile'>> = {
      files: (where, signal) => listFiles(storeFor(signal), where),
      openFile: (file, signal) => openWhole(forQuestion(connection, signal), storeFor(signal), file),
    }
    return {
      check: () =>
        checked(connection, async () => ({
          detail: await lookIn(storeFor(), connection.settings.containers, hasQueue ? queueFor() : null),
          credentialExpiresAt: endOfSignature(connection.settings.sas),
        })),
      async *discover() {
        const store = storeFor()
        yield* discoverFolders(store, await store.buckets())
      },
      observe: (assets) => observeStore(connection, storeFor(), assets, 'weak'),
      ...reading,
      extract: (request, signal) => extractFiles({ connection, session: reading }, request, signal),
      copyFile: (file, to, signal) => copyBlob(forQuestion(connection, signal), storeFor(signal), file, to),
      ...(hasQueue && { fileMessages: (signal?: AbortSignal) => queueFor(signal).messages() }),
    }
  },
})
