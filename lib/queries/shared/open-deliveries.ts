import type { Context } from '#lib/db/context.ts'
import { loadArrivals } from '#lib/db/history/arrivals.ts'
import { loadJobOutcomes, outcomesFor } from '#lib/db/history/job-outcomes.ts'
import { loadRunOutcomes } from '#lib/db/history/run-outcomes.ts'
import { loadAssetVersions } from '#lib/db/history/versions.ts'
import { type DayDeliveries, deliveriesByDay, deliveriesReach } from '#lib/domain/freshness/days/day-deliveries.ts'
import { type LateDelivery, sumUpLate } from '#lib/domain/freshness/days/day-status.ts'
import type { LocalDay } from '#lib/domain/time/local-day.ts'
import { type DayWindow, openDays } from './day-window.ts'

/** What was due by now on a day that is not rolled up yet. */
export interface OpenDeliveries {
  expected: number
  missed: number
  cameLate: number
  lateDeliveries: readonly LateDelivery[]
}

interface WrittenAsset {
  id: number
  flow: string | null
  job: string | null
  connection: string
  path: string
}

/** A feed with more promised assets than this is told when its day is over. */
const ASSETS_MAX = 60

const ASSETS = `
  select a.subject_id as id, a.flow, a.job, a.connection_key as connection, a.path from asset a join subject s on s.id = a.subject_id
  where s.removed_at is null and (a.subject_id = $1 or (a.feed_id = $1 and a.promised)) order by a.subject_id limit ${ASSETS_MAX + 1}`

/** The deliveries of an asset, or of the promised assets of a feed, that fell due on days that are not rolled up yet. */
export async function getOpenDeliveries(ctx: Context, window: DayWindow, subjectId: number): Promise<Map<LocalDay, OpenDeliveries>> {
  const { rows: assets } = await ctx.pool.query<WrittenAsset>(ASSETS, [subjectId])
  if (assets.length === 0 || assets.length > ASSETS_MAX) return new Map()
  const versions = await loadAssetVersions(ctx.pool, idsOf(assets))
  const promised = assets.filter(({ id }) =>
    versions.get(id)?.some(({ settings }) => settings?.policies.some((policy) => policy.kind === 'deadline')),
  )
  if (promised.length === 0) return new Map()
  const reach = promised.map(({ id }) => ({ assetId: id, from: deliveriesReach(versions.get(id) ?? [], window.firstOpenAt) }))
  const flows = [...new Set(promised.flatMap(({ flow }) => flow ?? []))].map((flow) => ({ flow, from: window.firstOpenAt }))
  const jobs = [...new Set(promised.flatMap(({ job }) => job ?? []))].map((job) => ({ job, from: window.firstOpenAt }))
  const [arrivals, runs, outcomes] = await Promise.all([
    loadArrivals(ctx.pool, reach),
    loadRunOutcomes(ctx.pool, flows),
    loadJobOutcomes(ctx.pool, jobs),
  ])
  const runsOf = ({ flow, job, ...place }: WrittenAsset) =>
    job === null ? (runs.get(flow ?? '') ?? []) : outcomesFor(outcomes.get(job) ?? [], { job, ...place })
  const counted = promised.map((asset) =>
    deliveriesByDay({ versions: versions.get(asset.id) ?? [], facts: { arrivals: arrivals.get(asset.id) ?? [], runs: runsOf(asset) } }),
  )
  return new Map(openDays(window).map((bounds) => [bounds.day, sumUp(counted.map((deliveriesOn) => deliveriesOn(bounds, window.now)))]))
}

function idsOf(assets: readonly { id: number }[]): number[] {
  return assets.map(({ id }) => id)
}

function sumUp(all: readonly DayDeliveries[]): OpenDeliveries {
  const count = (of: (one: DayDeliveries) => readonly unknown[]) => all.reduce((sum, one) => sum + of(one).length, 0)
  const { cameLate, lateDeliveries } = sumUpLate(all.flatMap(({ late }) => late))
  return { expected: count(({ expected }) => expected), missed: count(({ missed }) => missed), cameLate, lateDeliveries }
}
