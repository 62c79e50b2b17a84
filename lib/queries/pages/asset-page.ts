import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { type AssetVersion, loadAssetVersions } from '#lib/db/history/versions.ts'
import { jobNameOfKeySql } from '#lib/db/runs/job-names.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import type { KeyPromise } from '#lib/domain/coverage/key-promise.ts'
import { lateInWords } from '#lib/domain/freshness/days/delivery-words.ts'
import { lateArrivals } from '#lib/domain/freshness/days/late-arrivals.ts'
import type { Arrival, JudgedClock } from '#lib/domain/freshness/facts.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import { findCauses } from '#lib/domain/lineage/causes/find-causes.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type ContractView, getAssetContracts } from '#lib/queries/catalogue/asset-contracts.ts'
import { getAssetKeys, type KeyView } from '#lib/queries/catalogue/asset-keys.ts'
import { type AgeOfClock, getAges } from '#lib/queries/days/ages.ts'
import { type ExternalRunRow, getRecentExternalRuns } from '#lib/queries/runs/external-run-rows.ts'
import { getReload, type ReloadView } from '#lib/queries/runs/reload-order.ts'
import { getRecentRuns, type RunDetail } from '#lib/queries/runs/run-rows.ts'
import { type AssetFacts, getAssetFacts } from '#lib/queries/shared/asset-columns.ts'
import { type AssetRow, getAssetsByIds, getEdgesOf, getUnseenNeighbours, type UnseenNeighbour } from '#lib/queries/shared/asset-rows.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { type Bars, getBars } from '#lib/queries/shared/bars.ts'
import { causeGraphNow } from '#lib/queries/shared/causes.ts'
import { type ChangeRow, getChangeRows } from '#lib/queries/shared/change-rows.ts'
import { type ClockLine, getClockLines, seesWitness } from '#lib/queries/shared/clock-lines.ts'
import { type DayRow, getDayRows } from '#lib/queries/shared/day-rows.ts'
import { type DayWindow, getDayWindow } from '#lib/queries/shared/day-window.ts'
import { getGoodAgain } from '#lib/queries/shared/good-again.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { getRootsOfAsset, type HeldByRun } from '#lib/queries/shared/roots.ts'
import { getSeries, type SeriesView } from '#lib/queries/shared/series.ts'
import { getWork, type WorkView, workOnAsset } from '#lib/queries/shared/work.ts'

/** A clock changed: what the history of an asset is made of. */
export interface ArrivalRow {
  id: string
  clock: JudgedClock
  at: Instant | null
  isDay: boolean
  recordedAt: Instant
  kind: 'arrival' | 'correction'
  rows: number | null
  /** How we know, in the connector's words; null where nobody says, or somebody the reader does not see. */
  evidence: string | null
  runId: string | null
  /** It delivered what was due earlier: `6 h 5 min late, 09:05`. */
  late: string | null
}

type StoredArrivalRow = Omit<ArrivalRow, 'late'> & Pick<Arrival, 'witness' | 'happenedAt'> & { placedAt: Instant | null }

/** The latest look: how it was done and what it saw. */
interface LastProbe {
  attemptedAt: Instant | null
  method: string | null
  strength: string | null
  detail: string | null
  costMs: number | null
  rows: number | null
  warnings: string[]
  /** The clocks that its promises are about. */
  clocks: JudgedClock[]
  lateAt: Instant | null
  staleAt: Instant | null
}

/** How it came into the catalogue though nobody wrote it; the lines of the rule are for those who see everything. */
export interface Adoption {
  file: string
  line: number
  yaml: string | null
  goneAt: Instant | null
}

const ADOPTION = `
  select rule ->> 'file' as file, (rule ->> 'line')::int as line, rule ->> 'yaml' as yaml, ${instant('gone_at')} as "goneAt" from adoption where asset_id = $1`

