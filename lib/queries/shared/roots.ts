import type { Context } from '#lib/db/context.ts'
import { isOfJobSql, stateForSql } from '#lib/db/runs/external-runs.ts'
import { ENDED, type FailedRun, type LastEnds, lastEndsSql, toFailedRun } from '#lib/db/runs/failed-runs.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import { isUnhealthy, type Reason, type Status } from '#lib/domain/freshness/status.ts'
import { assetOf, type Cause, type CauseKey, partsOfCause } from '#lib/domain/lineage/causes/cause.ts'
import type { Beginning, Causes } from '#lib/domain/lineage/causes/find-causes.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import { causesNow, withSystemNames } from './causes.ts'
import type { FeedRow } from './feed-rows.ts'
import { instant } from './instant-column.ts'

interface System {
  kind: 'connection' | 'flow' | 'job'
  /** Of a connection; of a flow its name, of a job `<connection>/<job>`. */
  key: string
  name: string
  since: Instant
  /** Of a connection: its database is. */
  isGone?: boolean
}

/** An asset with which the trouble of something begins: not fresh, and nothing it is made from explains it. */
export interface HeldBy {
  id: number | null
  /** null, with what else would tell which it is: the reader does not see it. */
  key: string | null
  name: string
  feedKey: string | null
  feedName: string | null
  /** Its feed is judged by it. */
  promised: boolean
  status: Status | null
  reason: Reason | null
  since: Instant
  /** The run that should have loaded it, where its failure is the reason, with how often it failed so. */
  failedRun: FailedRun | null
  /** The connection that is down, or the flow or job that fails, that it comes down to. */
  system: System | null
}

/** The same with the last run that should have loaded it, where that did not complete. */
export interface HeldByRun extends HeldBy {
  run: { id: string; state: RunState; scheduledFor: Instant; problem: string | null } | null
}

interface AssetRow extends Omit<HeldBy, 'since' | 'system' | 'failedRun'> {
  id: number
  lastEnds: LastEnds | null
}

const LAST_RUN = `
  select jsonb_build_object('id', x.id, 'state', x.state, 'scheduledFor', ${instant('x.at')}, 'problem', x.problem) as run from (
    (select r.id, r.state, r.scheduled_for as at, r.problem from run r
     where r.flow = a.flow and r.state in (${ENDED}) and not ${isDryRunSql('r')} order by r.scheduled_for desc, r.created_at desc limit 1)
    union all
    (select r.id, ${stateForSql('r', 'a', 's')} as state, r.placed_at, r.error from external_run r
     where ${isOfJobSql('r', 'a.job')} and r.state in (${ENDED}) and ${stateForSql('r', 'a', 's')} is not null
     order by r.placed_at desc, r.id desc limit 1)
  ) x where x.state <> 'completed' limit 1`

const LAST_RUNS = `
  select s.id, last.run from asset a join subject s on s.id = a.subject_id cross join lateral (${LAST_RUN}) last where s.id = any($1::int[])`

const ASSETS = `
  select s.id, s.key, s.name, fs.key as "feedKey", fs.name as "feedName", a.promised, sp.status, sp.reason,
    case when sp.reason = 'run-failed' then ${lastEndsSql()} end as "lastEnds"
  from unnest($1::int[]) w(id) join subject s on s.id = w.id
  join asset a on a.subject_id = s.id
  join subject fs on fs.id = a.feed_id
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null`

const PROMISED = `
  select a.feed_id as of, a.subject_id as id from asset a join subject s on s.id = a.subject_id and s.removed_at is null
  join status_span sp on sp.subject_id = a.subject_id and sp.to_at is null and sp.status in ('stale', 'late', 'unknown')
  where a.feed_id = any($1::int[]) and a.promised order by s.position, s.id`

/** Something with the assets by which it is judged. */
interface Judged {
  of: number
  ids: readonly number[]
}

/** Of what is not seen no more than since when it is so. */
const UNKNOWN = { id: null, promised: false, status: null, reason: null, failedRun: null, system: null }

