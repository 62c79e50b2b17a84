import type { Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'

interface Sleeper {
  wakeAt: Instant
  wake: () => void
}

/** A clock that only moves when told to: `advance` wakes sleepers in order, `set` jumps. */
export class FakeClock implements Clock {
  #now: Instant
  #sleepers: Sleeper[] = []

  constructor(now: Instant | string) {
    this.#now = typeof now === 'string' ? Date.parse(now) : now
  }

  now(): Instant {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted || ms <= 0) return resolve()
      const sleeper = { wakeAt: this.#now + ms, wake: resolve }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((s) => s !== sleeper)
        resolve()
      })
    })
  }

  set(now: Instant | string): void {
    this.#now = typeof now === 'string' ? Date.parse(now) : now
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    for (;;) {
      const next = this.#sleepers.filter((s) => s.wakeAt <= until).sort((a, b) => a.wakeAt - b.wakeAt)[0]
      if (!next) break
      this.#sleepers = this.#sleepers.filter((s) => s !== next)
      this.#now = next.wakeAt
      next.wake()
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    this.#now = until
  }
}

/** Lets everything that is ready run, without any time passing. */
export async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** A promise with its handles outside. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  return Promise.withResolvers<T>()
}
