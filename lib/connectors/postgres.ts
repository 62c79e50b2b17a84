import { defineConnector } from './kit/connector.ts'
import { check } from './postgres/check.ts'
import { discover } from './postgres/discover.ts'
import { extractRows, postgresExtractRequest } from './postgres/extract.ts'
import { identityOf } from './postgres/identity.ts'
import { observe } from './postgres/observe.ts'
import { type PostgresSettings, postgresAssetSchema, postgresSettingsSchema } from './postgres/settings.ts'

export default defineConnector<PostgresSettings>({
  kind: 'postgres',
  settings: postgresSettingsSchema,
  assetSettings: postgresAssetSchema,
  assetKind: 'table',
  identity: identityOf,
  check,
  discover,
  observe,
  extractRequest: postgresExtractRequest,
  extract: extractRows,
})
