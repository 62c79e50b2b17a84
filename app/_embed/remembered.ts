import type { Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'

const KEPT_MAX = 2000

interface Kept<T> {
  value: Promise<T>
  until: Instant
}

/** What was asked for lately, under its name: however many ask for the same, it is looked up once in a while. */
export class Remembered<T> {
  readonly #kept = new Map<string, Kept<T>>()
  readonly #clock: Pick<Clock, 'now'>
  readonly #keepMs: number

  constructor(clock: Pick<Clock, 'now'>, keepMs: number) {
    this.#clock = clock
    this.#keepMs = keepMs
  }

  /** What is remembered, or looked up now; of a look-up that fails nothing is remembered. */
  get(name: string, lookUp: () => Promise<T>): Promise<T> {
    const now = this.#clock.now()
    const known = this.#kept.get(name)
    if (known !== undefined && known.until > now) return known.value
    const kept = { value: lookUp(), until: now + this.#keepMs }
    this.#kept.delete(name)
    this.#kept.set(name, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest)
    kept.value.catch(() => {
      if (this.#kept.get(name) === kept) this.#kept.delete(name)
    })
    return kept.value
  }

  /** Forgets everything: whoever asks next has it looked up anew. */
  forget(): void {
    this.#kept.clear()
  }
}
