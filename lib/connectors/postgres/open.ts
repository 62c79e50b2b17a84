import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { check, isThere } from './check.ts'
import { discover } from './discover.ts'
import { extractRows, STEP_MAX_MS } from './extract.ts'
import { observe } from './observe.ts'
import { openLines } from './session.ts'
import type { PostgresSettings } from './settings.ts'
import { trySql } from './try-sql.ts'

/** A session of `postgres`, with all that it asks by. */
export function openPostgres(connection: Connection<PostgresSettings>): Session {
  const lines = openLines(connection)
  const patient = openLines({ ...connection, settings: { ...connection.settings, statementTimeout: STEP_MAX_MS } })
  return {
    check: () => check(connection, lines),
    isThere: () => isThere(connection, lines),
    discover: (zone) => discover(connection, lines, zone),
    observe: (assets) => observe(connection, lines, assets),
    trySql: (assets) => trySql(connection, lines, assets),
    extract: (request, signal) => extractRows(forQuestion(connection, signal), patient, request),
    async close() {
      await Promise.all([lines.close(), patient.close()])
    },
  }
}
