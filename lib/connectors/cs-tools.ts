import { type CsToolsSettings, csToolsSettings } from '#lib/connectors/cs-tools/settings.ts'
import { queryRequest, querySettings } from '#lib/connectors/peoplesoft/query.ts'
import { defineConnector } from './kit/connector.ts'
import { UNLIMITED } from './kit/turns.ts'

/** The newer query endpoint in front of PeopleSoft: the same queries, behind a key. */
export default defineConnector<CsToolsSettings>({
  kind: 'cs-tools',
  example: {
    settings: [{ url: 'https://gateway.example.edu/api/v1/queries/execute', key: '${CS_TOOLS_KEY}' }],
    asset: { path: 'BU_TERM_QRY' },
    speaksTo: 'the same queries behind a key',
    told: '`url`, `key`; `checkQuery` BU_TERM_QRY, `timeout` 2m, `zone`',
    toldOfAsset: '`watermark`, `prompts`',
    asked: '`query` (by default the path), `prompts`',
    evidence: [
      { reads: 'the newest value of `watermark`', clock: 'dataThroughAt', strength: 'strong' },
      { reads: 'a change of the rows', clock: 'writtenAt', strength: 'weak' },
    ],
    permission: 'a key that may execute the queries',
  },
  settings: csToolsSettings,
  assetSettings: querySettings,
  assetKind: 'source',
  limits: UNLIMITED,

  extractRequest: queryRequest,
  open: async (connection) => (await import('./cs-tools/open.ts')).openCsTools(connection),
})
