import type { Context } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** So many keys are kept. */
const KNOWN_MAX = 10_000

/** What a process knows by heart until some instant, apart for each database, so that it need not ask for it. */
export class KnownUntil {
  readonly #known = new WeakMap<Context['whole'], Map<string, Instant>>()

  /** Until when a key is known; 0 when it is not. */
  of({ whole }: Context, key: string | null): Instant {
    return key === null ? 0 : (this.#known.get(whole)?.get(key) ?? 0)
  }

  note({ whole }: Context, key: string, until: Instant): void {
    const known = this.#known.get(whole) ?? new Map<string, Instant>()
    this.#known.set(whole, known)
    if (known.size >= KNOWN_MAX) known.clear()
    known.set(key, until)
  }
}