export interface AssetPage {
  page: CataloguePage
  window: DayWindow
  banners: Banner[]
  group: { key: string; name: string }
  asset: AssetRow
  /** What holds it back in the end; none where something of its own is wrong. */
  roots: HeldByRun[]
  /** When it is good again; null: it is not in trouble. */
  again: GoodAgain | null
  why: string | null
  connection: string
  path: string
  /** What the system of the job that writes it calls that, where that is another word. */
  jobName: string | null
  look: LastProbe
  /** What every witness says of every clock. */
  told: ClockLine[]
  policies: Policy[]
  /** What is promised of each of its keys, and how these stand; null: nothing. */
  coverage: { promise: KeyPromise; keys: KeyView[] } | null
  blindAfterMs: number | null
  bars: Bars | null
  days: DayRow[]
  upstream: AssetRow[]
  downstream: AssetRow[]
  unseen: UnseenNeighbour[]
  arrivals: ArrivalRow[]
  /** How old it was, by each clock that is judged, as far back as those arrivals reach. */
  ages: AgeOfClock[]
  /** What its own system, or who pushes, tells of it: columns, labels, where it is seen there. */
  facts: AssetFacts | undefined
  /** null: no contract is about it. */
  contract: ContractView | null
  /** The rule that took it over from what was found; null: it is written. */
  adoption: Adoption | null
  /** The latest run of the flow that writes it, dry runs left out. */
  run: RunDetail | null
  /** The latest run of another system's job that writes it; while that goes on, the one before it, too. */
  externalRuns: ExternalRunRow[]
  changes: ChangeRow[]
  work: WorkView[]
  /** Its own maintenance that comes again. */
  series: SeriesView[]
  takesActions: boolean
  /** Of its feed. */
  reload: ReloadView
}

interface Head extends LastProbe {
  id: number
  why: string | null
  connection: string
  path: string
  groupKey: string
  groupName: string
  flow: string | null
  job: string | null
  jobName: string | null
  feedId: number
}

const HEAD = `
  select s.id, s.why, a.connection_key as connection, a.path, a.flow, a.job, ${jobNameOfKeySql('a.job')} as "jobName", a.feed_id as "feedId", g.key as "groupKey", g.name as "groupName",
    ${instant('seen.attempted_at')} as "attemptedAt",
    a.observation->'evidence'->>'method' as method, a.observation->'evidence'->>'strength' as strength,
    a.observation->'evidence'->>'detail' as detail, (a.observation->'evidence'->>'costMs')::float8 as "costMs",
    (a.observation->>'rows')::float8 as rows, coalesce(a.observation->'warnings', '[]') as warnings,
    coalesce(a.verdict->'clocks', '[]') as clocks, (a.verdict->>'lateAt')::float8 as "lateAt", (a.verdict->>'staleAt')::float8 as "staleAt"
  from subject s join asset a on a.subject_id = s.id left join sight seen on seen.asset_id = s.id
  join feed f on f.subject_id = a.feed_id join subject g on g.id = f.group_id
  where s.kind = 'asset' and s.key = $1 and s.removed_at is null`

const ARRIVALS_SHOWN = 60

const ARRIVALS = `
  select id::text, clock, ${instant('at')} as at, precision = 'day' as "isDay", ${instant('recorded_at')} as "recordedAt", kind,
    rows::float8 as rows, (select e.detail from evidence e where e.id = x.evidence_id and ${seesWitness('x.source')}) as evidence,
    (select r.id::text from run r where r.id = x.run_id union all select e.id::text from external_run e where e.id = x.run_id) as "runId", ${instant('placed_at')} as "placedAt",
    source as witness, ${instant('happened_at')} as "happenedAt"
  from arrival x where x.asset_id = $1 order by x.recorded_at desc, x.id desc limit ${ARRIVALS_SHOWN}`

