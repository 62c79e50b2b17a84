import { queryRequest, querySettings } from '#lib/connectors/peoplesoft/query.ts'
import { type PeopleSoftSettings, peopleSoftSettings } from '#lib/connectors/peoplesoft/settings.ts'
import { defineConnector } from './kit/connector.ts'
import { UNLIMITED } from './kit/turns.ts'

/** PeopleSoft's Query Access Service: one asset per query, its path is the query's name. */
export default defineConnector<PeopleSoftSettings>({
  kind: 'peoplesoft',
  example: {
    settings: [{ baseUrl: 'https://ps.example.edu', user: 'TIDEMARK', password: '${PEOPLESOFT_PASSWORD}' }],
    asset: { path: 'BU_TERM_QRY' },
    speaksTo: 'PeopleSoft’s query service',
    told: '`baseUrl`, `user`, `password`; `node` PSFT_CS, `owner` PUBLIC, `checkQuery` BU_TERM_QRY, `timeout` 2m, `zone`',
    toldOfAsset: '`watermark`, `prompts`',
    asked: '`query` (by default the path), `prompts`',
    evidence: [
      { reads: 'the newest value of `watermark`', clock: 'dataThroughAt', strength: 'strong' },
      { reads: 'a change of the rows', clock: 'writtenAt', strength: 'weak' },
    ],
    permission: 'an account that may run the queries by the query service, and the trees they read',
  },
  settings: peopleSoftSettings,
  assetSettings: querySettings,
  assetKind: 'source',
  limits: UNLIMITED,

  extractRequest: queryRequest,
  open: async (connection) => (await import('./peoplesoft/open.ts')).openPeopleSoft(connection),
})
