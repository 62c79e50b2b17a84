import type { Context } from '#lib/db/context.ts'
import { loadArrivals } from '#lib/db/history/arrivals.ts'
import type { SettingsVersion } from '#lib/domain/freshness/asset-settings.ts'
import { type AgeStretch, ageHistory } from '#lib/domain/freshness/days/age-history.ts'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { BAR_DAYS } from '#lib/queries/shared/day-cells.ts'

/** How old an asset was by one of the clocks that its promises are about. */
export interface AgeOfClock {
  clock: JudgedClock
  from: Instant
  to: Instant
  stretches: AgeStretch[]
}

/** The ages of an asset up to now, from its oldest known arrival of these on, but no longer than the bars reach; clocks that nothing was ever known of are left out. */
export async function getAges(
  ctx: Context,
  { id, probedAt, clocks }: { id: number; probedAt: Instant | null; clocks: readonly JudgedClock[] },
  versions: readonly SettingsVersion[],
  known: readonly { recordedAt: Instant }[],
): Promise<AgeOfClock[]> {
  const to = ctx.clock.now()
  const from = Math.max(to - BAR_DAYS * DAY_MS, Math.min(to, ...known.map(({ recordedAt }) => recordedAt)))
  if (from === to || clocks.length === 0) return []
  const arrivals = (await loadArrivals(ctx.pool, [{ assetId: id, from }])).get(id) ?? []
  const facts = prepareFacts({ createdAt: from, arrivals, runs: [], probedAt, blind: [], lasting: [], windows: [] })
  const ages = clocks.map((clock) => ({
    clock,
    from,
    to,
    stretches: ageHistory(versions, facts, { clock, from, to }),
  }))
  return ages.filter(({ stretches }) => stretches.some(({ at }) => at !== null))
}
