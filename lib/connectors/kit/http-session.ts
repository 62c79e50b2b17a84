import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { parseAnswer } from './answer.ts'
import { askInTurn, type JsonQuestion, jsonRequest } from './ask.ts'
import type { Connection } from './connector.ts'
import { orCancelled, Turns, UNLIMITED } from './turns.ts'

/** What a sign-in gave: the headers that every later request carries. */
export interface Ticket {
  headers: Record<string, string>
  /** When it ends by itself; null: not known. */
  endsAt: Instant | null
}

/** A question below the system's address; `system` and the limits of time are the session's. */
export interface SessionQuestion extends Omit<JsonQuestion, 'system' | 'timeoutMs' | 'timeouts'> {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** It starts something: sent again only where an answer says that nothing was begun. */
  isOnce?: true
}

/** Asks without a ticket. */
export type Ask = (question: SessionQuestion) => Promise<JsonValue>

interface HttpSystem {
  /** In public words: `Looker (looker)`. */
  system: string
  timeoutMs: number
  /** Its error answers may name people: their text is kept nowhere. */
  isAboutPeople?: boolean
  /** Asks without a ticket for one; what it throws is why we do not get in. */
  signIn(ask: Ask): Promise<Ticket>
  /** It tells more than its ticket, so that each session asks for it; what it keeps for all of them it does itself. */
  tellsMore?: true
  /** Gives the ticket back; absent: it ends by itself. */
  signOut?(ask: Ask, ticket: Ticket): Promise<void>
}

/** A ticket that ends so soon is replaced before the next request. */
export const ENDS_SOON_MS = MINUTE_MS
const TIMEOUTS = 3
/** A system that asks us to come back later than this is left to whoever asked. */
const PATIENCE_MS = MINUTE_MS
const WAITS_MAX = 3
const SIGN_OUT_MS = 5 * SECOND_MS

interface Entry extends Ticket {
  /** A request with it was let in. */
  hasWorked: boolean
  /** A session before this one signed in for it. */
  isLeft?: true
}

/** Airflow says 403 to a token that it no longer knows; of one that was asked for just now that is no answer about the token. */
function isTicketRefused({ status }: TidemarkError, { isLeft }: Entry): boolean {
  return status === 401 || (status === 403 && isLeft === true)
}

/**
 * Requests to a system that wants a sign-in. The first signs in, for all that wait; a ticket that ends is replaced, and one that is refused
 * once, too. Requests wait for their turn, and as long as the system asks them to, a minute at most.
 */
export class HttpSession {
  readonly #connection: Connection<unknown>
  readonly #turns: Turns
  readonly #of: HttpSystem
  #entry: Promise<Entry> | null = null
  #held: Entry | null = null
  /** Tickets that were refused before they let anybody in. */
  #unworked = 0
  #isClosed = false
  #hasEntered = false
  /** Why nobody is let in: the same to every question, so that an account is not locked by a thousand of them. */
  #shut: TidemarkError | null = null

  constructor(connection: Connection<unknown>, of: HttpSystem) {
    this.#turns = connection.turns ?? new Turns(connection.clock, UNLIMITED)
    this.#connection = { ...connection, turns: this.#turns }
    this.#of = of
  }

  /** The whole answer as a value. */
  async json(question: SessionQuestion, signal = this.#connection.signal): Promise<JsonValue> {
    return this.#parsed(await this.ask(question, signal))
  }

