import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Connection } from './connector.ts'

/** So long a line without a question is kept; firewalls and servers forget it later. */
const IDLE_MS = 30 * SECOND_MS

/** A connection that has signed in and is asked by one question at a time. */
export interface Line {
  /** As far as it knows; a line that was cut may not have heard of it yet. */
  isOpen(): boolean
  /** From now on it breaks when this signal aborts, and no longer when the one before does. */
  watch(signal: AbortSignal | null): void
  /** Hangs up; never throws. */
  close(): Promise<void>
}

/** What a line's `watch` does: cuts it when the signal aborts that is watched at the time. */
export function breaker(cut: () => void): Line['watch'] {
  let watched: AbortSignal | null = null
  return (signal) => {
    watched?.removeEventListener('abort', cut)
    watched = signal
    if (signal?.aborted === true) cut()
    else signal?.addEventListener('abort', cut)
  }
}

/** The lines of one session: a question takes one that has signed in already, or a new one, and gives it back for the next. */
export class Lines<L extends Line> {
  readonly #connection: Pick<Connection<unknown>, 'clock' | 'turns'>
  readonly #open: (signal: AbortSignal) => Promise<L>
  readonly #turns = new Map<L, () => void>()
  readonly #idle: { line: L; taken: AbortController }[] = []
  #isClosed = false

  /** Where the connection's requests are limited, what is asked over one line is one of them. */
  constructor(connection: Pick<Connection<unknown>, 'clock' | 'turns'>, open: (signal: AbortSignal) => Promise<L>) {
    this.#connection = connection
    this.#open = open
  }

  /** Throws like `open`. */
  async take(signal: AbortSignal): Promise<L> {
    const end = await this.#connection.turns?.take(signal)
    try {
      const line = await this.#idleOrNew(signal)
      line.watch(signal)
      if (end !== undefined) this.#turns.set(line, end)
      return line
    } catch (error) {
      end?.()
      throw error
    }
  }

  async #idleOrNew(signal: AbortSignal): Promise<L> {
    for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) {
      const { line, taken } = kept
      taken.abort()
      if (line.isOpen()) return line
      await line.close()
    }
    return this.#open(signal)
  }

  /** `isClean`: all that was asked over it has been answered; else it is hung up. */
  async giveBack(line: L, isClean: boolean): Promise<void> {
    this.#turns.get(line)?.()
    this.#turns.delete(line)
    if (!isClean || this.#isClosed || !line.isOpen()) return line.close()
    line.watch(null)
    const kept = { line, taken: new AbortController() }
    this.#idle.push(kept)
    void this.#connection.clock.sleep(IDLE_MS, kept.taken.signal).then(() => {
      if (kept.taken.signal.aborted) return
      this.#idle.splice(this.#idle.indexOf(kept), 1)
      void line.close()
    })
  }

  /** Does its work over one line, which is kept unless the work fails. */
  async use<T>(signal: AbortSignal, work: (line: L) => Promise<T>): Promise<T> {
    const line = await this.take(signal)
    let isClean = false
    try {
      const result = await work(line)
      isClean = true
      return result
    } finally {
      await this.giveBack(line, isClean)
    }
  }

  /** Like `use`, for what comes one after the other; who stops before the end hangs up. */
  async *stream<T>(signal: AbortSignal, work: (line: L) => AsyncIterable<T>): AsyncGenerator<T> {
    const line = await this.take(signal)
    let isClean = false
    try {
      yield* work(line)
      isClean = true
    } finally {
      await this.giveBack(line, isClean)
    }
  }

  /** Hangs up what is kept; lines still in use follow when they are given back. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(
      this.#idle.splice(0).map(({ line, taken }) => {
        taken.abort()
        return line.close()
      }),
    )
  }
}
