import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { parseAnswer, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { HttpSession, type SessionQuestion } from '#lib/connectors/kit/http-session.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { isJsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { asRecords, type Cell, type Column, type FirstPartition, readFirst, readPartition } from './answers.ts'
import { toProblem } from './problems.ts'
import type { SnowflakeSettings } from './settings.ts'
import { signInWith } from './sign-in.ts'

const ANSWER_MS = MINUTE_MS
const FIRST_POLL_MS = SECOND_MS / 5
const POLL_MS_MAX = 5 * SECOND_MS
/** So much longer than the statement may take, until it is cancelled from here. */
const GRACE_MS = 30 * SECOND_MS
const CANCEL_MS = 5 * SECOND_MS
const SUBMITS = 3
const DONE = '090001'

export interface Statement {
  sql: string
  bindings?: readonly string[]
  database?: string
  /** Absent: the connection's `statementTimeout`. */
  timeoutMs?: number
}

export interface Answered {
  columns: Column[]
  /** Part by part, each asked for when the one before was taken. */
  parts: AsyncGenerator<Cell[][]>
}

const submittedSchema = z.object({ statementHandle: z.string().regex(/^[\w-]+$/) })

/** Snowflake's SQL API over one sign-in: statements that are submitted, waited for, cancelled when nobody waits any more. */
export class SqlApi {
  readonly #connection: Connection<SnowflakeSettings>
  readonly #session: HttpSession
  readonly system: string

  constructor(connection: Connection<SnowflakeSettings>) {
    const { key, settings, clock } = connection
    this.system = `Snowflake (${key})`
    this.#connection = connection
    this.#session = new HttpSession(connection, {
      system: this.system,
      timeoutMs: ANSWER_MS,
      isAboutPeople: true,
      signIn: signInWith(settings, clock),
    })
  }

  /** All rows by the names of their columns. */
  async records(statement: Statement, signal?: AbortSignal): Promise<Record<string, Cell>[]> {
    const { columns, rows } = await this.table(statement, signal)
    return asRecords(columns, rows)
  }

  /** All rows, with the types of their columns. */
  async table(statement: Statement, signal?: AbortSignal): Promise<{ columns: Column[]; rows: Cell[][] }> {
    const { columns, parts } = await this.ask(statement, signal)
    return { columns, rows: (await Array.fromAsync(parts)).flat() }
  }

  /** Throws with words for people; a statement that is not done in time, or broken off, is cancelled there. */
  async ask(statement: Statement, signal = this.#connection.signal): Promise<Answered> {
    const { answer, handle } = await this.#run(statement, signal)
    const first = readFirst(this.system, answer)
    return { columns: first.columns, parts: this.#parts(handle, first, signal) }
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  async *#parts(handle: string, first: FirstPartition, signal: AbortSignal) {
    yield first.rows
    for (const [at, rowCount] of first.rowCounts.entries()) {
      if (at === 0) continue
      const { value } = await this.#value({ url: this.#at(`/${handle}`, { partition: String(at) }) }, signal)
      yield readPartition(this.system, value, rowCount, first.columns.length)
    }
  }

  async #run(statement: Statement, signal: AbortSignal): Promise<{ answer: JsonValue; handle: string }> {
    const timeoutMs = statement.timeoutMs ?? this.#connection.settings.statementTimeout
    const submitted = await this.#submit(statement, timeoutMs, signal)
    const parsed = submittedSchema.safeParse(submitted.value)
    if (!parsed.success) throw refusedAnswer(this.system, 'it names no statement')
    const handle = parsed.data.statementHandle
    if (submitted.status !== 202) return { answer: this.#done(submitted.value), handle }
    try {
      return { answer: await this.#awaited(handle, timeoutMs + GRACE_MS, signal), handle }
    } catch (error) {
      if (!isOver(error)) await this.#cancel(handle)
      throw error
    }
  }

  /** Broken off before it is known by its handle, a statement ends at its own `timeout`. A request whose answer was lost may be sent again: Snowflake knows it by its id and begins it once. */
  async #submit(statement: Statement, timeoutMs: number, signal: AbortSignal) {
    const { clock } = this.#connection
    const requestId = randomUUID()
    for (let tries = 1; ; tries += 1) {
      const more = tries > 1 ? { retry: 'true' } : {}
      const url = this.#at('', { requestId, async: 'true', nullable: 'true', ...more })
      try {
        return await this.#value({ url, json: this.#body(statement, timeoutMs) }, signal)
      } catch (error) {
        if (!isBusy(error) || tries === SUBMITS) throw error
        await clock.sleep(tries * SECOND_MS, signal)
      }
    }
  }

  #body({ sql, bindings = [], database }: Statement, timeoutMs: number) {
    const { settings, key } = this.#connection
    return {
      statement: sql,
      timeout: Math.ceil(timeoutMs / SECOND_MS),
      warehouse: settings.warehouse,
      ...(database !== undefined && { database }),
      ...(settings.role !== undefined && { role: settings.role }),
      ...(bindings.length > 0 && { bindings: Object.fromEntries(bindings.map((value, i) => [String(i + 1), { type: 'TEXT', value }])) }),
      parameters: { TIMEZONE: 'UTC', QUERY_TAG: `tidemark ${key}`, MULTI_STATEMENT_COUNT: '1' },
    }
  }

  async #awaited(handle: string, withinMs: number, signal: AbortSignal): Promise<JsonValue> {
    const { clock } = this.#connection
    const endsAt = clock.now() + withinMs
    for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * 2, POLL_MS_MAX)) {
      const polled = await this.#value({ url: this.#at(`/${handle}`) }, signal).catch((error: unknown) => {
        if (isBusy(error)) return null
        throw error
      })
      if (polled !== null && polled.status !== 202) return this.#done(polled.value)
      if (clock.now() >= endsAt) throw this.#tookTooLong(withinMs)
      await clock.sleep(waitMs, signal)
    }
  }

  #tookTooLong(ms: number): TidemarkError {
    const publicMessage = `${this.system} was not done after ${Math.round(ms / SECOND_MS)} s; the statement was cancelled.`
    return new TidemarkError('timeout', { publicMessage, retryable: true })
  }

  /** Snowflake may say 200 and mean an error. */
  #done(value: JsonValue): JsonValue {
    if (isJsonObject(value) && value['code'] === DONE) return value
    throw toProblem(this.system, 200, value) ?? refusedAnswer(this.system, 'it does not say that the statement was carried out')
  }

  async #cancel(handle: string): Promise<void> {
    const signal = AbortSignal.timeout(CANCEL_MS)
    await this.#value({ url: this.#at(`/${handle}/cancel`), json: {} }, signal).catch((error: unknown) => {
      this.#connection.log.debug('a statement could not be cancelled', { error: toInternalMessage(error) })
    })
  }

  async #value(question: SessionQuestion, signal: AbortSignal): Promise<{ status: number; value: JsonValue }> {
    const headers = { 'user-agent': 'Tidemark/1.0' }
    const explain = (status: number, body: string) => this.#explained(status, body)
    const answer: HttpAnswer = await this.#session.ask({ ...question, headers, explain }, signal)
    return { status: answer.status, value: parseAnswer(this.system, await answer.text()) }
  }

  #explained(status: number, body: string): TidemarkError | undefined {
    // How long to wait stands in a header that only the ordinary error carries.
    if (status === 429 || status >= 500) return undefined
    try {
      return toProblem(this.system, status, parseAnswer(this.system, body)) ?? undefined
    } catch {
      return undefined
    }
  }

  #at(path: string, query: Record<string, string> = {}): string {
    const url = new URL(`/api/v2/statements${path}`, this.#connection.settings.url)
    url.search = new URLSearchParams(query).toString()
    return url.href
  }
}

/** Too much is asked of it, for a moment. A longer wait that it asks for is left to whoever asks. */
function isBusy(error: unknown): boolean {
  return isTidemarkError(error) && error.retryAfterMs === undefined && [429, 503, 504].includes(error.status ?? 0)
}

/** Snowflake itself ended the statement; there is nothing left to cancel. */
function isOver(error: unknown): boolean {
  return isTidemarkError(error) && [200, 404, 408, 422].includes(error.status ?? 0)
}
