import { z } from 'zod'
import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText } from '#lib/db/instants.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import type { RunOutcome } from '#lib/domain/freshness/facts.ts'
import { hungAt } from '#lib/domain/runs/hung-run.ts'
import { DEFAULT_TIMEOUT_MS, type RunState } from '#lib/domain/runs/run.ts'
import { type RunReport, runReportSchema } from '#lib/domain/runs/run-outcome.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A run with what its end decides: which clocks of which assets move. */
export interface EndedRun {
  id: string
  flow: string
  state: RunState
  /** The earliest instant at which this run can have changed a status. */
  knownSince: Instant
  endedAt: Instant | null
  /** Where it lies among the ticks of a deadline: when it was scheduled for, or when it began if somebody asked for it. */
  placedAt: Instant
  rowsLoaded: number
  rowsRejected: number
  rowsSeen: number
  rowsByAsset: Record<string, number>
  rowsRemoved: number
  removedByAsset: Record<string, number>
  incomplete: string | null
  rejectTolerance: number
  /** The clocks it may move at most; all when absent. */
  moves?: RunReport['moves']
  /** Nobody counted the rows. */
  isUncounted: boolean
}

interface OutcomeRow {
  flow: string
  state: RunState
  scheduled_for: Date
  started_at: Date | null
  ended_at: Date | null
  lease_until: Date | null
  timeout_ms: unknown
  durations: number[] | null
}

const numberSchema = z.number()

/** null for a run that waits; a crashed one ended when its lease did. */
function toOutcome(row: OutcomeRow): RunOutcome | null {
  if (row.state === 'scheduled' || row.state === 'overdue') return null
  const startedAt = toInstant(row.started_at ?? row.scheduled_for)
  if (row.state === 'running') {
    const timeoutMs = numberSchema.safeParse(row.timeout_ms).data ?? DEFAULT_TIMEOUT_MS
    return { state: 'running', startedAt, endedAt: null, hungAt: hungAt(startedAt, row.durations ?? [], timeoutMs) }
  }
  const end = row.ended_at ?? (row.state === 'crashed' ? row.lease_until : null)
  return { state: row.state, startedAt, endedAt: Math.max(startedAt, toInstantOrNull(end) ?? startedAt), hungAt: null }
}

/** SQL: how long the last good runs of its flow took that had ended when a run `r` began: whether it hangs is measured by them. */
export const DURATIONS_BEFORE = `array(
  select (extract(epoch from d.ended_at - d.started_at) * 1000)::float8 from run d
  where d.flow = r.flow and d.state in ('completed', 'partial') and d.ended_at <= r.started_at and not ${isDryRunSql('d')}
  order by d.created_at desc limit 20)`

/**
 * The runs of these flows that can decide a status from each flow's `from` on: all that ended since or still run, and the last
 * few that ended before. Runs that only wait, those that never were, and dry runs are left out.
 */
export async function loadRunOutcomes(sql: Sql, wanted: readonly { flow: string; from: Instant }[]): Promise<Map<string, RunOutcome[]>> {
  const found = new Map<string, RunOutcome[]>()
  if (wanted.length === 0) return found
  const { rows } = await sql.query<OutcomeRow>(
    `select r.flow, r.state, r.scheduled_for, r.started_at, r.ended_at, r.lease_until, f.settings -> 'timeoutMs' as timeout_ms,
       case when r.state = 'running' then ${DURATIONS_BEFORE} end as durations
     from unnest($1::text[], $2::timestamptz[]) as w(flow, since)
     join flow f on f.name = w.flow
     cross join lateral (
       select * from run where flow = w.flow and state not in ('scheduled', 'overdue', 'missed') and (ended_at is null or ended_at >= w.since)
         and not ${isDryRunSql('run')}
       union all
       (select * from run where flow = w.flow and state <> 'missed' and ended_at < w.since and not ${isDryRunSql('run')}
        order by ended_at desc limit 5)
     ) r
     order by r.flow, r.started_at, r.created_at`,
    [wanted.map((w) => w.flow), wanted.map((w) => toText(w.from))],
  )
  for (const row of rows) {
    const outcome = toOutcome(row)
    if (outcome === null) continue
    const list = found.get(row.flow)
    if (list === undefined) found.set(row.flow, [outcome])
    else list.push(outcome)
  }
  return found
}

