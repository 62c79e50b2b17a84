import type { Instant } from '#lib/domain/instant.ts'
import { SECOND_MS } from '#lib/domain/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { ProgressReport } from './ledger.ts'

interface Mark {
  at: Instant
  done: number
}

/** When `total` will be reached at the average rate since `first`; null while nothing can be said. */
export function estimatedEnd(first: Mark, latest: Mark, total: number | null): Instant | null {
  const done = latest.done - first.done
  const elapsedMs = latest.at - first.at
  if (total === null || total < latest.done || done <= 0 || elapsedMs <= 0) return null
  return Math.round(latest.at + ((total - latest.done) * elapsedMs) / done)
}

/** At most one report per second, the latest one never lost: what comes too early is sent when its second is over. */
export class Progress {
  readonly #clock: Clock
  readonly #send: (progress: ProgressReport) => Promise<void>
  readonly #signal: AbortSignal
  #first: Mark | null = null
  #unsent: ProgressReport | null = null
  #sentAt: Instant = Number.NEGATIVE_INFINITY
  #timer: Promise<void> | null = null

  constructor(clock: Clock, signal: AbortSignal, send: (progress: ProgressReport) => Promise<void>) {
    this.#clock = clock
    this.#signal = signal
    this.#send = send
  }

  report(done: number, total?: number): void {
    const latest = { at: this.#clock.now(), done }
    if (this.#first === null || done < this.#first.done) this.#first = latest
    this.#unsent = { done, total: total ?? null, etaAt: estimatedEnd(this.#first, latest, total ?? null) }
    const waitMs = this.#sentAt + SECOND_MS - latest.at
    if (waitMs <= 0) void this.flush()
    else this.#timer ??= this.#clock.sleep(waitMs, this.#signal).then(() => this.#elapsed())
  }

  /** Sends what was not sent yet. Never throws: a lost report is not worth a run. */
  async flush(): Promise<void> {
    const progress = this.#unsent
    if (progress === null) return
    this.#unsent = null
    this.#sentAt = this.#clock.now()
    await this.#send(progress).catch(() => {})
  }

  #elapsed(): Promise<void> {
    this.#timer = null
    return this.flush()
  }
}
