import type { Context } from '#lib/db/context.ts'
import { jobNameSql } from '#lib/db/runs/job-names.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import { ownWords } from '#lib/domain/runs/own-words.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import type { DayPassed } from './day-passed.ts'

/** The runs of a flow, or of another system's job, that lay on a day. */
export interface DayWork {
  /** The connection that told of them; null: they are ours. */
  system: string | null
  name: string
  /** What its system calls the job, where that is another word. */
  jobName: string | null
  runs: number
  completed: number
  rows: number | null
  firstAt: Instant
  lastAt: Instant
}

/** A run of a day that did not go well. */
export interface DayProblem {
  id: string
  system: string | null
  name: string
  jobName: string | null
  state: RunState
  at: Instant
  /** Its own words, on one line. */
  says: string | null
}

export interface DayRuns {
  total: number
  completed: number
  work: DayWork[]
  /** The first of them in order of time. */
  problems: DayProblem[]
  problemCount: number
}

const PROBLEMS = `'failed', 'timed-out', 'crashed', 'partial', 'missed'`
const PROBLEMS_SHOWN = 30

/** What is only planned, and what ran dry, is no run of the day; what another system ran for a flow is that flow's. */
const RUNS = `
  (select r.id, r.flow as name, null::text as system, r.state, r.scheduled_for as at, r.rows_loaded as rows, r.problem
   from run r where r.scheduled_for >= $1 and r.scheduled_for < $2 and r.state not in ('scheduled', 'overdue') and not ${isDryRunSql('r')}
   union all
   select r.id, r.job, r.connection_key, r.state, r.placed_at, r.rows, r.error
   from external_run r where r.placed_at >= $1 and r.placed_at < $2 and r.state not in ('scheduled', 'overdue')
     and not exists (select from job_of_run j where j.external_run_id = r.id))`

const JOB_NAME = jobNameSql('x.system', 'x.name')

const WORK = `
  select x.system, x.name, ${JOB_NAME} as "jobName", count(*)::int as runs, (count(*) filter (where x.state = 'completed'))::int as completed,
    sum(x.rows)::float8 as rows, ${instant('min(x.at)')} as "firstAt", ${instant('max(x.at)')} as "lastAt"
  from ${RUNS} x group by x.system, x.name order by min(x.at), x.name`

const FAILED = `
  select x.id::text, x.system, x.name, ${JOB_NAME} as "jobName", x.state, ${instant('x.at')} as at, x.problem as says, (count(*) over ())::int as total
  from ${RUNS} x where x.state in (${PROBLEMS}) order by x.at, x.id limit ${PROBLEMS_SHOWN}`

/** The runs of a day, by when they were scheduled for or began: by flow and job, and one by one what did not go well. */
export async function getDayRuns(ctx: Context, { start, until }: DayPassed): Promise<DayRuns> {
  const values = [new Date(start), new Date(until)]
  const [work, failed] = await Promise.all([
    ctx.pool.query<DayWork>(WORK, values),
    ctx.pool.query<DayProblem & { total: number }>(FAILED, values),
  ])
  const sum = (of: (one: DayWork) => number) => work.rows.reduce((all, one) => all + of(one), 0)
  return {
    total: sum(({ runs }) => runs),
    completed: sum(({ completed }) => completed),
    work: work.rows,
    problems: failed.rows.map(({ total: _, says, ...run }) => ({ ...run, says: ownWords(says) })),
    problemCount: failed.rows[0]?.total ?? 0,
  }
}
