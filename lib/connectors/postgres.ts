import { defineConnector } from './kit/connector.ts'
import { bringsSql } from './kit/sql/trial.ts'
import { postgresExtractRequest } from './postgres/extract.ts'
import { identityOf } from './postgres/identity.ts'
import { type PostgresSettings, postgresAssetSchema, postgresSettingsSchema } from './postgres/settings.ts'

export default defineConnector<PostgresSettings>({
  kind: 'postgres',
  example: {
    settings: [{ url: 'postgres://tidemark:${WAREHOUSE_PASSWORD}@warehouse.example.edu:5432/warehouse' }],
    asset: { path: 'sales.orders', settings: { column: 'loaded_at' } },
    speaksTo: 'a PostgreSQL database',
    told: '`url`; `schemas`, `zone`, `statementTimeout` 10s, `connections` 4, `fullLookEvery` 12, `pulse` never, where a sign-in every 10 s is too many',
    toldOfAsset:
      '`column`, `zone`, `clock`, `dataThrough`, `where`; `expect`: `{ key, of, each }`, what each key of it should have; `loadedAt`, `writtenAt`, `dataThroughAt`: `{ sql }`, a statement that gives one time',
    asked: '`sql`: one statement that reads; by default the whole table',
    evidence: [
      { reads: 'the newest value of `column`', clock: 'writtenAt', strength: 'strong' },
      { reads: 'the newest value of `dataThrough`', clock: 'dataThroughAt', strength: 'strong' },
      { reads: 'what the statement `loadedAt: { sql }` gives', clock: 'loadedAt', strength: 'strong' },
      { reads: 'without a column, the counters of its writes, and whether rows became visible', clock: 'writtenAt', strength: 'weak' },
    ],
    permission: '`CONNECT`; `USAGE` on the schemas; `SELECT` on the tables',
  },
  settings: postgresSettingsSchema,
  assetSettings: postgresAssetSchema,
  assetKind: 'table',
  identity: identityOf,
  hasPulse: ({ pulse }) => pulse !== 'never',
  bringsSql: (settings) => bringsSql(settings) || settings['expect'] !== undefined,
  extractRequest: postgresExtractRequest,
  open: async (connection) => (await import('./postgres/open.ts')).openPostgres(connection),
})
