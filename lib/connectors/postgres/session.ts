import { Socket } from 'node:net'
import { Client, type QueryArrayResult, type QueryResultRow } from 'pg'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { breaker, type Line, Lines } from '#lib/connectors/kit/lines.ts'
import { whyNoAddress } from '#lib/domain/connections/address-reference.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { isLineBroken, mayEndLine, toUnreachable } from './problems.ts'
import type { PostgresSettings } from './settings.ts'

/** A table being rebuilt must not hold up the sweep. */
const LOCK_TIMEOUT_MS = SECOND_MS
const CONNECT_TIMEOUT_MS = 10 * SECOND_MS
const SILENCE_MS = 5 * SECOND_MS

/** The first row as PostgreSQL prints it, with the types of its columns. */
export interface TextRow {
  values: (string | null)[]
  types: number[]
}

/** The same, and how many rows there were. */
export interface FirstRow extends TextRow {
  rows: number
}

export interface TextTable {
  columns: { name: string; type: number }[]
  rows: (string | null)[][]
}

/** One read-only connection that pipelines: many statements may be under way, each its own transaction. */
export interface Session extends Line {
  rows<R extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<R[]>
  texts(text: string): Promise<FirstRow>
  /** All rows of one statement as PostgreSQL prints them; text that holds more than one statement is refused by the server. */
  table(text: string): Promise<TextTable>
  /** The first row of one statement, in a transaction that reads only and leaves nothing behind, whatever the statement sets. */
  readOnly(text: string): Promise<FirstRow>
  /** Whether our own connection still answers, whatever a statement reported. */
  isAlive(): Promise<boolean>
}

/** Settings stand in the startup message, so that a pooler cannot hand them on to another client. */
function sessionUrl(connection: Connection<PostgresSettings>): string {
  const { url, statementTimeout } = connection.settings
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new TidemarkError('invalid', {
      publicMessage: 'The connection’s url does not read as postgres://user:password@host:port/database.',
    })
  }
  const why = whyNoAddress(url)
  if (why !== null) throw new TidemarkError('invalid', { publicMessage: `The connection’s url ${why}.` })
  const given = new URLSearchParams(url.split('?')[1] ?? '').get('options') ?? ''
  const options = [
    given,
    '-c default_transaction_read_only=on',
    '-c idle_in_transaction_session_timeout=60000',
    '-c TimeZone=UTC',
    '-c DateStyle=ISO',
  ]
  const asked = new URLSearchParams({
    options: options.join(' ').trim(),
    statement_timeout: String(statementTimeout),
    lock_timeout: String(Math.min(LOCK_TIMEOUT_MS, Math.ceil(statementTimeout / 2))),
    application_name: `tidemark ${connection.key}`.slice(0, 63),
  })
  return `${url}${url.includes('?') ? '&' : '?'}${asked.toString()}`
}

function watchSilence(limitMs: number, cut: () => void) {
  let underWay = 0
  let timer: NodeJS.Timeout | undefined
  const rearm = () => {
    clearTimeout(timer)
    timer = underWay > 0 ? setTimeout(cut, limitMs) : undefined
  }
  return {
    isBusy: () => underWay > 0,
    async during<T>(work: Promise<T>): Promise<T> {
      underWay += 1
      if (underWay === 1) rearm()
      try {
        return await work
      } finally {
        underWay -= 1
        rearm()
      }
    },
  }
}

function asTexts({ rows, fields }: QueryArrayResult<(string | null)[]>): FirstRow {
  return { values: rows[0] ?? [], types: fields.map((f) => f.dataTypeID), rows: rows.length }
}

function asPrinted(text: string) {
  return { text, rowMode: 'array' as const, queryMode: 'extended' as const, types: { getTypeParser: () => String } }
}

async function connect(client: Client, socket: Socket, watch: Line['watch'], signal: AbortSignal): Promise<void> {
  watch(signal)
  try {
    signal.throwIfAborted()
    await client.connect()
  } catch (error) {
    watch(null)
    socket.destroy()
    throw toUnreachable(error)
  }
}

/** The read-only connections of one session with a server. */
export function openLines(connection: Connection<PostgresSettings>): Lines<Session> {
  return new Lines({ clock: connection.clock }, (signal) => openSession({ ...connection, signal }))
}

/** Opens a session; throws with words when the server cannot be reached or refuses. */
async function openSession(connection: Connection<PostgresSettings>): Promise<Session> {
  const socket = new Socket()
  const client = new Client({
    connectionString: sessionUrl(connection),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    pipeline: true,
    stream: () => socket,
  })
  client.on('error', (error) => connection.log.debug('a connection to a watched database broke', { error: error.message }))
  const watch = breaker(() => socket.destroy())
  await connect(client, socket, watch, connection.signal)
  const line = watchSilence(connection.settings.statementTimeout + SILENCE_MS, () => socket.destroy())
  return {
    watch,
    isOpen: () => !socket.destroyed && socket.writable,
    rows: async (text, values) => (await line.during(client.query(text, values === undefined ? undefined : [...values]))).rows,
    texts: async (text) =>
      asTexts(await line.during(client.query<(string | null)[]>({ text, rowMode: 'array', types: { getTypeParser: () => String } }))),
    async table(text) {
      const { fields, rows } = await line.during(client.query<(string | null)[]>(asPrinted(text)))
      return { columns: fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })), rows }
    },
    async readOnly(text) {
      // Sent in one go, so that nothing of others comes in between; after a refusal the rollback is what ends the transaction.
      const all = ['begin transaction read only', asPrinted(text), 'rollback'].map((one) => client.query<(string | null)[]>(one))
      const [begun, asked, ended] = await line.during(Promise.allSettled(all))
      for (const one of [begun, asked, ended]) if (one?.status === 'rejected') throw one.reason
      if (asked?.status !== 'fulfilled') throw new Error('the statement has no answer')
      return asTexts(asked.value)
    },
    async isAlive() {
      if (socket.destroyed || !socket.writable) return false
      // Inside a failed transaction this is refused, and a refusal is an answer.
      return line.during(client.query('select 1')).then(
        () => true,
        (error: unknown) => !isLineBroken(error) && !mayEndLine(error),
      )
    },
    async close() {
      watch(null)
      if (line.isBusy()) socket.destroy()
      else await client.end().catch(() => {})
    },
  }
}
