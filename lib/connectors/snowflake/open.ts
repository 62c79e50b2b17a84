import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { check } from './check.ts'
import { discover } from './discover.ts'
import { extractRows } from './extract.ts'
import { observe } from './observe.ts'
import type { SnowflakeSettings } from './settings.ts'
import { SqlApi } from './sql-api.ts'
import { trySql } from './try-sql.ts'

/** A session of `snowflake`, with all that it asks by. */
export function openSnowflake(connection: Connection<SnowflakeSettings>): Session {
  const api = new SqlApi(connection)
  return {
    check: () => check(connection, api),
    discover: () => discover(connection, api),
    observe: (assets) => observe(connection, api, assets),
    trySql: (assets) => trySql(connection, api, assets),
    extract: (request, signal) => extractRows(forQuestion(connection, signal), api, request),
    close: () => api.close(),
  }
}