/** The screen of one asset; null when there is none of that key. */
export async function getAssetPage(ctx: Context, key: string): Promise<AssetPage | null> {
  const [page, found] = await Promise.all([getPageSettings(ctx), ctx.pool.query<Head>(HEAD, [key])])
  const head = found.rows[0]
  if (page === null || head === undefined) return null
  const window = await getDayWindow(ctx, page)
  const { id, why, connection, path, groupKey, groupName, flow, job, jobName, feedId, ...look } = head
  const [neighbours, unseen, bars, days, changes, banners, arrivals, runs, externalRuns, versions, work, series, adoptions, facts] =
    await Promise.all([
      getNeighbours(ctx, id),
      getUnseenNeighbours(ctx, [id]),
      getBars(ctx, window, { ids: [id] }),
      getDayRows(ctx, window, id),
      getChangeRows(ctx, id),
      getBanners(ctx, page.demo),
      ctx.pool.query<StoredArrivalRow>(ARRIVALS, [id]),
      getRecentRuns(ctx, flow === null ? [] : [flow], 1, { loads: true }),
      getRecentExternalRuns(ctx, job === null ? [] : [job], 2),
      loadAssetVersions(ctx.pool, [id]),
      getWork(ctx, { kind: 'asset', key }),
      getSeries(ctx, id),
      ctx.pool.query<Adoption>(ADOPTION, [id]),
      getAssetFacts(ctx, [id]),
    ])
  if (neighbours === null) return null
  const { asset } = neighbours
  const own = versions.get(id) ?? []
  const settings = own.at(-1)?.settings
  const blindAfterMs = settings?.blindAfterMs ?? null
  const promise = settings?.expect ?? null
  const [keys, held, told, ages, reload] = await Promise.all([
    getAssetKeys(ctx, { ...asset, blindAfterMs }, promise),
    trouble(ctx, asset),
    getClockLines(ctx, { id, probedAt: asset.probedAt, blindAfterMs, zone: page.zone }),
    getAges(ctx, { id, probedAt: asset.probedAt, clocks: look.clocks }, own, arrivals.rows),
    getReload(ctx, asset.feedKey),
  ])
  return {
    ...{ page, window, banners, why, jobName, connection, path, look, told, blindAfterMs, days, unseen, ages, changes, series, reload },
    ...neighbours,
    ...held,
    group: { key: groupKey, name: groupName },
    policies: settings?.policies ?? [],
    coverage: promise && { promise, keys },
    bars: bars.get(id) ?? null,
    arrivals: withLateness(arrivals.rows, own, window),
    facts: facts.get(id),
    adoption: adoptions.rows[0] ?? null,
    run: runs[0] ?? null,
    externalRuns: externalRuns.slice(0, externalRuns[0]?.endedAt === null ? 2 : 1),
    work: workOnAsset(work, { key, flow, feedId }),
    takesActions: mayOrder(ctx.actor),
  }
}

/** The asset, the contract about it, what it is made from, and what is made from it; null: it left between two looks. */
async function getNeighbours(ctx: Context, id: number): Promise<Pick<AssetPage, 'asset' | 'upstream' | 'downstream' | 'contract'> | null> {
  const edges = await getEdgesOf(ctx, [id])
  const upstreamIds = edges.filter((edge) => edge.downstreamId === id).map((edge) => edge.upstreamId)
  const downstreamIds = edges.filter((edge) => edge.upstreamId === id).map((edge) => edge.downstreamId)
  const around = await getAssetsByIds(ctx, [id, ...upstreamIds, ...downstreamIds])
  const asset = around.find((row) => row.id === id)
  const among = (ids: readonly number[]) => around.filter((row) => ids.includes(row.id))
  if (asset === undefined) return null
  const [contract = null] = await getAssetContracts(ctx, [id])
  return { asset, contract, upstream: among(upstreamIds), downstream: among(downstreamIds) }
}

/** What holds it back and when it is good again, of one look. */
async function trouble(ctx: Context, { id, key, status }: AssetRow): Promise<Pick<AssetPage, 'roots' | 'again'>> {
  if (!isUnhealthy(status)) return { roots: [], again: null }
  const graph = await causeGraphNow(ctx, false)
  const [roots, again] = await Promise.all([getRootsOfAsset(ctx, id, key, findCauses(graph)), getGoodAgain(ctx, graph)])
  return { roots, again: again.get(id) ?? null }
}

/** Which of these arrivals delivered late what the promises in force then asked for. */
function withLateness(rows: readonly StoredArrivalRow[], versions: readonly AssetVersion[], { now, zone }: DayWindow): ArrivalRow[] {
  const arrivals = rows.map(({ isDay, ...row }) => ({ ...row, precision: isDay ? ('day' as const) : ('instant' as const) }))
  const late = lateArrivals(versions, arrivals, now)
  return rows.map(({ placedAt, witness, happenedAt, ...row }, position) => {
    const arrival = arrivals[position]
    const delivered = arrival === undefined ? undefined : late.get(arrival)
    return { ...row, late: delivered === undefined ? null : lateInWords(delivered, zone) }
  })
}
