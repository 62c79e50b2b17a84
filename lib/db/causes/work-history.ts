import type { Sql } from '#lib/db/context.ts'
import { DURATIONS_BEFORE } from '#lib/db/history/run-outcomes.ts'
import { toText } from '#lib/db/instants.ts'
import { isOfJobSql } from '#lib/db/runs/external-runs.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import type { FailingWork } from '#lib/domain/lineage/causes/cause.ts'
import type { Dated } from '#lib/domain/lineage/causes/cause-history.ts'
import { hungAt } from '#lib/domain/runs/hung-run.ts'
import { DEFAULT_TIMEOUT_MS, isGood } from '#lib/domain/runs/run.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import {
  type FlowRow,
  failingFlow,
  failingJob,
  JOB_DURATIONS_BEFORE,
  JOB_RUNS_READ,
  type JobRow,
  limitOf,
  OWN_END,
  TOLD_END,
  type Written,
  writtenSql,
} from './failing-work.ts'
import { listSql, ms } from './result-sql.ts'

/** A run that went on long enough to hang: no other is measured by those before it. */
const isLong = (run: string, end: string) =>
  `coalesce(${end}, $2) - ${run}.started_at > least(${MINUTE_MS}, coalesce((f.settings ->> 'timeoutMs')::float8, ${DEFAULT_TIMEOUT_MS}) / 2) * interval '1 millisecond'`

/** Of each flow that writes something its runs since the last that had gone well by `$1`, the newest first. */
const FLOWS = `
  select f.name, f.settings -> 'timeoutMs' as "timeoutMs", f.settings -> 'connections' as connections, f.settings -> 'reads' as reads,
    f.settings -> 'writes' as writes, found.runs
  from flow f
  left join lateral (
    select r.scheduled_for as at from run r
    where r.flow = f.name and r.state in ('completed', 'partial') and r.ended_at <= $1 and not ${isDryRunSql('r')} order by r.scheduled_for desc limit 1
  ) good on true
  cross join lateral (
    select json_agg(x order by x."placedAt" desc, x.created_at desc) as runs from (
      select r.state, ${ms('r.scheduled_for')} as "placedAt", r.created_at, ${ms('r.started_at')} as "startedAt", ${ms(OWN_END)} as "endedAt",
        case when ${isLong('r', OWN_END)} then ${DURATIONS_BEFORE} end as durations, coalesce(r.problem, '') <> '' as "saysWhy"
      from run r
      where r.flow = f.name and r.scheduled_for > coalesce(good.at, '-infinity') and r.state not in ('scheduled', 'overdue') and not ${isDryRunSql('r')}
    ) x
  ) found
  where found.runs is not null and exists (select from asset a where a.flow = f.name)`

/** Of each job that an asset names the last runs by `$1`, and all since, the newest first. */
const JOB_RUN = `
  select r.id, r.state, ${ms('r.placed_at')} as "placedAt", ${ms('coalesce(r.started_at, r.placed_at)')} as "startedAt", ${ms(TOLD_END)} as "endedAt",
    r.writes, r.loaded, coalesce(r.error, '') <> '' as "saysWhy",
    case when coalesce(${TOLD_END}, $2) - coalesce(r.started_at, r.placed_at) > interval '1 minute' then ${JOB_DURATIONS_BEFORE} end as durations
  from external_run r where ${isOfJobSql('r', 'j.job')} and r.state not in ('scheduled', 'overdue')`
const JOBS = `
  select j.job as name, found.runs
  from (select distinct a.job from asset a where a.job is not null) j
  cross join lateral (
    select json_agg(x order by x."placedAt" desc, x.id desc) as runs from (
      (${JOB_RUN} and r.placed_at <= $1 order by r.placed_at desc, r.id desc limit ${JOB_RUNS_READ}) union all
      (${JOB_RUN} and r.placed_at > $1)
    ) x
  ) found
  where found.runs is not null`

const HISTORY = `
  select ${listSql(FLOWS, 'x.name')} as flows, ${listSql(JOBS, 'x.name')} as jobs,
    ${listSql(writtenSql('select a.job from asset a where a.job is not null'), 'x.id')} as written`

