import { type AzureBlobSettings, azureBlobSettings } from './azure-blob/settings.ts'
import { defineConnector } from './kit/connector.ts'
import { STORE_ASKED, STORE_ASSET_TOLD, STORE_CONNECTOR } from './kit/stores/settings.ts'
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
  ...STORE_CONNECTOR,
  whereIs: whereInAzure,
  open: async (connection) => (await import('./azure-blob/open.ts')).openAzureBlob(connection),
})
