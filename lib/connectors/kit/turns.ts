import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'

/** How much a system is asked; null: as much as comes. */
export interface Limits {
  /** Requests at the same time; one lasts until its answer has been read. */
  atOnce: number | null
  /** Requests in any sixty seconds. */
  perMinute: number | null
}

export const UNLIMITED: Limits = { atOnce: null, perMinute: null }

/** Whose turn it is to ask one system, first come first served; all sessions of a connection share it. */
export class Turns {
  readonly #clock: Clock
  readonly #limits: Limits
  /** When the requests of the last minute began, oldest first. */
  #begun: Instant[] = []
  #underWay = 0
  #heldUntil: Instant = 0
  #last: Promise<void> = Promise.resolve()
  #freed = Promise.withResolvers<void>()

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Waits for a turn and answers how to end it. Throws `cancelled` when the signal aborts before. */
  async take(signal: AbortSignal): Promise<() => void> {
    const before = this.#last
    const passed = Promise.withResolvers<void>()
    this.#last = before.then(() => passed.promise)
    try {
      await orCancelled(before, signal)
      await this.#room(signal)
      this.#underWay += 1
      if (this.#limits.perMinute !== null) this.#begun.push(this.#clock.now())
      return this.#end()
    } finally {
      passed.resolve()
    }
  }

  /** The system asked everybody to wait: no turn begins before. */
  holdUntil(at: Instant): void {
    this.#heldUntil = Math.max(this.#heldUntil, at)
  }

  async #room(signal: AbortSignal): Promise<void> {
    for (;;) {
      if (signal.aborted) throw cancelled()
      const waitMs = this.#waitMs()
      if (waitMs > 0) await this.#clock.sleep(waitMs, signal)
      else if (this.#underWay < (this.#limits.atOnce ?? Number.POSITIVE_INFINITY)) return
      else await orCancelled(this.#freed.promise, signal)
    }
  }

  #waitMs(): number {
    const now = this.#clock.now()
    this.#begun = this.#begun.filter((at) => at > now - MINUTE_MS)
    const { perMinute } = this.#limits
    const [oldest] = perMinute === null || this.#begun.length < perMinute ? [] : this.#begun
    return Math.max(this.#heldUntil - now, oldest === undefined ? 0 : oldest + MINUTE_MS - now)
  }

  #end(): () => void {
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#underWay -= 1
      this.#freed.resolve()
      this.#freed = Promise.withResolvers()
    }
  }
}

function cancelled(): TidemarkError {
  return new TidemarkError('cancelled', { publicMessage: 'The request was cancelled before its turn came.' })
}

/** The work's own end, or `cancelled` as soon as the signal aborts; the work goes on for others. */
export function orCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const abort = () => reject(cancelled())
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  work.then(resolve, reject)
  return promise.finally(() => signal.removeEventListener('abort', abort))
}
