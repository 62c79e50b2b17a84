import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { ProgressReport } from './ledger.ts'

interface Mark {
  at: Instant
  done: number
}

export function estimatedEnd(first: Mark, latest: Mark, total: number | null): Instant | null {
  const done = latest.done - first.done
  const elapsedMs = latest.at - first.at
  if (total === null || total < latest.done || done <= 0 || elapsedMs <= 0) return null
  return Math.round(latest.at + ((total - latest.done) * elapsedMs) / done)
}

/** Sends the latest value at most once a second; the last is never lost. */
class Paced<T> {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #send: (latest: T) => Promise<void>
  #unsent: { latest: T } | null = null
  #sentAt: Instant = Number.NEGATIVE_INFINITY
  #timer: Promise<void> | null = null

  constructor(clock: Clock, signal: AbortSignal, send: (latest: T) => Promise<void>) {
    this.#clock = clock
    this.#signal = signal
    this.#send = send
  }

  offer(latest: T): void {
    this.#unsent = { latest }
    const waitMs = this.#sentAt + SECOND_MS - this.#clock.now()
    if (waitMs <= 0) void this.flush()
    else this.#timer ??= this.#clock.sleep(waitMs, this.#signal).then(() => this.#elapsed())
  }

  /** Sends what is pending. Never throws: a lost report is not worth a run. */
  async flush(): Promise<void> {
    const unsent = this.#unsent
    if (unsent === null) return
    this.#unsent = null
    this.#sentAt = this.#clock.now()
    await this.#send(unsent.latest).catch(() => {})
  }

  #elapsed(): Promise<void> {
    this.#timer = null
    return this.flush()
  }
}

/** How far a run is, told at most once a second. */
export class Progress {
  readonly #clock: Clock
  readonly #paced: Paced<ProgressReport>
  #first: Mark | null = null

  constructor(clock: Clock, signal: AbortSignal, send: (progress: ProgressReport) => Promise<void>) {
    this.#clock = clock
    this.#paced = new Paced(clock, signal, send)
  }

  report(done: number, total?: number): void {
    const latest = { at: this.#clock.now(), done }
    if (this.#first === null || done < this.#first.done) this.#first = latest
    this.#paced.offer({ done, total: total ?? null, etaAt: estimatedEnd(this.#first, latest, total ?? null) })
  }

  flush(): Promise<void> {
    return this.#paced.flush()
  }
}

export class Counters {
  readonly #paced: Paced<Record<string, Record<string, number>>>
  readonly #stages: Record<string, Record<string, number>> = {}

  constructor(clock: Clock, signal: AbortSignal, send: (counters: Record<string, Record<string, number>>) => Promise<void>) {
    this.#paced = new Paced(clock, signal, send)
  }

  count(stage: string, counts: Record<string, number>): void {
    this.#stages[stage] = { ...counts }
    this.#paced.offer({ ...this.#stages })
  }

  flush(): Promise<void> {
    return this.#paced.flush()
  }
}
