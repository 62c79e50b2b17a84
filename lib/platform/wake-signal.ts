import type { Clock } from './clock.ts'

/** What a loop sleeps by: `wake` ends its sleep, or its next one when it is awake. */
export interface WakeSignal {
  wake(): void
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export function createWakeSignal(clock: Clock): WakeSignal {
  let woken = false
  let wake: (() => void) | null = null
  return {
    wake() {
      woken = true
      wake?.()
    },
    async wait(ms, signal) {
      if (!woken && !signal.aborted) {
        const early = new AbortController()
        wake = () => early.abort()
        await clock.sleep(ms, AbortSignal.any([signal, early.signal]))
        wake = null
      }
      woken = false
    },
  }
}
