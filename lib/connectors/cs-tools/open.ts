import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { probeQueries } from '#lib/connectors/peoplesoft/probe-queries.ts'
import { queryRequest } from '#lib/connectors/peoplesoft/query.ts'
import { readQuery } from './execute-query.ts'
import type { CsToolsSettings } from './settings.ts'

/** A session of `cs-tools`, with all that it asks by. */
export function openCsTools(connection: Connection<CsToolsSettings>): Session {
  return {
    check: () =>
      checked(connection, async () => {
        for await (const _row of readQuery(connection, { query: connection.settings.checkQuery })) break
        return 'The query endpoint accepts our key and answers.'
      }),

    observe: (assets) => probeQueries(connection, assets, (call) => readQuery(connection, call)),

    async *extract(input, signal) {
      yield* readQuery(forQuestion(connection, signal), queryRequest.parse(input))
    },
  }
}
