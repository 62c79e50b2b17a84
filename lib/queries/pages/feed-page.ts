import { z } from 'zod'
import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type ContractView, getAssetContracts } from '#lib/queries/catalogue/asset-contracts.ts'
import { type BrokenAbove, getBrokenAbove } from '#lib/queries/catalogue/broken-above.ts'
import { type ComingForReader, getComingChanges } from '#lib/queries/catalogue/coming-changes.ts'
import { type ComingVersion, getComingVersions } from '#lib/queries/catalogue/coming-versions.ts'
import type { IncidentLine } from '#lib/queries/incidents/incident-lines.ts'
import { getIncidents } from '#lib/queries/incidents/incidents.ts'
import { type CauseLine, getOutlook } from '#lib/queries/outlook/outlook.ts'
import { type ExternalRunRow, getRecentExternalRuns } from '#lib/queries/runs/external-run-rows.ts'
import { getReload, type ReloadView } from '#lib/queries/runs/reload-order.ts'
import { getRecentRuns, type RunDetail } from '#lib/queries/runs/run-rows.ts'
import {
  type AssetRow,
  getAssetsByIds,
  getAssetsOfFeed,
  getEdgesOf,
  getUnseenNeighbours,
  type UnseenNeighbour,
} from '#lib/queries/shared/asset-rows.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { type Bars, getBars } from '#lib/queries/shared/bars.ts'
import { type ChangeRow, getChangeRows } from '#lib/queries/shared/change-rows.ts'
import { type DayRow, getDayRows } from '#lib/queries/shared/day-rows.ts'
import { type DayWindow, getDayWindow } from '#lib/queries/shared/day-window.ts'
import { type FeedRow, getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { getRootsOfFeed, type HeldByRun } from '#lib/queries/shared/roots.ts'
import { getSeries, type SeriesView } from '#lib/queries/shared/series.ts'
import { getWork, type WorkView, workOnFeeds } from '#lib/queries/shared/work.ts'

const settingsSchema = z
  .object({
    promise: z.string().nullable().catch(null),
    source: z.object({ file: z.string(), line: z.number(), yaml: z.string() }).nullable().catch(null),
  })
  .catch({ promise: null, source: null })

export interface FeedPage {
  page: CataloguePage
  window: DayWindow
  banners: Banner[]
  group: { key: string; name: string }
  feed: FeedRow
  /** What holds it back in the end; none where nothing that it is made from does. */
  roots: HeldByRun[]
  /** When it is good again, from when on it is at risk, and the causes that say so. */
  outlook: { again: GoodAgain | null; riskAt: Instant | null; lines: CauseLine[] }
  why: string | null
  description: string | null
  runbook: string | null
  promise: string | null
  source: { file: string; line: number; yaml: string } | null
  bars: Bars | null
  days: DayRow[]
  assets: AssetRow[]
  /** Assets of other feeds right before and right after them. */
  neighbours: AssetRow[]
  edges: Edge[]
  unseen: UnseenNeighbour[]
  /** About its assets. */
  contracts: ContractView[]
  /** What contracts about what they are made from will break of them. */
  coming: ComingForReader[]
  /** What else will be otherwise by contracts about what they are made from. */
  comingAbove: ComingVersion[]
  brokenAbove: BrokenAbove[]
  runs: RunDetail[]
  /** Of the jobs of other systems. */
  externalRuns: ExternalRunRow[]
  work: WorkView[]
  /** Its own maintenance that comes again. */
  series: SeriesView[]
  takesActions: boolean
  reload: ReloadView
  changes: ChangeRow[]
  /** Those that hold it back now, and the last that are over. */
  incidents: { open: IncidentLine[]; past: IncidentLine[] }
}

interface Head {
  id: number
  why: string | null
  description: string | null
  runbook: string | null
  settings: unknown
  groupKey: string
  groupName: string
}

const HEAD = `
  select s.id, s.why, s.description, f.runbook, f.settings, g.key as "groupKey", g.name as "groupName"
  from subject s join feed f on f.subject_id = s.id join subject g on g.id = f.group_id
  where s.kind = 'feed' and s.key = $1 and s.removed_at is null`

const RUNS_SHOWN = 10
const INCIDENTS_SHOWN = 5

/** The screen of one feed; null when there is none of that key. */
export async function getFeedPage(ctx: Context, key: string): Promise<FeedPage | null> {
  const [page, found] = await Promise.all([getPageSettings(ctx), ctx.pool.query<Head>(HEAD, [key])])
  const head = found.rows[0]
  if (page === null || head === undefined) return null
  const window = await getDayWindow(ctx, page)
  const [feeds, bars, days, changes, banners, lineage, work, series, incidents] = await Promise.all([
    getFeedRows(ctx, [head.id]),
    getBars(ctx, window, { ids: [head.id] }),
    getDayRows(ctx, window, head.id),
    getChangeRows(ctx, head.id),
    getBanners(ctx, page.demo),
    getLineage(ctx, head.id),
    getWork(ctx, { kind: 'feed', key }),
    getSeries(ctx, head.id),
    getIncidents(ctx, { feed: key, before: null }, page.zone),
  ])
  const feed = feeds[0]
  if (feed === undefined) return null
  return {
    page,
    window,
    banners,
    group: { key: head.groupKey, name: head.groupName },
    feed,
    roots: await getRootsOfFeed(ctx, feed),
    outlook: await outlookOf(ctx, feed),
    why: head.why,
    description: head.description,
    runbook: head.runbook,
    ...settingsSchema.parse(head.settings),
    bars: bars.get(head.id) ?? null,
    days,
    ...lineage,
    ...(await promisedOf(ctx, key, lineage.assets)),
    ...(await recentRuns(ctx, lineage.assets)),
    changes,
    work: workOnFeeds(work, [head.id]),
    series,
    takesActions: mayOrder(ctx.actor),
    reload: await getReload(ctx, key),
    incidents: { open: incidents.open, past: incidents.days.flatMap((day) => day.incidents).slice(0, INCIDENTS_SHOWN) },
  }
}

/** What contracts about its assets say, and about what they are made from. */
async function promisedOf(
  ctx: Context,
  key: string,
  assets: readonly AssetRow[],
): Promise<Pick<FeedPage, 'contracts' | 'coming' | 'comingAbove' | 'brokenAbove'>> {
  const ids = assets.map(({ id }) => id)
  const [contracts, coming, all, brokenAbove] = await Promise.all([
    getAssetContracts(ctx, ids),
    getComingChanges(ctx, ids),
    getComingVersions(ctx),
    getBrokenAbove(ctx, key),
  ])
  const isTold = ({ asset, coming: { version } }: ComingVersion) =>
    coming.some((one) => one.source.key === asset.key && one.version === version)
  const comingAbove = all.filter((one) => one.readers.some((reader) => reader.key === key) && !isTold(one))
  return { contracts, coming, comingAbove, brokenAbove }
}

async function outlookOf(ctx: Context, feed: FeedRow): Promise<FeedPage['outlook']> {
  const { lines, again, risk } = await getOutlook(ctx, [feed])
  return { again: isUnhealthy(feed.status) ? (again.get(feed.id) ?? null) : null, riskAt: risk.get(feed.id) ?? null, lines }
}

/** The newest of both: as many as are shown of all together. */
async function recentRuns(ctx: Context, assets: readonly AssetRow[]): Promise<Pick<FeedPage, 'runs' | 'externalRuns'>> {
  const flows = [...new Set(assets.flatMap(({ flow }) => flow ?? []))]
  const jobs = assets.flatMap(({ job }) => job ?? [])
  const [runs, externalRuns] = await Promise.all([getRecentRuns(ctx, flows, RUNS_SHOWN), getRecentExternalRuns(ctx, jobs, RUNS_SHOWN)])
  const times = [...runs, ...externalRuns].map(({ scheduledFor }) => scheduledFor).sort((a, b) => b - a)
  const oldest = times[RUNS_SHOWN - 1] ?? 0
  const isShown = ({ scheduledFor }: { scheduledFor: number }) => scheduledFor >= oldest
  return { runs: runs.filter(isShown), externalRuns: externalRuns.filter(isShown) }
}

async function getLineage(ctx: Context, feedId: number): Promise<Pick<FeedPage, 'assets' | 'neighbours' | 'edges' | 'unseen'>> {
  const assets = await getAssetsOfFeed(ctx, feedId)
  const own = new Set(assets.map((asset) => asset.id))
  const [edges, unseen] = await Promise.all([getEdgesOf(ctx, [...own]), getUnseenNeighbours(ctx, [...own])])
  const others = edges.flatMap((edge) => [edge.upstreamId, edge.downstreamId]).filter((id) => !own.has(id))
  return { assets, neighbours: await getAssetsByIds(ctx, [...new Set(others)]), edges, unseen }
}
