import { z } from 'zod'
import { MEASURED_RUNS } from '#lib/db/history/job-outcomes.ts'
import { DURATIONS_BEFORE } from '#lib/db/history/run-outcomes.ts'
import { isOfJobSql } from '#lib/db/runs/external-runs.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import { connectionOf } from '#lib/domain/lineage/asset-key.ts'
import type { FailingWork } from '#lib/domain/lineage/causes/cause.ts'
import { failuresAt, type RunSign } from '#lib/domain/lineage/causes/failures.ts'
import { partsOfJob, stateFor } from '#lib/domain/runs/external-run.ts'
import { hungAt } from '#lib/domain/runs/hung-run.ts'
import { DEFAULT_TIMEOUT_MS, type RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { listSql, ms } from './result-sql.ts'

/** So many of a job's last runs are looked through for one that went well, where they say what they wrote. */
export const JOB_RUNS_READ = 200

export interface RunRow {
  state: RunState
  placedAt: Instant
  /** Of a run that went on at the instant asked about. */
  startedAt: Instant | null
  endedAt: Instant | null
  durations: number[] | null
  saysWhy: boolean
}

function toSign({ state, placedAt, startedAt, endedAt, durations, saysWhy }: RunRow, timeoutMs: number): RunSign {
  const isGoingOn = startedAt !== null
  return {
    state: isGoingOn ? 'running' : state,
    placedAt,
    endedAt: isGoingOn ? null : endedAt,
    saysWhy,
    hungAt: isGoingOn ? hungAt(startedAt, durations ?? [], timeoutMs) : null,
  }
}

const BAD = `'failed', 'timed-out', 'cancelled', 'crashed', 'missed'`
/** SQL: when a run `r` ended. */
export const OWN_END = `coalesce(r.ended_at, case when r.state = 'crashed' then r.lease_until end)`

const ownRun = (isGoingOn: boolean) => `
  select r.flow, r.state, ${ms('r.scheduled_for')} as "placedAt", ${isGoingOn ? ms('r.started_at') : 'null::float8'} as "startedAt",
    ${ms(OWN_END)} as "endedAt", ${isGoingOn ? DURATIONS_BEFORE : 'null::float8[]'} as durations, coalesce(r.problem, '') <> '' as "saysWhy"
  from run r where r.flow = f.name and r.scheduled_for > coalesce(good.at, '-infinity') and not ${isDryRunSql('r')}`
const ENDED_BADLY = `${ownRun(false)} and r.state in (${BAD}) and ${OWN_END} <= $1`

/** Of each flow whose last run did not go well the first and the last of these, and what goes on. */
const FLOWS = `
  select f.name, f.settings -> 'timeoutMs' as "timeoutMs", f.settings -> 'connections' as connections, f.settings -> 'reads' as reads,
    f.settings -> 'writes' as writes, found.runs
  from flow f
  left join lateral (
    select r.scheduled_for as at from run r
    where r.flow = f.name and r.state in ('completed', 'partial') and r.ended_at <= $1 and not ${isDryRunSql('r')} order by r.scheduled_for desc limit 1
  ) good on true
  cross join lateral (
    select json_agg(x order by x."placedAt" desc) as runs from (
      (${ENDED_BADLY} order by r.scheduled_for limit 1) union
      (${ENDED_BADLY} order by r.scheduled_for desc, r.created_at desc limit 1) union all
      (${ownRun(true)} and r.state not in ('scheduled', 'overdue', 'missed') and r.started_at <= $1 and (${OWN_END} is null or ${OWN_END} > $1))
    ) x
  ) found
  where found.runs is not null and exists (select from asset a where a.flow = f.name)`

export interface FlowRow {
  name: string
  timeoutMs: unknown
  connections: unknown
  reads: unknown
  writes: unknown
  runs: RunRow[]
}

const keysSchema = z.array(z.string()).catch([])
const namesSchema = z.record(z.string(), z.string()).catch({})

/** How long its runs may take. */
export function limitOf({ timeoutMs }: Pick<FlowRow, 'timeoutMs'>): number {
  return z.number().catch(DEFAULT_TIMEOUT_MS).parse(timeoutMs)
}

/** A flow whose runs, those since the last good one, fail or hang by then; null: they do not. */
export function failingFlow({ name, connections, reads, writes, runs, timeoutMs }: FlowRow, now: Instant): FailingWork | null {
  const limitMs = limitOf({ timeoutMs })
  const failures = failuresAt(
    runs.map((run) => toSign(run, limitMs)),
    now,
  )
  return failures === null ? null : { kind: 'flow', name, ...failures, connections: spokenTo({ connections, reads, writes }) }
}

/** The connections that a flow speaks to, by its settings: those it names, and those of what it reads and writes. */
export function spokenTo({ connections, reads, writes }: Pick<FlowRow, 'connections' | 'reads' | 'writes'>): string[] {
  const touched = [...keysSchema.parse(reads), ...keysSchema.parse(writes)].map(connectionOf)
  return [...new Set([...Object.values(namesSchema.parse(connections)), ...touched])]
}

/** SQL: of each flow what decides whether it runs well. */
export const FLOWS_SQL = `
  select f.name, f.after, f.settings -> 'connections' as connections, f.settings -> 'reads' as reads, f.settings -> 'writes' as writes
  from flow f where f.removed_at is null`

export type FlowSettings = Pick<FlowRow, 'name' | 'connections' | 'reads' | 'writes'> & { after: string[] }

/** SQL: when a run `r` of another system ended, as far as that tells. */
export const TOLD_END = `coalesce(r.ended_at, case when r.state not in ('scheduled', 'overdue', 'running') then coalesce(r.started_at, r.placed_at) end)`

/** SQL: how long the last good runs of its job took that had ended when a run `r` began. */
export const JOB_DURATIONS_BEFORE = `array(
  select (extract(epoch from d.ended_at - d.started_at) * 1000)::float8 from external_run d
  where d.connection_key = r.connection_key and d.job = r.job and d.state in ('completed', 'partial') and not d.empties and d.started_at is not null
    and d.ended_at <= coalesce(r.started_at, r.placed_at)
  order by d.ended_at desc limit ${MEASURED_RUNS})`

/** Of each job that an asset names the runs since the last that went well and wrote all that name it. */
const JOBS = `
  select j.job as name, r.id, r.state, ${ms('r.placed_at')} as "placedAt", r.writes, r.loaded, coalesce(r.error, '') <> '' as "saysWhy",
    case when ${TOLD_END} <= $1 then null else ${ms('coalesce(r.started_at, r.placed_at)')} end as "startedAt",
    ${ms(TOLD_END)} as "endedAt", case when ${TOLD_END} <= $1 then null else ${JOB_DURATIONS_BEFORE} end as durations
  from (select distinct a.job from asset a where a.job is not null) j
  left join lateral (
    select g.placed_at as at from external_run g
    where ${isOfJobSql('g', 'j.job')} and g.state in ('completed', 'partial') and g.writes is null and g.ended_at <= $1 order by g.placed_at desc limit 1
  ) good on true
  cross join lateral (
    select r.* from external_run r
    where ${isOfJobSql('r', 'j.job')}
      and r.placed_at > coalesce(good.at, '-infinity') and r.state not in ('scheduled', 'overdue') and coalesce(r.started_at, r.placed_at) <= $1
    order by r.placed_at desc, r.id desc limit ${JOB_RUNS_READ}
  ) r`

export interface JobRow extends RunRow {
  name: string
  writes: string[] | null
  loaded: string[] | null
}

/** SQL: what these jobs write. */
export const writtenSql = (jobs: string) => `
  select a.subject_id as id, a.job, a.connection_key as connection, a.path from asset a join subject s on s.id = a.subject_id and s.removed_at is null
  where a.job in (${jobs})`
/** Where their runs say what they wrote. */
const WRITTEN = writtenSql('select name from jobs where writes is not null or loaded is not null')

export interface Written {
  id: number
  job: string
  connection: string
  path: string
}

/** Where its runs say what they wrote, of each asset by those that are about it. */
export function failingJob(
  name: string,
  runs: readonly Omit<JobRow, 'name'>[],
  assets: readonly Written[] | null,
  now: Instant,
): FailingWork | null {
  const connection = partsOfJob(name)?.connection ?? ''
  const work = { kind: 'job' as const, name, connections: [connection] }
  const signsOf = (some: readonly RunRow[]) =>
    some.map((run) => toSign(run, run.durations?.length === 0 ? DEFAULT_TIMEOUT_MS : Number.POSITIVE_INFINITY))
  if (assets === null) {
    const failures = failuresAt(signsOf(runs), now)
    return failures === null ? null : { ...work, ...failures }
  }
  const found = assets.flatMap((asset) => {
    const about = runs.flatMap((run) => {
      const state = stateFor({ state: run.state, writes: run.writes ?? undefined, loaded: run.loaded ?? undefined }, connection, asset)
      return state === null ? [] : [{ ...run, state }]
    })
    const failures = failuresAt(signsOf(about), now)
    return failures === null ? [] : [{ ...failures, id: asset.id }]
  })
  const first = found.toSorted((a, b) => a.since - b.since)[0]
  if (first === undefined) return null
  const { id: _id, ...failures } = first
  return { ...work, ...failures, writes: new Set(found.map(({ id }) => id)) }
}

/** SQL, one row: what `toFailingWork` reads at the instant `$1`. */
export const WORK_SQL = `
  with jobs as (${JOBS})
  select ${listSql(FLOWS, 'x.name')} as flows, ${listSql('select * from jobs', 'x.name, x."placedAt" desc, x.id desc')} as jobs,
    ${listSql(WRITTEN, 'x.id')} as written`

export interface WorkRow {
  flows: FlowRow[]
  jobs: JobRow[]
  written: Written[]
}

/** The flows that write something, and the jobs of other systems, whose runs since the last good one failed, hang or never began by an instant. */
export function toFailingWork({ flows, jobs, written }: WorkRow, now: Instant): FailingWork[] {
  const assetsOf = Map.groupBy(written, ({ job }) => job)
  const failingJobs = [...Map.groupBy(jobs, ({ name }) => name)].map(([name, runs]) =>
    failingJob(name, runs, assetsOf.get(name) ?? null, now),
  )
  return [...flows.map((flow) => failingFlow(flow, now)), ...failingJobs].filter((work) => work !== null)
}
