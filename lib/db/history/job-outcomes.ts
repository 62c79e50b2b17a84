import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText } from '#lib/db/instants.ts'
import type { RunOutcome } from '#lib/domain/freshness/facts.ts'
import { jobKey, type NamedByRun, partsOfJob, stateFor } from '#lib/domain/runs/external-run.ts'
import { hungAt } from '#lib/domain/runs/hung-run.ts'
import { DEFAULT_TIMEOUT_MS, type RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** How a run of another system's job ended, and of which of its own assets it says so. */
export type JobOutcome = RunOutcome & NamedByRun

interface OutcomeRow {
  connection_key: string
  job: string
  state: RunState
  placed_at: Date
  started_at: Date | null
  ended_at: Date | null
  writes: string[] | null
  loaded: string[] | null
  durations: number[] | null
}

/** The last of a job's good runs, by which one that goes on is measured. */
export const MEASURED_RUNS = 20

function toOutcome(row: OutcomeRow): JobOutcome | null {
  if (row.state === 'scheduled' || row.state === 'overdue') return null
  const startedAt = toInstant(row.started_at ?? row.ended_at ?? row.placed_at)
  const named = { writes: row.writes ?? undefined, loaded: row.loaded ?? undefined }
  if (row.state !== 'running')
    return { state: row.state, startedAt, endedAt: Math.max(startedAt, toInstantOrNull(row.ended_at) ?? startedAt), hungAt: null, ...named }
  const durations = row.durations ?? []
  // Nobody tells how long a run may take there: while nothing is known it is measured as one of ours that sets no limit.
  const limitMs = durations.length === 0 ? DEFAULT_TIMEOUT_MS : Number.POSITIVE_INFINITY
  return { state: 'running', startedAt, endedAt: null, hungAt: hungAt(startedAt, durations, limitMs), ...named }
}

/**
 * The runs of these jobs, `<connection>/<job>`, that can decide a status from each one's `from` on: all that ended since or go on, and the last few that
 * ended before. Runs that only wait, and those that never were, are left out.
 */
export async function loadJobOutcomes(sql: Sql, wanted: readonly { job: string; from: Instant }[]): Promise<Map<string, JobOutcome[]>> {
  const asked = wanted.flatMap(({ job, from }) => {
    const parts = partsOfJob(job)
    return parts === null ? [] : [{ ...parts, from }]
  })
  if (asked.length === 0) return new Map()
  const { rows } = await sql.query<OutcomeRow>(
    `select r.connection_key, r.job, r.state, r.placed_at, r.started_at, r.ended_at, r.writes, r.loaded,
       case when r.state = 'running' then array(
         select (extract(epoch from d.ended_at - d.started_at) * 1000)::float8 from external_run d
         where d.connection_key = r.connection_key and d.job = r.job and d.state in ('completed', 'partial') and not d.empties and d.started_at is not null
           and d.ended_at <= r.started_at
         order by d.ended_at desc limit ${MEASURED_RUNS}
       ) end as durations
     from unnest($1::text[], $2::text[], $3::timestamptz[]) as w(connection_key, job, since)
     cross join lateral (
       select * from external_run x where x.connection_key = w.connection_key and x.job = w.job and x.state <> 'missed'
         and (x.ended_at is null or x.ended_at >= w.since)
       union all
       (select * from external_run x where x.connection_key = w.connection_key and x.job = w.job and x.state <> 'missed' and x.ended_at < w.since
        order by x.ended_at desc limit 5)
     ) r
     order by r.connection_key, r.job, r.started_at, r.placed_at, r.id`,
    [asked.map((w) => w.connection), asked.map((w) => w.job), asked.map((w) => toText(w.from))],
  )
  const found = Map.groupBy(rows, (row) => jobKey(row.connection_key, row.job))
  return new Map([...found].map(([job, own]) => [job, own.flatMap((row) => toOutcome(row) ?? [])]))
}

/** Those of a job's outcomes that say something about this asset, as they ended for it. */
export function outcomesFor(outcomes: readonly JobOutcome[], asset: { job: string; connection: string; path: string }): JobOutcome[] {
  const connection = partsOfJob(asset.job)?.connection ?? ''
  return outcomes.flatMap((outcome) => {
    const state = stateFor(outcome, connection, asset)
    return state === null ? [] : [{ ...outcome, state }]
  })
}

/** The assets that name one of these jobs of a connection as their writer now, and those that do or ever did, in id order. */
export async function listAssetsOfJobs(
  sql: Sql,
  jobs: readonly string[],
): Promise<{ now: WrittenByJob[]; ever: { assetId: number; job: string }[] }> {
  const now = await sql.query<{ id: number; key: string; connection: string; path: string; job: string }>(
    `select s.id, s.key, a.connection_key as connection, a.path, a.job from asset a join subject s on s.id = a.subject_id
     where a.job = any($1::text[]) and s.removed_at is null order by s.id`,
    [jobs],
  )
  const ever = await sql.query<{ id: number; job: string }>(
    `select distinct subject_id as id, settings ->> 'job' as job from subject_version where settings ->> 'job' = any($1::text[]) order by subject_id`,
    [jobs],
  )
  return {
    now: now.rows.map(({ id, ...rest }) => ({ assetId: id, ...rest })),
    ever: ever.rows.map(({ id, job }) => ({ assetId: id, job })),
  }
}

export interface WrittenByJob {
  assetId: number
  key: string
  connection: string
  path: string
  job: string
}
