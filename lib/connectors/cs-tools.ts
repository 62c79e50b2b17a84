import { readQuery } from '#lib/connectors/cs-tools/execute-query.ts'
import { type CsToolsSettings, csToolsSettings } from '#lib/connectors/cs-tools/settings.ts'
import { probeQueries, queryRequest, querySettings } from '#lib/connectors/peoplesoft/probe-queries.ts'
import { failedCheck } from './kit/check.ts'
import { defineConnector } from './kit/connector.ts'

/** The newer query endpoint in front of PeopleSoft: the same queries, behind a key. */
export default defineConnector<CsToolsSettings>({
  kind: 'cs-tools',
  settings: csToolsSettings,
  assetSettings: querySettings,
  assetKind: 'source',

  async check(connection) {
    try {
      for await (const _row of readQuery(connection, { query: connection.settings.checkQuery })) break
      return { ok: true, detail: 'The query endpoint accepts our key and answers.', credentialExpiresAt: null }
    } catch (error) {
      return failedCheck(connection, error)
    }
  },

  observe: (connection, assets) => probeQueries(connection, assets, (call) => readQuery(connection, call)),

  extractRequest: queryRequest,

  async *extract(connection, input) {
    yield* readQuery(connection, queryRequest.parse(input))
  },
})
