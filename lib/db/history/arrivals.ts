import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import type { KnownReadings } from '#lib/domain/freshness/diff-readings.ts'
import type { Arrival, JudgedClock } from '#lib/domain/freshness/facts.ts'
import { CLOCK_SKEW_MAX_MS, type Instant } from '#lib/domain/time/instant.ts'

/** An arrival to be stored. `runId` names the run that made it; null when a probe saw it. */
export interface NewArrival extends Arrival {
  assetId: number
  evidence: unknown
  runId: string | null
}

interface ArrivalRow {
  asset_id: number
  clock: JudgedClock
  at: Date | null
  recorded_at: Date
  placed_at: Date | null
  kind: 'arrival' | 'correction'
  precision: 'instant' | 'day'
  rows: string | null
  weak_by: string | null
}

function toArrival(row: ArrivalRow): Arrival {
  return {
    clock: row.clock,
    at: toInstantOrNull(row.at),
    recordedAt: toInstant(row.recorded_at),
    placedAt: toInstantOrNull(row.placed_at),
    kind: row.kind,
    precision: row.precision,
    rows: row.rows === null ? null : Number(row.rows),
    weakBy: row.weak_by,
  }
}

const SKEW = `interval '${CLOCK_SKEW_MAX_MS} milliseconds'`

/** SQL: false for a value that lay in the future when it was recorded; a date may end 26 hours ahead, as its day ends later elsewhere. */
function credible(row: string): string {
  const reach = `case when ${row}.precision = 'day' then interval '26 hours' else ${SKEW} end`
  return `(${row}.at is null or ${row}.at <= ${row}.recorded_at + ${reach})`
}

export async function insertArrivals(sql: Sql, arrivals: readonly NewArrival[]): Promise<void> {
  if (arrivals.length === 0) return
  const rows = arrivals.map((a) => ({
    asset_id: a.assetId,
    clock: a.clock,
    at: toTextOrNull(a.at),
    recorded_at: toText(a.recordedAt),
    placed_at: toTextOrNull(a.placedAt ?? null),
    kind: a.kind,
    precision: a.precision,
    rows: a.rows,
    evidence: a.evidence ?? null,
    run_id: a.runId,
  }))
  await sql.query(
    `insert into arrival (asset_id, clock, at, recorded_at, placed_at, kind, precision, rows, evidence, run_id)
     select asset_id, clock, at, recorded_at, placed_at, kind, precision, rows, nullif(evidence, 'null'::jsonb), run_id
     from jsonb_to_recordset($1::jsonb) as x(asset_id int, clock text, at timestamptz, recorded_at timestamptz, placed_at timestamptz,
       kind text, precision text, rows bigint, evidence jsonb, run_id uuid)`,
    [JSON.stringify(rows)],
  )
}

/** SQL: from where to read; before `from` when a correction since the last load takes that load back. */
const REACH = `
  select w.asset_id, case when exists (
    select 1 from arrival c
    where c.asset_id = w.asset_id and c.clock = 'writtenAt' and c.kind = 'correction' and c.recorded_at > load.recorded_at and c.recorded_at < w.since
  ) then load.recorded_at else w.since end as since
  from unnest($1::int[], $2::timestamptz[]) as w(asset_id, since)
  left join lateral (
    select max(a.recorded_at) as recorded_at from arrival a
    where a.asset_id = w.asset_id and a.clock = 'loadedAt' and a.recorded_at < w.since and ${credible('a')}
  ) load on exists (select 1 from arrival c where c.asset_id = w.asset_id and c.clock = 'writtenAt' and c.kind = 'correction')`

const WEAK_BY = `case when evidence->>'strength' = 'weak' then evidence->>'method' end as weak_by`

const FACT = `id, asset_id, clock, at, recorded_at, placed_at, kind, precision, rows, ${WEAK_BY}`

/**
 * What decides the status of each of these assets from its `from` on: everything recorded since, and before that per clock the
 * last arrival, the last two corrections and the last values that did not lie in the future. Per asset in the order of recording.
 */
