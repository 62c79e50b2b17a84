import { randomUUID } from 'node:crypto'
import type { Sql } from '#lib/db/context.ts'
import { toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import { endOfJob } from '#lib/domain/runs/job-of-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { RunReport } from '#lib/domain/runs/run-outcome.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { isOfJobSql } from './external-runs.ts'

/** So many runs of other systems are taken over at once. */
const ADOPTED_AT_ONCE = 200

/** Runs of one flow that begin in the same millisecond are placed one after the other; so many find a place. */
const PLACES = 1000

/**
 * SQL: the flows that are the only one to run a job, and from when on its runs are theirs: since they run it, and the last one before that did its work, by which one knows
 * how it stands. None while one of theirs may have begun a run that is not known.
 */
const FLOWS = `
  select o.name, o.job, split_part(o.job, '/', 1) as connection_key, coalesce((
    select max(l.ended_at) from external_run l
    where ${isOfJobSql('l', 'o.job')} and l.state in ('completed', 'partial') and l.told_by not like 'push:%' and not l.empties and l.ended_at < o.since
  ), o.since) as since
  from (
    select min(name) as name, max(runs_since) as since, settings ->> 'runs' as job from flow
    where removed_at is null and settings ? 'runs' group by 3 having count(*) = 1
  ) o
  where not exists (
    select from job_of_run j join run r on r.id = j.run_id
    where ${isOfJobSql('j', 'o.job')} and j.external_id is null and j.tried_at is not null and (r.ended_at is null or j.cancel_due_at is not null)
  )`

/** SQL: the runs there that no run of ours is. Looked up in one list, since nearly all are one of ours. */
const OF_NOBODY = `
  select f.name as flow, x.id from f join external_run x on ${isOfJobSql('x', 'f.job')}
  where x.id not in (
    select j.external_run_id from job_of_run j where j.connection_key in (select connection_key from f) and j.external_run_id is not null
  )`

/** SQL: the runs there that did their work, although those of ours that they were did not. */
const DONE_ALL_THE_SAME = `
  select f.name as flow, j.external_run_id as id
  from f join run r on r.flow = f.name and r.ended_at is not null and r.state not in ('completed', 'partial')
  join job_of_run j on j.run_id = r.id
  join external_run x on x.id = j.external_run_id and ${isOfJobSql('x', 'f.job')} and x.state in ('completed', 'partial')
  where not exists (
    select from job_of_run o join run other on other.id = o.run_id
    where o.external_run_id = x.id and (other.ended_at is null or other.state in ('completed', 'partial'))
  )`

/**
 * SQL: the runs of their jobs that no run of theirs is yet. One that was stopped here and did its work all the same is a run of its own; one that empties what the job
 * writes is none of the flow.
 */
const UNADOPTED = `
  with f as materialized (${FLOWS}), given as materialized (${OF_NOBODY} union ${DONE_ALL_THE_SAME})
  select g.flow, x.id, x.connection_key, x.job, x.external_id, x.url, x.state, x.placed_at, x.started_at, x.ended_at, x.rows, x.error
  from given g join f on f.name = g.flow join external_run x on x.id = g.id
  where x.state not in ('scheduled', 'overdue', 'missed') and x.told_by not like 'push:%' and not x.empties
    and (f.since is null or x.ended_at is null or x.ended_at >= f.since)
  order by x.placed_at, x.id limit ${ADOPTED_AT_ONCE}`

interface Unadopted {
  flow: string
  id: string
  connection_key: string
  job: string
  external_id: string
  url: string | null
  state: RunState
  placed_at: Date
  started_at: Date | null
  ended_at: Date | null
  rows: string | null
  error: string | null
}

/** How a run of ours stands whose job has ended so; while that goes on it waits for a worker that follows it. */
function toRun({ id, state, placed_at, started_at, ended_at, error, rows, ...given }: Unadopted, now: Instant) {
  const startedAt = (started_at ?? placed_at).getTime()
  const end = endOfJob({ state, endedAt: toInstantOrNull(ended_at), error }, given.connection_key, now)
  const isGood = end?.state === 'completed' || end?.state === 'partial'
  const counted = Number(rows ?? 0)
  return {
    ...given,
    run_id: randomUUID(),
    external_run_id: id,
    placed_at,
    started_at: toText(startedAt),
    ended_at: toTextOrNull(end === null ? null : Math.max(end.at, startedAt)),
    state: end?.state ?? 'scheduled',
    rows: counted,
    summary: isGood ? reportOf(counted, { isUncounted: rows === null, incomplete: end.problem }) : null,
    problem: end?.problem ?? null,
  }
}

function reportOf(rowsSeen: number, { isUncounted, incomplete }: { isUncounted: boolean; incomplete: string | null }): RunReport {
  return { rowsSeen, counts: {}, rowsByAsset: {}, incomplete, ...(isUncounted && { isUncounted }) }
}

/** A flow has one such run in each millisecond: of several that began in the same one, seen at once or one after the other, each has the next that is free. */
const INSERT = `
  with given as (
    select x.*, row_number() over (partition by flow, placed_at order by external_run_id) - 1 as place
    from jsonb_to_recordset($1::jsonb) as x(run_id uuid, flow text, connection_key text, job text, external_id text, external_run_id uuid, url text,
      placed_at timestamptz, started_at timestamptz, ended_at timestamptz, state text, rows bigint, summary json, problem text)
  ), ours as (
    insert into run (id, flow, trigger, scheduled_for, created_at, state, attempt, started_at, ended_at, rows_loaded, summary, problem, lease_owner)
    select run_id, flow, 'elsewhere', free.at, $2, state, case when ended_at is null then 0 else 1 end, started_at, ended_at, rows, summary, problem,
      case when ended_at is not null then 'adopted' end
    from given g cross join lateral (
      select m.at from (
        select coalesce(array_agg(r.scheduled_for), '{}') as places from run r
        where r.flow = g.flow and r.trigger = 'elsewhere' and r.scheduled_for between g.placed_at and g.placed_at + ${PLACES} * interval '1 ms'
      ) taken
      cross join generate_series(
        g.placed_at, g.placed_at + least(cardinality(taken.places) + g.place, ${PLACES}) * interval '1 ms', interval '1 ms') m(at)
      where m.at <> all (taken.places) order by m.at offset g.place limit 1
    ) free
    on conflict (flow, scheduled_for, trigger) do nothing returning id, ended_at is not null as is_over
  ), jobs as (
    insert into job_of_run (run_id, connection_key, job, external_id, external_run_id, url)
    select run_id, connection_key, job, external_id, external_run_id, url from given join ours on ours.id = run_id
  )
  select id, is_over from ours`

/** Makes runs of flows of what their jobs ran without being asked from here. Answers those that have ended, whose outcome is to be settled. */
export async function adoptJobRuns(sql: Sql, now: Instant): Promise<string[]> {
  const { rows: unadopted } = await sql.query<Unadopted>(UNADOPTED)
  if (unadopted.length === 0) return []
  const runs = JSON.stringify(unadopted.map((run) => toRun(run, now)))
  const { rows } = await sql.query<{ id: string; is_over: boolean }>(INSERT, [runs, toText(now)])
  return rows.flatMap(({ id, is_over }) => (is_over ? [id] : []))
}
