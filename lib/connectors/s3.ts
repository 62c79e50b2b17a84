import { AWS_TOLD } from './kit/aws/settings.ts'
import { defineConnector } from './kit/connector.ts'
import { STORE_ASKED, STORE_ASSET_TOLD, STORE_CONNECTOR } from './kit/stores/settings.ts'
import { whereInS3 } from './kit/stores/where-is.ts'
import { type S3Settings, s3Settings } from './s3/settings.ts'

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
  ...STORE_CONNECTOR,
  whereIs: whereInS3,
  open: async (connection) => (await import('./s3/open.ts')).openS3(connection),
})