interface PastRun extends Omit<JobRow, 'name' | 'startedAt'> {
  /** Of one that was missed: none. */
  startedAt: Instant | null
  endedAt: Instant | null
}

interface HistoryRow {
  flows: (Omit<FlowRow, 'runs'> & { runs: PastRun[] })[]
  jobs: { name: string; runs: PastRun[] }[]
  written: Written[]
}

/** The flows that write something, and the jobs of other systems, that fail, hang or never began in a stretch, with when in it. */
export async function loadWorkHistory(sql: Sql, from: Instant, through: Instant): Promise<(FailingWork & Dated)[]> {
  const { rows } = await sql.query<HistoryRow>(HISTORY, [toText(from), toText(through)])
  const { flows, jobs, written } = rows[0] ?? { flows: [], jobs: [], written: [] }
  const assetsOf = Map.groupBy(written, ({ job }) => job)
  return [
    ...flows.flatMap((flow) => {
      const limitMs = limitOf(flow)
      return stretches(flow.runs, { from, through, limitOf: () => limitMs, runsMax: Number.POSITIVE_INFINITY }, (runs, at) =>
        failingFlow({ ...flow, runs }, at),
      )
    }),
    ...jobs.flatMap(({ name, runs }) => {
      const assets = runs.some(({ writes, loaded }) => writes !== null || loaded !== null) ? (assetsOf.get(name) ?? []) : null
      const limitOfRun = ({ durations }: PastRun) => (durations?.length === 0 ? DEFAULT_TIMEOUT_MS : Number.POSITIVE_INFINITY)
      const named = runs.map((run) => ({ ...run, name }))
      return stretches(named, { from, through, limitOf: limitOfRun, runsMax: JOB_RUNS_READ }, (then, at) =>
        failingJob(name, then, assets, at),
      )
    }),
  ]
}

interface Stretch<R> {
  from: Instant
  through: Instant
  limitOf(run: R): number
  runsMax: number
}

/** What fails as long as it is the same, over a stretch. */
function stretches<R extends PastRun>(
  runs: readonly R[],
  { from, through, limitOf: limitOfRun, runsMax }: Stretch<R>,
  failingAt: (runs: R[], at: Instant) => FailingWork | null,
): (FailingWork & Dated)[] {
  const hangs = (run: R) =>
    run.startedAt === null || run.durations === null ? [] : [hungAt(run.startedAt, run.durations, limitOfRun(run))]
  if (runs.every((run) => isGood(run.state) && run.durations === null)) return []
  const instants = new Set(runs.flatMap((run) => [run.endedAt ?? [], hangs(run)].flat()).filter((at) => at > from && at <= through))
  const found: (FailingWork & Dated)[] = []
  for (const at of [from, ...[...instants].sort((a, b) => a - b)]) {
    const work = failingAt(asOf(runs, at, runsMax), at)
    const last = found.at(-1)
    if (last?.to === null) {
      if (work !== null && isSame(last, work)) continue
      last.to = at
    }
    if (work !== null) found.push({ ...work, from: at, to: null })
  }
  return found
}

/** What was known of runs then, back to the last that had gone well and wrote all it may; one that went on has begun and not ended. */
function asOf<R extends PastRun>(runs: readonly R[], at: Instant, runsMax: number): R[] {
  const known: R[] = []
  for (const run of runs) {
    if (run.endedAt !== null && run.endedAt <= at) {
      known.push({ ...run, startedAt: null })
      if (isGood(run.state) && (run.writes ?? null) === null) break
    } else if (run.startedAt !== null && run.startedAt <= at && run.state !== 'missed') known.push(run)
    if (known.length >= runsMax) break
  }
  return known
}

function isSame(a: FailingWork, b: FailingWork): boolean {
  const idsOf = ({ writes }: FailingWork) => (writes === undefined ? null : [...writes].sort((x, y) => x - y).join())
  return a.since === b.since && a.failedAt === b.failedAt && a.saysWhy === b.saysWhy && idsOf(a) === idsOf(b)
}