export async function loadArrivals(sql: Sql, wanted: readonly { assetId: number; from: Instant }[]): Promise<Map<number, Arrival[]>> {
  const { rows } = await sql.query<ArrivalRow>(
    `with reach as materialized (${REACH}),
     sorts as (
       select * from reach, (values ('dataThroughAt'), ('writtenAt'), ('loadedAt')) as c(clock), (values ('arrival', 1), ('correction', 2)) as k(kind, n)
     ),
     latest as (
       select l.*, s.since from sorts s cross join lateral (
         select * from arrival a where a.asset_id = s.asset_id and a.clock = s.clock and a.kind = s.kind and a.recorded_at < s.since
         order by a.recorded_at desc, a.id desc limit s.n
       ) l
     ),
     believed as (
       select e.* from latest l cross join lateral (
         select * from arrival a where a.asset_id = l.asset_id and a.clock = l.clock and a.kind = l.kind and a.recorded_at < l.since and ${credible('a')}
         order by a.recorded_at desc, a.id desc limit 3
       ) e
       where l.at > l.recorded_at + ${SKEW}
     ),
     since as (
       select a.* from reach w cross join lateral (
         select * from arrival a where a.asset_id = w.asset_id and a.recorded_at >= w.since order by a.recorded_at offset 0
       ) a
     )
     select distinct asset_id, clock, at, recorded_at, placed_at, kind, precision, rows, weak_by, id
     from (
       select ${FACT} from latest union all select ${FACT} from believed union all select ${FACT} from since
     ) f
     order by asset_id, recorded_at, id`,
    [wanted.map((w) => w.assetId), wanted.map((w) => toText(w.from))],
  )
  return groupArrivals(rows)
}

function groupArrivals(rows: readonly ArrivalRow[]): Map<number, Arrival[]> {
  const found = new Map<number, Arrival[]>()
  for (const row of rows) {
    const list = found.get(row.asset_id)
    if (list === undefined) found.set(row.asset_id, [toArrival(row)])
    else list.push(toArrival(row))
  }
  return found
}

/** What probes last knew of these clocks (runs report what they did themselves). */
export async function loadLatestSeen(
  sql: Sql,
  clocks: readonly { assetId: number; clock: JudgedClock }[],
): Promise<Map<number, KnownReadings>> {
  const { rows } = await sql.query<{ asset_id: number; clock: JudgedClock; at: Date | null; precision: 'instant' | 'day' }>(
    `select w.asset_id, w.clock, a.at, a.precision from unnest($1::int[], $2::text[]) as w(asset_id, clock) cross join lateral (
       select at, precision from arrival a where a.asset_id = w.asset_id and a.clock = w.clock and a.run_id is null
       order by a.recorded_at desc, a.id desc limit 1
     ) a`,
    [clocks.map((c) => c.assetId), clocks.map((c) => c.clock)],
  )
  const found = new Map<number, KnownReadings>()
  for (const row of rows) {
    const known = found.get(row.asset_id) ?? {}
    known[row.clock] = { at: toInstantOrNull(row.at), precision: row.precision }
    found.set(row.asset_id, known)
  }
  return found
}

/** The assets and clocks that this run has moved already, so that recording it twice adds nothing. */
export async function listArrivalsOfRun(sql: Sql, runId: string): Promise<{ assetId: number; clock: JudgedClock }[]> {
  const { rows } = await sql.query<{ asset_id: number; clock: JudgedClock }>('select asset_id, clock from arrival where run_id = $1', [
    runId,
  ])
  return rows.map((row) => ({ assetId: row.asset_id, clock: row.clock }))
}

/** The last few arrivals of each clock of these assets, by their keys. */
export async function loadLastArrivals(sql: Sql, keys: readonly string[], count: number): Promise<Map<string, Arrival[]>> {
  const { rows } = await sql.query<ArrivalRow & { key: string }>(
    `select s.key, a.* from subject s cross join (values ('dataThroughAt'), ('writtenAt'), ('loadedAt')) as c(clock) cross join lateral (
       select ${FACT} from arrival where asset_id = s.id and clock = c.clock and kind = 'arrival' order by recorded_at desc, id desc limit $2
     ) a
     where s.kind = 'asset' and s.key = any($1::text[])`,
    [keys, count],
  )
  return new Map([...Map.groupBy(rows, (row) => row.key)].map(([key, own]) => [key, own.map(toArrival)]))
}
