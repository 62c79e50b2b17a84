import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { discover } from './discover.ts'
import { lookAround } from './look-around.ts'
import { observeTables } from './observe.ts'
import type { DynamoSettings } from './settings.ts'
import { DynamoAccess, Tables } from './tables.ts'
import { writeRows } from './write.ts'

/** A session of `dynamodb`, with all that it asks by. */
export function openDynamoDb(connection: Connection<DynamoSettings>): Session {
  const access = new DynamoAccess(connection)
  const tablesFor = (signal?: AbortSignal) => new Tables(forQuestion(connection, signal), access)
  return {
    check: () => checked(connection, () => lookAround(tablesFor(), connection.settings.tables)),
    discover: () => discover(tablesFor()),
    observe: (assets) => observeTables(connection, tablesFor(), assets),
    write: (writing, signal) => writeRows(forQuestion(connection, signal), tablesFor(signal), writing),
    close: () => access.close(),
  }
}
