import type { Instant } from '#lib/domain/time/instant.ts'

export interface Clock {
  now(): Instant
  /** Resolves after `ms`, or at once (without an error) when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

const TIMER_MS_MAX = 2 ** 31 - 1

/** The machine's clock: the only place that reads it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      // setTimeout fires at once when the delay is longer than 24.8 days.
      const endsAt = Date.now() + ms
      let timer = setTimeout(onward, Math.min(Math.max(0, ms), TIMER_MS_MAX))
      function onward() {
        const left = endsAt - Date.now()
        if (ms <= TIMER_MS_MAX || left <= 0) return finish()
        timer = setTimeout(onward, Math.min(left, TIMER_MS_MAX))
      }
      function finish() {
        clearTimeout(timer)
        signal?.removeEventListener('abort', finish)
        resolve()
      }
      signal?.addEventListener('abort', finish)
    }),
}
