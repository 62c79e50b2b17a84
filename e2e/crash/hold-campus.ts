import type { Campus } from '#demo/campus/campus.ts'
import type { HttpSystem } from '#demo/campus/faults.ts'
import { systemClock } from '#lib/platform/clock.ts'
import type { ClosedGate } from './gate.ts'
import { leaveOutSome } from './scenario.ts'

/** Longer than anybody is watched. */
const NEVER_MS = 120_000

/** A system that from its n-th request on keeps everybody waiting for an answer. */
export function holdCampus(campus: Campus, system: HttpSystem, nth: number): ClosedGate {
  const { faults } = campus.control
  const before = campus.control.requests(system)
  const behave = () => {
    faults.clear(system)
    leaveOutSome(campus)
  }
  let heldFrom: number | null = null
  const look = () => {
    const asked = campus.control.requests(system)
    if (heldFrom !== null) return asked > heldFrom
    if (asked - before >= nth - 1) {
      faults.set(system, 'slow-answer', { delayMs: NEVER_MS })
      heldFrom = asked
    }
    return false
  }
  look()
  return {
    async reached(withinMs) {
      const giveUpAt = systemClock.now() + withinMs
      while (systemClock.now() < giveUpAt) {
        if (look()) return true
        await systemClock.sleep(2)
      }
      return false
    },
    disarm: async () => behave(),
    close: async () => behave(),
  }
}
