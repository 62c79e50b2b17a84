import { isDryRunSql } from '#lib/db/runs/runs.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** How the last run of a flow ended; dry runs and runs that never were are none. */
export interface LastRun {
  id: string
  flow: string
  state: RunState
  endedAt: Instant | null
  problem: string | null
}

/**
 * SQL: of each feed the last run of a flow that writes it, as `feed_id` and a JSON `LastRun`; of several flows one whose last run did not
 * complete, then the newest. `$1` names the feeds, null all.
 */
export const LAST_RUNS_OF_FEEDS = `
  select distinct on (w.feed_id) w.feed_id, jsonb_build_object('id', last.id, 'flow', last.flow, 'state', last.state,
    'endedAt', ${instant('coalesce(last.ended_at, last.lease_until)')}, 'problem', last.problem) as last_run
  from (
    select distinct a.feed_id, a.flow from asset a join subject s on s.id = a.subject_id and s.removed_at is null
    where a.flow is not null and ($1::int[] is null or a.feed_id = any($1))
  ) w
  cross join lateral (
    select * from run r where r.flow = w.flow and r.state in ('completed', 'partial', 'failed', 'timed-out', 'cancelled', 'crashed')
      and not ${isDryRunSql('r')}
    order by r.scheduled_for desc, r.created_at desc limit 1
  ) last
  order by w.feed_id, last.state = 'completed', last.scheduled_for desc`
