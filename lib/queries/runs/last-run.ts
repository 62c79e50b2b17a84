import { isOfJobSql } from '#lib/db/runs/external-runs.ts'
import { ENDED } from '#lib/db/runs/failed-runs.ts'
import { jobNameSql } from '#lib/db/runs/job-names.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** How the last run of a flow, or of another system's job, ended; dry runs and runs that never were are none. */
export interface LastRun {
  id: string
  /** The flow, or the job of `system`. */
  flow: string
  /** What that system calls the job, where that is another word. */
  jobName: string | null
  /** The connection that told of it; null: it is ours. */
  system: string | null
  state: RunState
  endedAt: Instant | null
  problem: string | null
}

/**
 * SQL: of each feed the last run of a flow, or of another system's job, that writes it, as `feed_id` and a JSON `LastRun`; of several flows one whose last run did not
 * complete, then the newest. One that failed and loaded all that the feed has of its job went well for the feed. `$1` names the feeds, null all.
 */
export const LAST_RUNS_OF_FEEDS = `
  select distinct on (w.feed_id) w.feed_id, jsonb_build_object('id', last.id, 'flow', last.flow, 'jobName', ${jobNameSql('last.system', 'last.flow')}, 'system', last.system, 'state', last.state,
    'endedAt', ${instant('last.ended_at')}, 'problem', last.problem) as last_run
  from (
    select a.feed_id, a.flow, a.job, array_agg(case when a.connection_key = split_part(a.job, '/', 1) then a.path else s.key end) as names
    from asset a join subject s on s.id = a.subject_id and s.removed_at is null
    where (a.flow is not null or a.job is not null) and ($1::int[] is null or a.feed_id = any($1))
    group by a.feed_id, a.flow, a.job
  ) w
  cross join lateral (
    (select r.id, r.flow, null as system, r.state, coalesce(r.ended_at, r.lease_until) as ended_at, r.problem, r.scheduled_for from run r
     where r.flow = w.flow and r.state in (${ENDED}) and not ${isDryRunSql('r')} order by r.scheduled_for desc, r.created_at desc limit 1)
    union all
    (select r.id, r.job, r.connection_key, case when w.names <@ r.loaded and not w.names && coalesce(r.writes, '{}') then 'completed' else r.state end, r.ended_at, r.error, r.placed_at from external_run r
     where ${isOfJobSql('r', 'w.job')} and r.state in (${ENDED})
     order by r.placed_at desc, r.id desc limit 1)
  ) last
  order by w.feed_id, last.state = 'completed', last.scheduled_for desc`
