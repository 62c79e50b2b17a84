import type { Context } from '#lib/db/context.ts'
import { MEASURED_RUNS } from '#lib/db/history/job-outcomes.ts'
import { isOfJobSql } from '#lib/db/runs/external-runs.ts'
import { jobNameSql } from '#lib/db/runs/job-names.ts'
import { MARK_LENGTH } from '#lib/domain/push/pushed-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** A run of another system's job as a line. */
export interface ExternalRunRow {
  id: string
  /** The connection that told of it. */
  system: string
  job: string
  /** What its system calls the job, where that is another word. */
  jobName: string | null
  /** How its own system names it. */
  externalId: string
  state: RunState
  attempt: number
  /** When it was scheduled for, or began. */
  scheduledFor: Instant
  startedAt: Instant | null
  endedAt: Instant | null
  /** While it goes on: when it ends if it takes as long as usual. */
  etaAt: Instant | null
  rows: number | null
  /** The system's own words. */
  problem: string | null
  /** Its page in that system. */
  url: string | null
}

/** SQL: how long a run `r` of a job usually takes: the middle of its last good runs; null while none is known. */
export const USUAL_DURATION = `(
  select percentile_cont(0.5) within group (order by extract(epoch from d.ended_at - d.started_at)) * interval '1 second' from (
    select g.ended_at, g.started_at from external_run g
    where g.connection_key = r.connection_key and g.job = r.job and g.state = 'completed' and not g.empties and g.started_at is not null
    order by g.ended_at desc limit ${MEASURED_RUNS}
  ) d)`

/** SQL: the number of a run `r` as its own system says it. */
const OWN_ID = `case when r.told_by like 'push:%' then regexp_replace(r.external_id, '~[0-9a-f]{${MARK_LENGTH}}$', '') else r.external_id end`

/** The columns of a run `r`, as `ExternalRunRow` names them. */
export const EXTERNAL_RUN_COLUMNS = `
  r.id::text, r.connection_key as system, r.job, ${jobNameSql('r.connection_key', 'r.job')} as "jobName", ${OWN_ID} as "externalId", r.state, r.attempt, ${instant('r.placed_at')} as "scheduledFor",
  ${instant('r.started_at')} as "startedAt", ${instant('r.ended_at')} as "endedAt", r.rows::float8 as rows, r.error as problem, r.url,
  case when r.state = 'running' then ${instant(`r.started_at + ${USUAL_DURATION}`)} end as "etaAt"`

const RECENT = `
  select ${EXTERNAL_RUN_COLUMNS} from unnest($1::text[]) as j(job)
  cross join lateral (
    select * from external_run x where ${isOfJobSql('x', 'j.job')}
    order by x.placed_at desc, x.id desc limit $2
  ) r
  order by r.placed_at desc, r.id desc limit $2`

/** The latest runs of these jobs, `<connection>/<job>`, newest first. */
export async function getRecentExternalRuns(ctx: Context, jobs: readonly string[], limit: number): Promise<ExternalRunRow[]> {
  if (jobs.length === 0) return []
  const { rows } = await ctx.pool.query<ExternalRunRow>(RECENT, [[...new Set(jobs)], limit])
  return rows
}
