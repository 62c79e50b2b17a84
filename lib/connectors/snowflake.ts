import { isReference } from '#lib/catalogue/schema/document.ts'
import type { PartialIdentity } from '#lib/domain/lineage/identity.ts'
import { defineConnector } from './kit/connector.ts'
import { bringsSql } from './kit/sql/trial.ts'
import { snowflakeExtractRequest } from './snowflake/extract.ts'
import { type SnowflakeSettings, snowflakeAssetSchema, snowflakeSettingsSchema } from './snowflake/settings.ts'
import { accountOf } from './snowflake/sign-in.ts'
import { foldName, quoteName } from './snowflake/table-path.ts'

const isTold = (value: unknown): value is string => typeof value === 'string' && value !== '' && !isReference(value)

/** What others call the tables of an account, as far as the settings tell. */
function identityOf({ url, account, database }: Record<string, unknown>): PartialIdentity {
  const isKnown = isTold(url) && URL.canParse(url) && (account === undefined || isTold(account))
  return {
    case: 'upper',
    omits: ['PUBLIC'],
    ...(isTold(database) && { names: [quoteName(foldName(database))] }),
    ...(isKnown && { namespaces: [`snowflake://${accountOf({ url, account: isTold(account) ? account : undefined })}`] }),
  }
}

/** Snowflake over its SQL API: a path is `schema.table`, or `database.schema.table`. */
export default defineConnector<SnowflakeSettings>({
  kind: 'snowflake',
  example: {
    settings: [
      {
        url: 'https://acme-main.snowflake.example.edu',
        account: 'ACME-MAIN',
        user: 'TIDEMARK',
        privateKey: '${SNOWFLAKE_KEY}',
        warehouse: 'PROBE_XS',
        database: 'ANALYTICS',
      },
      { url: 'https://acme-main.snowflake.example.edu', token: '${SNOWFLAKE_TOKEN}', warehouse: 'PROBE_XS', database: 'ANALYTICS' },
    ],
    asset: { path: 'raw.orders', settings: { column: 'loaded_at' } },
    speaksTo: 'Snowflake, over its SQL API',
    told: '`url`, `warehouse`, `database`, and `user` with `privateKey` or `token`; `nextPrivateKey` while keys are changed, `passphrase`, `account`, `role`, `databases`, `schemas`, `zone`, `statementTimeout` 1m, `budget` in credits a day, `creditsPerHour` 1, `readViewsEvery` 15m',
    toldOfAsset:
      '`column`, `zone`, `clock`, `dataThrough`, `where`; `expect`: `{ key, of, each }`, what each key of it should have; `loadedAt`, `writtenAt`, `dataThroughAt`: `{ sql }`, a statement that gives one time',
    asked: '`sql`: one statement that reads',
    evidence: [
      { reads: 'the newest value of `column`, where something moved', clock: 'writtenAt', strength: 'strong' },
      { reads: 'the newest value of `dataThrough`', clock: 'dataThroughAt', strength: 'strong' },
      { reads: 'what the statement `loadedAt: { sql }` gives', clock: 'loadedAt', strength: 'strong' },
      { reads: 'of a dynamic table, its last good refresh', clock: 'loadedAt', strength: 'strong' },
      { reads: 'without a column, more rows or other bytes, never `LAST_ALTERED` alone', clock: 'writtenAt', strength: 'weak' },
    ],
    permission: '`USAGE` on warehouse, database and schemas; `SELECT` on the tables; `MONITOR` on dynamic tables',
  },
  settings: snowflakeSettingsSchema,
  assetSettings: snowflakeAssetSchema,
  assetKind: 'table',
  identity: identityOf,
  limits: { atOnce: 8, perMinute: null },
  bringsSql: (settings) => bringsSql(settings) || settings['expect'] !== undefined,
  extractRequest: snowflakeExtractRequest,
  open: async (connection) => (await import('./snowflake/open.ts')).openSnowflake(connection),
})
