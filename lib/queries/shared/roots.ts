import type { Context } from '#lib/db/context.ts'
import { isOfJobSql, stateForSql } from '#lib/db/runs/external-runs.ts'
import { ENDED, type FailedRun, type LastEnds, lastEndsSql, toFailedRun } from '#lib/db/runs/failed-runs.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { FeedRow } from './feed-rows.ts'
import { instant } from './instant-column.ts'

/** What holds something back in the end: not fresh, and by nothing it is made from. */
export interface HeldBy {
  key: string
  name: string
  feedKey: string
  feedName: string
  status: Status
  reason: Reason
  since: Instant
  /** The last run that should have loaded it, where that did not complete. */
  run: { id: string; state: RunState; scheduledFor: Instant; problem: string | null } | null
  /** The same where its failure is the reason, with how often it failed so. */
  failedRun: FailedRun | null
}

const OF_ASSETS = 'select id, id from unnest($1::int[]) as w(id)'
const NOT_FRESH = "sp.to_at is null and sp.status in ('stale', 'late', 'unknown')"
const OF_FEEDS = `
  select a.feed_id, a.subject_id from asset a join subject s on s.id = a.subject_id and s.removed_at is null
  join status_span sp on sp.subject_id = a.subject_id and ${NOT_FRESH}
  where a.feed_id = any($1::int[]) and a.promised`

const LAST_RUN = `
  select jsonb_build_object('id', x.id, 'state', x.state, 'scheduledFor', ${instant('x.at')}, 'problem', x.problem) as run from (
    (select r.id, r.state, r.scheduled_for as at, r.problem from run r
     where r.flow = a.flow and r.state in (${ENDED}) and not ${isDryRunSql('r')} order by r.scheduled_for desc, r.created_at desc limit 1)
    union all
    (select r.id, ${stateForSql('r', 'a', 's')} as state, r.placed_at, r.error from external_run r
     where ${isOfJobSql('r', 'a.job')} and r.state in (${ENDED}) and ${stateForSql('r', 'a', 's')} is not null
     order by r.placed_at desc, r.id desc limit 1)
  ) x where x.state <> 'completed' limit 1`

const roots = (held: string) => `
  with recursive held(of, id) as (
    ${held}
    union
    select h.of, b.id::int from held h join asset a on a.subject_id = h.id
    cross join lateral jsonb_array_elements_text(coalesce(nullif(a.verdict->'blockedBy', 'null'), '[]')) as b(id)
  )
  select h.of, h.id, s.key, s.name, fs.key as "feedKey", fs.name as "feedName", sp.status, sp.reason, ${instant('sp.from_at')} as since, last.run
  from held h
  join subject s on s.id = h.id and s.removed_at is null
  join asset a on a.subject_id = s.id
  join subject fs on fs.id = a.feed_id
  join status_span sp on sp.subject_id = s.id and ${NOT_FRESH} and sp.reason <> 'blocked'
  left join lateral (${LAST_RUN}) last on true
  order by sp.from_at, s.position, s.id`

const FAILING = `
  select s.id, ${lastEndsSql()} as "lastEnds"
  from asset a join subject s on s.id = a.subject_id where s.id = any($1::int[])`

type StoredRoot = Omit<HeldBy, 'failedRun'> & { of: number; id: number }

async function load(ctx: Context, sql: string, ids: readonly number[]): Promise<Map<number, HeldBy[]>> {
  if (ids.length === 0) return new Map()
  const { rows } = await ctx.pool.query<StoredRoot>(sql, [ids])
  const failedRuns = await failedRunsOf(
    ctx,
    rows.filter(({ reason }) => reason === 'run-failed').map(({ id }) => id),
  )
  const grouped = Map.groupBy(rows, ({ of }) => of)
  return new Map(
    [...grouped].map(([of, found]) => [of, found.map(({ of: _of, id, ...root }) => ({ ...root, failedRun: failedRuns.get(id) ?? null }))]),
  )
}

/** One root may hold much: its runs are read once. */
async function failedRunsOf(ctx: Context, ids: readonly number[]): Promise<Map<number, FailedRun | null>> {
  if (ids.length === 0) return new Map()
  const { rows } = await ctx.pool.query<{ id: number; lastEnds: LastEnds | null }>(FAILING, [[...new Set(ids)]])
  return new Map(rows.map(({ id, lastEnds }) => [id, toFailedRun(lastEnds)]))
}

/** What holds each of these assets back in the end, as far as the reader sees the way there, what turned first before the others. */
export function getRootsOfAssets(ctx: Context, ids: readonly number[]): Promise<Map<number, HeldBy[]>> {
  return load(ctx, roots(OF_ASSETS), ids)
}

/** The same of feeds that are held back, by all that is promised of them and not fresh: what is wrong in them by itself is among it. */
export function getRootsOfFeeds(ctx: Context, feeds: readonly Pick<FeedRow, 'id' | 'status' | 'reason'>[]): Promise<Map<number, HeldBy[]>> {
  const held = feeds.filter(({ status, reason }) => reason === 'blocked' && status !== 'fresh')
  const ids = held.map(({ id }) => id)
  return load(ctx, roots(OF_FEEDS), ids)
}