interface EndedRunRow {
  id: string
  flow: string
  state: RunState
  scheduled_for: Date
  started_at: Date | null
  ended_at: Date | null
  trigger: string
  rows_loaded: string
  rows_rejected: string
  summary: unknown
  reject_tolerance: unknown
}

/** The run with everything its outcome depends on, or undefined. */
export async function getEndedRun(sql: Sql, runId: string): Promise<EndedRun | undefined> {
  return (await listEndedRuns(sql, [runId]))[0]
}

/** The same for many runs, in the order they were meant for. */
export async function listEndedRuns(sql: Sql, runIds: readonly string[]): Promise<EndedRun[]> {
  const { rows } = await sql.query<EndedRunRow>(
    `select r.id, r.flow, r.trigger, r.state, r.scheduled_for, r.started_at, r.ended_at, r.rows_loaded, r.rows_rejected, r.summary,
       f.settings -> 'rejectTolerance' as reject_tolerance
     from run r join flow f on f.name = r.flow where r.id = any($1::uuid[]) order by r.scheduled_for, r.created_at`,
    [runIds],
  )
  return rows.map(toEndedRun)
}

function toEndedRun(row: EndedRunRow): EndedRun {
  const report = runReportSchema.safeParse(row.summary).data
  const rowsLoaded = Number(row.rows_loaded)
  const rowsRejected = Number(row.rows_rejected)
  return {
    id: row.id,
    flow: row.flow,
    state: row.state,
    knownSince: Math.min(toInstant(row.scheduled_for), toInstant(row.started_at ?? row.scheduled_for)),
    endedAt: toInstantOrNull(row.ended_at),
    placedAt: toInstant(row.trigger === 'schedule' ? row.scheduled_for : (row.started_at ?? row.scheduled_for)),
    rowsLoaded,
    rowsRejected,
    rowsSeen: report?.rowsSeen ?? rowsLoaded + rowsRejected,
    rowsByAsset: report?.rowsByAsset ?? {},
    rowsRemoved: report?.rowsRemoved ?? 0,
    removedByAsset: report?.removedByAsset ?? {},
    incomplete: report?.incomplete ?? null,
    rejectTolerance: numberSchema.safeParse(row.reject_tolerance).data ?? 0.01,
    moves: report?.moves,
    isUncounted: report?.isUncounted === true,
  }
}

export async function listAssetsOfFlow(sql: Sql, flow: string): Promise<{ assetId: number; key: string }[]> {
  const { rows } = await sql.query<{ id: number; key: string }>(
    'select s.id, s.key from asset a join subject s on s.id = a.subject_id where a.flow = $1 and s.removed_at is null order by s.id',
    [flow],
  )
  return rows.map((row) => ({ assetId: row.id, key: row.key }))
}

/** What Tidemark's own runs did to an asset, as far as it explains a table that looks older than before. */
export interface OwnLoads {
  /** When the last load that counts ended. */
  loadedAt: Instant | null
  /** A run that writes it has begun and not ended. */
  isUnderWay: boolean
}

export async function loadOwnLoads(sql: Sql, assetIds: readonly number[]): Promise<Map<number, OwnLoads>> {
  if (assetIds.length === 0) return new Map()
  const { rows } = await sql.query<{ id: number; loaded_at: Date | null; is_under_way: boolean }>(
    `select a.subject_id as id,
       (select max(happened_at) from arrival l where l.asset_id = a.subject_id and l.clock = 'loadedAt' and l.source = 'ledger') as loaded_at,
       exists (
         select from run r where r.flow = a.flow and r.started_at is not null and r.ended_at is null and not ${isDryRunSql('r')}
       ) as is_under_way
     from asset a where a.subject_id = any($1::int[])`,
    [assetIds],
  )
  return new Map(rows.map((row) => [row.id, { loadedAt: toInstantOrNull(row.loaded_at), isUnderWay: row.is_under_way }]))
}
