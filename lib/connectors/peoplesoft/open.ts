import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { readQuery } from './execute-query.ts'
import { probeQueries } from './probe-queries.ts'
import { queryRequest } from './query.ts'
import type { PeopleSoftSettings } from './settings.ts'

/** A session of `peoplesoft`, with all that it asks by. */
export function openPeopleSoft(connection: Connection<PeopleSoftSettings>): Session {
  return {
    check: () =>
      checked(connection, async () => {
        await Array.fromAsync(readQuery(connection, { query: connection.settings.checkQuery, rowsMax: 1 }))
        return `Signed in as ${connection.settings.user}; the query service answers.`
      }),

    observe: (assets) => probeQueries(connection, assets, (call) => readQuery(connection, call)),

    async *extract(input, signal) {
      yield* readQuery(forQuestion(connection, signal), queryRequest.parse(input))
    },
  }
}
