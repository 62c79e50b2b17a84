import type { Clock } from '#lib/platform/clock.ts'

/** Something a loop sleeps by: `ring` ends its sleep, or its next one when it is awake. */
export interface WakeSignal {
  wake(): void
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export function createWakeSignal(clock: Clock): WakeSignal {
  let rung = false
  let wake: (() => void) | null = null
  return {
    wake() {
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