async function load(ctx: Context, judged: readonly Judged[], known: Causes | null = null): Promise<Map<number, HeldBy[]>> {
  if (judged.every(({ ids }) => ids.length === 0)) return new Map()
  const causes = known ?? (await causesNow(ctx))
  const begun = judged.map(({ of, ids }) => [of, beginningsOf(causes, ids)] as const)
  const wanted = new Set(begun.flatMap(([, own]) => own.flatMap(({ key }) => assetOf(key) ?? [])))
  const { rows } = await ctx.pool.query<AssetRow>(ASSETS, [[...wanted]])
  const byId = new Map(rows.map(({ lastEnds, ...row }) => [row.id, { ...row, failedRun: toFailedRun(lastEnds) }]))
  const systems = await systemsOf(
    ctx,
    begun.flatMap(([, own]) => own),
  )
  return new Map(begun.flatMap(([of, own]) => (own.length === 0 ? [] : [[of, own.flatMap((one) => toHeldBy(one, byId, systems))]])))
}

/** The systems that these come down to, by the keys of the causes. */
async function systemsOf(ctx: Context, begun: readonly Beginning[]): Promise<ReadonlyMap<CauseKey, System>> {
  const causes = new Map(begun.flatMap(({ cause }) => (cause === null ? [] : [[cause.key, cause]])))
  const systems = [...causes.values()].flatMap(toSystem)
  return new Map((await withSystemNames(ctx, systems)).map((system) => [`${system.kind}:${system.key}`, system]))
}

function toSystem({ key, since }: Pick<Cause, 'key' | 'since'>): System[] {
  const { kind, name } = partsOfCause(key)
  return kind === 'asset' || kind === 'unseen' ? [] : [{ kind, key: name, name, since }]
}

async function withLastRuns(ctx: Context, roots: readonly HeldBy[]): Promise<HeldByRun[]> {
  if (roots.length === 0) return []
  const { rows } = await ctx.pool.query<Pick<HeldByRun, 'id' | 'run'>>(LAST_RUNS, [roots.flatMap(({ id }) => id ?? [])])
  const runs = new Map(rows.map(({ id, run }) => [id, run]))
  return roots.map((root) => ({ ...root, run: runs.get(root.id) ?? null }))
}

/** Of all of these together, each once, what turned first before the others. */
function beginningsOf(causes: Causes, ids: readonly number[]): Beginning[] {
  const found = new Map(ids.flatMap((id) => causes.beginningsOf(id)).map((one) => [one.key, one]))
  return [...found.values()].sort((a, b) => a.since - b.since)
}

function toHeldBy(
  beginning: Beginning,
  assets: ReadonlyMap<number, Omit<HeldBy, 'since' | 'system'>>,
  systems: ReadonlyMap<CauseKey, System>,
): HeldBy[] {
  const { since, cause } = beginning
  const id = assetOf(beginning.key)
  if (id === null) return [{ key: null, name: UNSEEN, feedKey: null, feedName: null, ...UNKNOWN, since }]
  const asset = assets.get(id)
  return asset === undefined ? [] : [{ ...asset, since, system: cause === null ? null : (systems.get(cause.key) ?? null) }]
}

/** With what the trouble of an asset begins, as far as the reader sees it, what turned first before the others; not itself, unless a connection is the reason. */
export async function getRootsOfAsset(ctx: Context, id: number, key: string, known: Causes | null = null): Promise<HeldByRun[]> {
  const found = (await load(ctx, [{ of: id, ids: [id] }], known)).get(id) ?? []
  return withLastRuns(
    ctx,
    found.filter((root) => root.key !== key || root.system?.kind === 'connection'),
  )
}

/** The same of one feed; not what it is judged by itself, unless a connection is the reason. */
export async function getRootsOfFeed(ctx: Context, feed: Pick<FeedRow, 'id' | 'key' | 'status'>): Promise<HeldByRun[]> {
  const found = (await getRootsOfFeeds(ctx, [feed])).get(feed.id) ?? []
  return withLastRuns(
    ctx,
    found.filter(({ feedKey, promised, system }) => feedKey !== feed.key || !promised || system?.kind === 'connection'),
  )
}

/** The same of feeds, by all that is promised of them and not fresh: what is wrong in them by itself is among it. `known`: the causes of this look. */
export async function getRootsOfFeeds(
  ctx: Context,
  feeds: readonly Pick<FeedRow, 'id' | 'status'>[],
  known: Causes | null = null,
): Promise<Map<number, HeldBy[]>> {
  const ids = feeds.filter(({ status }) => isUnhealthy(status)).map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const { rows } = await ctx.pool.query<{ of: number; id: number }>(PROMISED, [ids])
  return load(
    ctx,
    [...Map.groupBy(rows, ({ of }) => of)].map(([of, own]) => ({ of, ids: own.map(({ id }) => id) })),
    known,
  )
}
