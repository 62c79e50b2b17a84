import fc from 'fast-check'
import { STATUSES } from '#lib/domain/freshness/status.ts'
import type { CausesAt, StandingCause } from '#lib/domain/incidents/incident.ts'
import { assetOf, type CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import { MINUTE_MS, ORDINARY_MONDAY } from '#lib/domain/time/instant.ts'

const ASSETS = [1, 2, 3, 4, 5, 6]
const ABOVE: CauseKey[] = ['connection:sap', 'connection:looker', 'flow:person', 'job:dbt/nightly']

interface Told {
  afterMinutes: number
  /** Of each asset: well, a cause itself, or held by one or two of the causes, counted round. */
  assets: readonly { how: 'well' | 'cause' | 'held'; by: number; and: number }[]
  above: readonly boolean[]
  statuses: readonly number[]
}

const told = fc.record<Told>({
  afterMinutes: fc.integer({ min: 1, max: 20 }),
  assets: fc.array(fc.record({ how: fc.constantFrom('well', 'cause', 'held', 'held'), by: fc.nat({ max: 9 }), and: fc.nat({ max: 9 }) }), {
    minLength: ASSETS.length,
    maxLength: ASSETS.length,
  }),
  above: fc.array(fc.boolean(), { minLength: ABOVE.length, maxLength: ABOVE.length }),
  statuses: fc.array(fc.nat({ max: 2 }), { minLength: 10, maxLength: 10 }),
})

/** Whatever may stand as causes one after the other: a cause is held by no other, and what is unhealthy comes down to one at least. */
export const someChanges: fc.Arbitrary<CausesAt[]> = fc.array(told, { minLength: 1, maxLength: 25 }).map((steps) => {
  let at = ORDINARY_MONDAY
  const since = new Map<CauseKey, number>()
  return steps.map((step) => {
    at += step.afterMinutes * MINUTE_MS
    return { at, causes: causesOf(step, at, since) }
  })
})

function causesOf({ assets, above, statuses }: Told, at: number, since: Map<CauseKey, number>): StandingCause[] {
  const own = assets.flatMap(({ how }, index): CauseKey[] => (how === 'cause' ? [`asset:${index + 1}`] : []))
  const keys = [...ABOVE.filter((_, index) => above[index]), ...own]
  for (const key of [...since.keys()]) if (!keys.includes(key)) since.delete(key)
  for (const key of keys) if (!since.has(key)) since.set(key, at)
  const held = Map.groupBy(
    assets.flatMap(({ how, by, and }, index) =>
      how === 'held' ? [by, and].map((one) => ({ id: index + 1, key: keys[one % keys.length] })) : [],
    ),
    ({ key }) => key,
  )
  return keys.map((key, index) => ({
    key,
    since: since.get(key) ?? at,
    status: STATUSES[statuses[index % statuses.length] ?? 0] ?? 'stale',
    heldIds: [...new Set([assetOf(key) ?? [], ...(held.get(key) ?? []).map(({ id }) => id)].flat())].sort((a, b) => a - b),
  }))
}