  /** The answer, not read yet. Throws like `httpRequest`. */
  async ask(question: SessionQuestion, signal = this.#connection.signal): Promise<HttpAnswer> {
    let hasReturned = false
    for (;;) {
      const entry = await orCancelled(this.#signedIn(), signal)
      try {
        const answer = await this.#send(question, signal, entry)
        entry.hasWorked = true
        return answer
      } catch (error) {
        if (!isTidemarkError(error) || hasReturned || !isTicketRefused(error, entry)) throw error
        this.#forget(entry, error)
        hasReturned = true
      }
    }
  }

  /** Gives the ticket back. Never throws, and waits little. */
  async close(): Promise<void> {
    const held = this.#held
    this.#isClosed = true
    this.#shut = new TidemarkError('cancelled', { publicMessage: `${this.#of.system} is not asked any more: the session is over.` })
    this.#entry = null
    this.#held = null
    if (held === null) return
    const { tickets } = this.#connection
    const leave = () => this.#leave(held)
    await (tickets === undefined ? leave() : tickets.keep(this.#of.system, { ticket: held, leave }))
  }

  /** Also when the session was cancelled: this has a limit of its own. */
  async #leave(ticket: Ticket): Promise<void> {
    const on = { ...this.#connection, signal: AbortSignal.timeout(SIGN_OUT_MS) }
    const ask: Ask = async (question) => this.#parsed(await askInTurn(on, this.#request(question, ticket)))
    await this.#of.signOut?.(ask, ticket).catch((error: unknown) => {
      this.#connection.log.debug('a sign-out failed', { error: toInternalMessage(error) })
    })
  }

  /** Everybody who comes meanwhile joins the sign-in under way, which the session alone can break off. */
  #signedIn(): Promise<Entry> {
    if (this.#shut !== null) return Promise.reject(this.#shut)
    if (this.#held !== null && this.#endsSoon(this.#held)) this.#drop(this.#held)
    this.#entry ??= this.#enter()
    return this.#entry
  }

  #endsSoon({ endsAt }: Ticket): boolean {
    return endsAt !== null && endsAt <= this.#connection.clock.now() + ENDS_SOON_MS
  }

  /** What a session before this one has left; refused, or once it ends, there is a sign-in. */
  #left(): Entry | null {
    if (this.#hasEntered || this.#of.tellsMore === true) return null
    this.#hasEntered = true
    const left = this.#connection.tickets?.take(this.#of.system)
    return left === undefined || this.#endsSoon(left) ? null : { ...left, hasWorked: true, isLeft: true }
  }

  async #enter(): Promise<Entry> {
    const left = this.#left()
    if (left !== null) {
      this.#held = left
      return left
    }
    const { signal } = this.#connection
    const ask: Ask = async (question) => this.#parsed(await this.#send(question, signal, null))
    try {
      const entry = { ...(await this.#of.signIn(ask)), hasWorked: false }
      if (!this.#isClosed) this.#held = entry
      else await this.#leave(entry)
      return entry
    } catch (error) {
      this.#entry = null
      if (isTidemarkError(error) && !error.retryable && error.code !== 'cancelled') this.#shut ??= error
      throw error
    }
  }

  #forget(entry: Entry, because: TidemarkError): void {
    if (this.#held !== entry) return
    this.#drop(entry)
    // Let in and refused at once: another sign-in would bring the same.
    if (!entry.hasWorked) this.#unworked += 1
    if (this.#unworked > 1) this.#shut = because
  }

  #drop(entry: Entry): void {
    if (this.#held !== entry) return
    this.#held = null
    this.#entry = null
  }

  /** Sends, and waits where the system asks for it. */
  async #send(question: SessionQuestion, signal: AbortSignal, entry: Entry | null): Promise<HttpAnswer> {
    const { clock } = this.#connection
    for (let waits = 0; ; waits++) {
      try {
        return await askInTurn({ ...this.#connection, signal }, this.#request(question, entry))
      } catch (error) {
        const isBusy = isTidemarkError(error) && (error.status === 429 || (error.status === 503 && question.isOnce !== true))
        const waitMs = isBusy ? error.retryAfterMs : undefined
        if (waitMs === undefined || waitMs > PATIENCE_MS || waits >= WAITS_MAX) throw error
        this.#turns.holdUntil(clock.now() + waitMs)
      }
    }
  }

  #request({ method, isOnce: _, ...question }: SessionQuestion, entry: Ticket | null) {
    const { system, timeoutMs, isAboutPeople } = this.#of
    const headers = { ...entry?.headers, ...question.headers }
    return {
      ...jsonRequest({ ...question, system, timeoutMs, timeouts: TIMEOUTS, headers }),
      ...(method !== undefined && { method }),
      ...(isAboutPeople === true && { isAboutPeople }),
    }
  }

  async #parsed(answer: HttpAnswer): Promise<JsonValue> {
    const text = await answer.text()
    return text === '' ? null : parseAnswer(this.#of.system, text)
  }
}
