import type { CausesAt, StandingCause } from '#lib/domain/incidents/incident.ts'
import type { CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, ORDINARY_MONDAY } from '#lib/domain/time/instant.ts'

const ASSETS = 10_000
const CAUSES_A_DAY = 40
const HELD_MAX = 2000
const STEPS = 8

interface Turn {
  at: Instant
  key: CauseKey
  /** null: it is well again. */
  cause: StandingCause | null
}

/** So many days of an installation with 10,000 assets: 40 causes a day, each of which takes hold of up to 2,000 of them in steps, and lets go of them in steps. */
export function manyCauses(days: number): CausesAt[] {
  const random = randomNumbers()
  const turns = Array.from({ length: days * CAUSES_A_DAY }, (_, n) => turnsOf(n, Math.floor(n / CAUSES_A_DAY), random)).flat()
  const standing = new Map<CauseKey, StandingCause>()
  const changes = new Map<Instant, CausesAt>()
  for (const { at, key, cause } of turns.sort((a, b) => a.at - b.at)) {
    if (cause === null) standing.delete(key)
    else standing.set(key, cause)
    changes.set(at, { at, causes: [...standing.values()] })
  }
  return [...changes.values()]
}

function turnsOf(n: number, day: number, random: () => number): Turn[] {
  const since = ORDINARY_MONDAY + day * DAY_MS + Math.floor(random() * DAY_MS)
  const lastsMs = Math.floor(random() ** 2 * 12 * HOUR_MS) + MINUTE_MS
  const size = Math.ceil(random() ** 3 * HELD_MAX)
  const first = Math.floor(random() * (ASSETS - size))
  const key: CauseKey = `connection:${n}`
  const holding = (share: number, status: 'late' | 'stale'): StandingCause => {
    return { key, since, status, heldIds: Array.from({ length: Math.ceil(size * share) }, (_, index) => first + index) }
  }
  return Array.from({ length: 2 * STEPS }, (_, step): Turn => {
    const at = since + Math.floor((lastsMs * step) / (2 * STEPS - 1))
    if (step < STEPS) return { at, key, cause: holding((step + 1) / STEPS, step < STEPS / 2 ? 'late' : 'stale') }
    return { at, key, cause: step === 2 * STEPS - 1 ? null : holding((2 * STEPS - 1 - step) / STEPS, 'stale') }
  })
}

/** The same in every run. */
function randomNumbers(): () => number {
  let seed = 1
  return () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
}
