import { type DynamoSettings, dynamoAssetSettings, dynamoSettings, whyNoTable } from './dynamodb/settings.ts'
import { AWS_TOLD } from './kit/aws/settings.ts'
import { defineConnector } from './kit/connector.ts'

/** Amazon DynamoDB, or whatever speaks as it does: a path is the name of a table. */
export default defineConnector<DynamoSettings>({
  kind: 'dynamodb',
  example: {
    settings: [
      { endpoint: 'https://dynamodb.example.edu', accessKeyId: '${DYNAMO_KEY_ID}', secretAccessKey: '${DYNAMO_SECRET_KEY}' },
      {
        endpoint: 'https://dynamodb.example.edu',
        region: 'eu-central-1',
        accessKeyId: '${DYNAMO_KEY_ID}',
        secretAccessKey: '${DYNAMO_SECRET_KEY}',
        role: 'arn:aws:iam::111122223333:role/tidemark',
      },
    ],
    asset: { path: 'landing_table', settings: { item: { uuid: '#load', upload_date: 'prices' }, attribute: 'loaded_at' } },
    speaksTo: 'Amazon DynamoDB, and what speaks as it does',
    told: `\`region\` or \`endpoint\`; ${AWS_TOLD}, \`tables\` looked at by check and discovery, \`timeout\` 30s`,
    toldOfAsset:
      '`item`: the key of one item, and `attribute`, in which the time stands; or `partition`, a value of the first key, with `index`, `attribute`; `clock`, `zone`',
    asked: null,
    evidence: [
      { reads: '`attribute` of the one `item` in which loads note their time', clock: 'loadedAt', strength: 'strong' },
      { reads: 'the last second key of a `partition`, or `attribute` of that item', clock: 'writtenAt', strength: 'strong' },
    ],
    permission:
      '`dynamodb:DescribeTable` and, to look, `GetItem` or `Query`; to check and discover `ListTables` unless `tables` names them; flows that land in it `BatchWriteItem` and `PutItem`',
  },
  settings: dynamoSettings,
  assetSettings: dynamoAssetSettings,
  assetKind: 'table',
  limits: { atOnce: 8, perMinute: null },
  takesRows: true,
  hasClock: ({ settings: { item, partition } }) => item !== undefined || partition !== undefined,
  refuseAsset({ path }) {
    const why = whyNoTable(path)
    return why === null ? null : { at: [], problem: `"${path}" ${why}.`, remedy: 'Write <connection>/<table>, such as landing/prices.' }
  },
  open: async (connection) => (await import('./dynamodb/open.ts')).openDynamoDb(connection),
})
