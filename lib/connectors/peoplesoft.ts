import { readQuery } from '#lib/connectors/peoplesoft/execute-query.ts'
import { probeQueries, queryRequest, querySettings } from '#lib/connectors/peoplesoft/probe-queries.ts'
import { type PeopleSoftSettings, peopleSoftSettings } from '#lib/connectors/peoplesoft/settings.ts'
import { checked } from './kit/check.ts'
import { defineConnector } from './kit/connector.ts'

/** PeopleSoft's Query Access Service: one asset per query, its path is the query's name. */
export default defineConnector<PeopleSoftSettings>({
  kind: 'peoplesoft',
  settings: peopleSoftSettings,
  assetSettings: querySettings,
  assetKind: 'source',

  check: (connection) =>
    checked(connection, async () => {
      await Array.fromAsync(readQuery(connection, { query: connection.settings.checkQuery, rowsMax: 1 }))
      return `Signed in as ${connection.settings.user}; the query service answers.`
    }),

  observe: (connection, assets) => probeQueries(connection, assets, (call) => readQuery(connection, call)),

  extractRequest: queryRequest,

  async *extract(connection, input) {
    yield* readQuery(connection, queryRequest.parse(input))
  },
})
