import { AWS_TOLD } from './kit/aws/settings.ts'
import { checked } from './kit/check.ts'
import { defineConnector } from './kit/connector.ts'
import type { FileSession } from './kit/files.ts'
import { forQuestion } from './kit/session.ts'
import { discoverFolders } from './kit/stores/discover-folders.ts'
import { extractFiles, storeExtractRequest } from './kit/stores/extract-files.ts'
import { lookIn } from './kit/stores/look-in.ts'
import { observeStore } from './kit/stores/observe-store.ts'
import { openWhole } from './kit/stores/open-whole.ts'
import { STORE_ASKED, STORE_ASSET_TOLD, storeAssetSettings } from './kit/stores/settings.ts'
import { whereInS3 } from './kit/stores/where-is.ts'
import { copyFile } from './s3/copy-file.ts'
import { listWithVersions } from './s3/list-versions.ts'
import { Queue, QueueAccess } from './s3/queue.ts'
import { type S3Settings, s3Settings } from './s3/settings.ts'
import { S3Access, S3Store } from './s3/store.ts'

/** Files in Amazon S3, or in whatever speaks as it does: a path is `<bucket>/<folder or file>`. */
export default defineConnector<S3Settings>({
  kind: 's3',
  example: {
    settings: [
      {
        endpoint: 'https://s3.example.edu',
        accessKeyId: '${S3_KEY_ID}',
        secretAccessKey: '${S3_SECRET_KEY}',
        queue: 'https://sqs.example.edu/111122223333/landing',
      },
      {
        endpoint: 'https://s3.example.edu',
        region: 'eu-central-1',
        accessKeyId: '${S3_KEY_ID}',
        secretAccessKey: '${S3_SECRET_KEY}',
        role: 'arn:aws:iam::111122223333:role/tidemark',
      },
    ],
    asset: { path: 'landing/incoming', settings: { match: '*.jsonl.gz' } },
    speaksTo: 'Amazon S3, and what speaks as it does',
    told: `\`region\` or \`endpoint\`; ${AWS_TOLD}, \`buckets\`, \`queue\` the address of an SQS queue that is told of files, \`pathStyle\` true with an endpoint, \`timeout\` 30s`,
    toldOfAsset: STORE_ASSET_TOLD,
    asked: STORE_ASKED,
    evidence: [{ reads: '`LastModified` of the newest file below the path, or of the file', clock: 'writtenAt', strength: 'strong' }],
    permission:
      '`s3:ListBucket`, and to check and discover `s3:ListAllMyBuckets` unless `buckets` names them; flows read with `s3:GetObject`, `s3:GetBucketVersioning`, `s3:ListBucketVersions` and `s3:GetObjectVersion`, copy with `s3:PutObject`; the queue wants `sqs:ReceiveMessage`, `DeleteMessage`, `ChangeMessageVisibility`, `GetQueueAttributes`',
  },
  settings: s3Settings,
  assetSettings: storeAssetSettings,
  assetKind: 'source',
  limits: { atOnce: 16, perMinute: null },
  keepsFiles: true,
  copiesFiles: true,
  extractRequest: storeExtractRequest,
  extractsFiles: true,
  hasQueue: ({ queue }) => queue !== undefined,
  whereIs: whereInS3,

  open(connection) {
    const files = new S3Access(connection)
    const queue = new QueueAccess(connection)
    const hasQueue = connection.settings.queue !== undefined
    const storeFor = (signal?: AbortSignal) => new S3Store(forQuestion(connection, signal), files)
    const queueFor = (signal?: AbortSignal) => new Queue(forQuestion(connection, signal), queue)
    const reading: Required<Pick<FileSession, 'files' | 'openFile'>> = {
      files: (where, signal) => listWithVersions(storeFor(signal), where),
      openFile: (file, signal) => openWhole(forQuestion(connection, signal), storeFor(signal), file),
    }
    return {
      check: () => checked(connection, () => lookIn(storeFor(), connection.settings.buckets, hasQueue ? queueFor() : null)),
      async *discover() {
        const store = storeFor()
        yield* discoverFolders(store, await store.buckets())
      },
      observe: (assets) => observeStore(connection, storeFor(), assets, 'strong'),
      ...reading,
      extract: (request, signal) => extractFiles({ connection, session: reading }, request, signal),
      copyFile: (file, to, signal) => copyFile(storeFor(signal), file, to),
      ...(hasQueue && { fileMessages: (signal?: AbortSignal) => queueFor(signal).messages() }),
      close: async () => {
        await Promise.all([files.close(), queue.close()])
      },
    }
  },
})
