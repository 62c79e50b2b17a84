import type { Clock } from '#lib/platform/clock.ts'

/** Something a loop sleeps by: `ring` ends its sleep, or its next one when it is awake. */
export interface Bell {
  ring(): void
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export function createBell(clock: Clock): Bell {
  let rung = false
  let wake: (() => void) | null = null
  return {
    ring() {
      rung = true
      wake?.()
    },
    async wait(ms, signal) {
      if (!rung && !signal.aborted) {
        const early = new AbortController()
        wake = () => early.abort()
        await clock.sleep(ms, AbortSignal.any([signal, early.signal]))
        wake = null
      }
      rung = false
    },
  }
}
