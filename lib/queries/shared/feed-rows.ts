import type { Context } from '#lib/db/context.ts'
import { isOfJobSql } from '#lib/db/runs/external-runs.ts'
import { type FailedRun, type LastEnds, lastEndsSql, toFailedRun } from '#lib/db/runs/failed-runs.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { LAST_RUNS_OF_FEEDS, type LastRun } from '#lib/queries/runs/last-run.ts'
import { instant } from './instant-column.ts'
import { joinLatestArrival } from './latest-arrival.ts'

/** A feed as a line of the page: its status in force, and the weakest of what it promises. */
export interface FeedRow {
  id: number
  groupId: number
  key: string
  name: string
  owner: string | null
  status: Status | null
  reason: Reason | null
  since: Instant | null
  /** Oldest "data through" of its promised assets; of all, where none is promised. */
  dataThroughAt: Instant | null
  /** That value is a whole local day, because the source only knows dates. */
  dataThroughIsDay: boolean
  /** Oldest last load (or write) of its promised assets. */
  updatedAt: Instant | null
  /** The next moment something is expected of it; in the past when it is overdue. */
  dueAt: Instant | null
  /** When a flow that writes it runs next; null when none of Tidemark's flows does. */
  nextRunAt: Instant | null
  isLoading: boolean
  /** The last run of a flow or job that writes it, whatever its status; null when none ever ended. */
  lastRun: LastRun | null
  /** The run because of which its promise is broken; null where that is not the reason. */
  failedRun: FailedRun | null
  /** The methods on whose weak evidence its status rests; null: strong evidence, or none. */
  weakBy: string | null
}

/** Somebody stands for the feed; where nobody does, the clocks of all its assets are shown. */
const HAS_PROMISED = `exists (
    select 1 from asset p join subject ps on ps.id = p.subject_id and ps.removed_at is null where p.feed_id = a.feed_id and p.promised)`

const CLOCKS = `
  select a.feed_id,
    min((a.verdict->>'dueAt')::float8) as due_at,
    min(coalesce(loaded.at, written.at)) as updated_at,
    min(through.at) as data_through_at,
    (array_agg(through.precision order by through.at))[1] = 'day' as data_through_is_day
  from asset a
  join subject s on s.id = a.subject_id and s.removed_at is null
  ${joinLatestArrival('loadedAt', 'loaded')} ${joinLatestArrival('writtenAt', 'written')} ${joinLatestArrival('dataThroughAt', 'through')}
  where (a.promised or not ${HAS_PROMISED}) and ($1::int[] is null or a.feed_id = any($1))
  group by a.feed_id`

const WRITERS = `
  select a.feed_id, min(fl.next_run_at) as next_run_at,
    bool_or(exists (select 1 from run r where r.flow = fl.name and r.state = 'running' and not ${isDryRunSql('r')})
      or exists (select 1 from external_run r where ${isOfJobSql('r', 'a.job')} and r.ended_at is null and r.state = 'running')) as is_loading
  from (select distinct feed_id, flow, job from asset where (flow is not null or job is not null) and ($1::int[] is null or feed_id = any($1))) a
  left join flow fl on fl.name = a.flow and fl.removed_at is null
  group by a.feed_id`

/** Of the promised assets that make a feed what it is, the methods of those known by weak evidence. */
const WEAK = `
  select a.feed_id, a.verdict->>'status' as status, string_agg(distinct a.verdict->>'weakBy', ' and ') as weak_by
  from asset a
  join subject s on s.id = a.subject_id and s.removed_at is null
  where a.promised and a.verdict->>'weakBy' is not null and ($1::int[] is null or a.feed_id = any($1))
  group by a.feed_id, a.verdict->>'status'`

/** Of feeds whose reason is a run that failed: the last runs of what writes the promised asset that has been so longest. */
const FAILED = `
  select a.feed_id as id, ${lastEndsSql()} as "lastEnds" from (
    select distinct on (x.feed_id) x.* from status_span fsp
    join asset x on x.feed_id = fsp.subject_id and x.promised
    join subject xs on xs.id = x.subject_id and xs.removed_at is null
    join status_span sp on sp.subject_id = x.subject_id and sp.to_at is null and sp.reason = 'run-failed' and sp.status = fsp.status
    where fsp.to_at is null and fsp.reason = 'run-failed' and fsp.subject_id = any($1::int[])
    order by x.feed_id, sp.from_at, xs.position, xs.id
  ) a join subject s on s.id = a.subject_id`

const FEEDS = `
  with clocks as (${CLOCKS}), writers as (${WRITERS}), last_runs as (${LAST_RUNS_OF_FEEDS}), weak as (${WEAK})
  select s.id, f.group_id as "groupId", s.key, s.name, f.owner,
    sp.status, sp.reason, ${instant('sp.from_at')} as since,
    ${instant('c.data_through_at')} as "dataThroughAt", coalesce(c.data_through_is_day, false) as "dataThroughIsDay",
    ${instant('c.updated_at')} as "updatedAt", c.due_at as "dueAt",
    ${instant('w.next_run_at')} as "nextRunAt", coalesce(w.is_loading, false) as "isLoading", l.last_run as "lastRun", k.weak_by as "weakBy"
  from feed f
  join subject s on s.id = f.subject_id and s.removed_at is null
  join subject g on g.id = f.group_id
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  left join clocks c on c.feed_id = s.id
  left join writers w on w.feed_id = s.id
  left join last_runs l on l.feed_id = s.id
  left join weak k on k.feed_id = s.id and k.status = sp.status
  where $1::int[] is null or s.id = any($1)
  order by g.position, g.id, s.position, s.id`

/** Every feed of the page in its order, or only the named ones. */
export async function getFeedRows(ctx: Context, ids: readonly number[] | null = null): Promise<FeedRow[]> {
  const { rows } = await ctx.pool.query<Omit<FeedRow, 'failedRun'>>(FEEDS, [ids])
  const failing = rows.filter(({ reason }) => reason === 'run-failed').map(({ id }) => id)
  const failedRuns = failing.length === 0 ? new Map<number, FailedRun | null>() : await failedRunsOf(ctx, failing)
  return rows.map((row) => ({ ...row, failedRun: failedRuns.get(row.id) ?? null }))
}

async function failedRunsOf(ctx: Context, feedIds: readonly number[]): Promise<Map<number, FailedRun | null>> {
  const { rows } = await ctx.pool.query<{ id: number; lastEnds: LastEnds | null }>(FAILED, [feedIds])
  return new Map(rows.map(({ id, lastEnds }) => [id, toFailedRun(lastEnds)]))
}
