import { readQuery } from '#lib/connectors/cs-tools/execute-query.ts'
import { type CsToolsSettings, csToolsSettings } from '#lib/connectors/cs-tools/settings.ts'
import { probeQueries, queryRequest, querySettings } from '#lib/connectors/peoplesoft/probe-queries.ts'
import { checked } from './kit/check.ts'
import { defineConnector } from './kit/connector.ts'

/** The newer query endpoint in front of PeopleSoft: the same queries, behind a key. */
export default defineConnector<CsToolsSettings>({
  kind: 'cs-tools',
  settings: csToolsSettings,
  assetSettings: querySettings,
  assetKind: 'source',

  check: (connection) =>
    checked(connection, async () => {
      for await (const _row of readQuery(connection, { query: connection.settings.checkQuery })) break
      return 'The query endpoint accepts our key and answers.'
    }),

  observe: (connection, assets) => probeQueries(connection, assets, (call) => readQuery(connection, call)),

  extractRequest: queryRequest,

  async *extract(connection, input) {
    yield* readQuery(connection, queryRequest.parse(input))
  },
})
