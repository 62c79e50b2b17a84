import { z } from 'zod'
import { refuseSameNames } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { isBytes, toJsonValue } from './json-values.ts'
import { isElsewhere, isLineBroken, toStatementWords, toUnreachable } from './problems.ts'
import type { Session, TextTable } from './session.ts'
import type { PostgresSettings } from './settings.ts'
import { parseTablePath, quoteTable } from './table-path.ts'

/** One step of the cursor, pauses of the consumer included. */
export const STEP_MAX_MS = 15 * MINUTE_MS
const LOCK_WAIT_MS = MINUTE_MS
const FIRST_STEP_ROWS = 200
const STEP_ROWS_MAX = 5000
const STEP_CHARACTERS = 1024 * 1024

export const postgresExtractRequest = z.strictObject({
  path: z.string().optional(),
  /** One statement that reads; by default the whole table of `from`. */
  sql: z
    .string()
    .regex(/^\s*(--[^\n]*\n\s*)*(select|with|values|table)\b/i, 'is not a statement that reads; begin with "select" or "with"')
    .optional(),
})

function statementOf({ path = '', sql }: z.output<typeof postgresExtractRequest>): string {
  if (sql !== undefined) return sql.replace(/[\s;]+$/, '')
  const table = parseTablePath(path)
  if (table !== null) return `select * from ${quoteTable(table)}`
  throw new TidemarkError('invalid', {
    publicMessage: `"${path}" does not read as schema.table. Name the table in "from", or write "sql".`,
  })
}

const STATEMENT: Record<string, string> = {
  '42601': 'The statement is not valid SQL, or is more than one statement, or does more than read.',
  '0A000': 'The statement does more than read.',
  '25006': 'The statement would write something, which this connection never does.',
  '42P01': 'There is no table of that name.',
  '42703': 'There is no column of that name.',
  '42501': 'The account may not read it: GRANT SELECT on it, and USAGE on its schema.',
  '57014': 'It took longer than a quarter of an hour to get the next rows.',
  '55P03': 'The table is locked by somebody else’s work on its structure.',
}

/** Worth another try: locked, too slow, or rows that a standby removed while they were read. */
const PASSING: readonly string[] = ['57014', '55P03', '40001']

async function toReadError(error: unknown, key: string, session: Session): Promise<unknown> {
  if (error instanceof TidemarkError) return error
  if (isLineBroken(error) || !(await session.isAlive())) return toUnreachable(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const passing = PASSING.includes(code) || isElsewhere(error)
  const words = isElsewhere(error) ? toStatementWords(error).publicMessage : STATEMENT[code]
  return new TidemarkError(passing ? 'unavailable' : 'invalid', {
    publicMessage: `${key} cannot be read. ${words ?? 'The database refused the statement; the internal log has its words.'}`,
    message: `${code} ${toInternalMessage(error)}`.trim(),
    cause: error,
    retryable: passing,
  })
}

function refuseColumns({ columns }: TextTable): void {
  refuseSameNames(columns)
  const bytes = columns.find(({ type }) => isBytes(type))
  if (bytes === undefined) return
  throw new TidemarkError('refused', {
    publicMessage: `The column "${bytes.name}" holds bytes, which cannot be carried. Leave it out of the statement, or encode it there.`,
  })
}

function toRows({ columns, rows }: TextTable): JsonObject[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name, type }, i) => [name, toJsonValue(row[i] ?? null, type)])))
}

function nextStep({ rows }: TextTable): number {
  const characters = rows.reduce((sum, row) => sum + row.reduce((length, value) => length + (value?.length ?? 0), 0), 0)
  return Math.max(1, Math.min(STEP_ROWS_MAX, Math.floor((STEP_CHARACTERS * rows.length) / Math.max(characters, 1))))
}

async function* readCursor(session: Session, statement: string): AsyncGenerator<JsonObject> {
  await session.rows('begin transaction isolation level repeatable read read only')
  // A large table is else read from wherever somebody else's scan is: the same rows in another order each time.
  await session.rows(
    `select set_config('idle_in_transaction_session_timeout', $1, true), set_config('lock_timeout', $2, true), set_config('synchronize_seqscans', 'off', true)`,
    [String(STEP_MAX_MS), String(LOCK_WAIT_MS)],
  )
  await session.table(`declare tidemark_read no scroll cursor for ${statement}`)
  let step = FIRST_STEP_ROWS
  for (;;) {
    const table = await session.table(`fetch forward ${step} from tidemark_read`)
    refuseColumns(table)
    yield* toRows(table)
    if (table.rows.length < step) break
    step = nextStep(table)
  }
  await session.rows('commit')
}

/** Rows of a table or a statement as of one moment, by a cursor in a read-only transaction. Throws in words when the statement does not
 * only read. */
export async function* extractRows(
  connection: Connection<PostgresSettings>,
  patient: Lines<Session>,
  input: Record<string, unknown>,
): AsyncGenerator<JsonObject> {
  const statement = statementOf(postgresExtractRequest.parse(input))
  yield* patient.stream(connection.signal, (session) => readInWords(connection, session, statement))
}

async function* readInWords(connection: Connection<PostgresSettings>, session: Session, statement: string): AsyncGenerator<JsonObject> {
  try {
    yield* readCursor(session, statement)
  } catch (error) {
    connection.signal.throwIfAborted()
    throw await toReadError(error, connection.key, session)
  }
}
