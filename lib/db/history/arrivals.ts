import type { Sql } from '#lib/db/context.ts'
import { storeEvidence } from '#lib/db/history/evidence.ts'
import { toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import {
  instantAt,
  instantOrNullAt,
  numberAt,
  numberOrNullAt,
  type PackedColumn,
  packedRows,
  packInstants,
  packNumbers,
} from '#lib/db/packed-columns.ts'
import type { Arrival, Evidence, JudgedClock } from '#lib/domain/freshness/facts.ts'
import type { KnownReadings } from '#lib/domain/freshness/witnesses/diff-readings.ts'
import { connectionWitness, type Witness } from '#lib/domain/freshness/witnesses/witness.ts'
import { CLOCK_SKEW_MAX_MS, type Instant } from '#lib/domain/time/instant.ts'

/** An arrival to be stored. `runId` names the run that made it; null when a probe saw it. */
export interface NewArrival extends Arrival {
  assetId: number
  evidence: Evidence | null
  runId: string | null
}

/** Facts that agree in all that comes first. */
interface PackedFacts {
  clock: JudgedClock
  source: Witness
  kind: 'arrival' | 'correction'
  precision: 'instant' | 'day'
  weak_by: string | null
  asset_id: PackedColumn
  id: PackedColumn
  at: PackedColumn
  recorded_at: PackedColumn
  happened_at: PackedColumn
  placed_at: PackedColumn
  rows: PackedColumn
}

interface StoredFact extends Arrival {
  id: number
}

function toFact(packed: PackedFacts, row: number): StoredFact {
  return {
    id: numberAt(packed.id, row),
    clock: packed.clock,
    at: instantOrNullAt(packed.at, row),
    recordedAt: instantAt(packed.recorded_at, row),
    witness: packed.source,
    happenedAt: instantAt(packed.happened_at, row),
    placedAt: instantOrNullAt(packed.placed_at, row),
    kind: packed.kind,
    precision: packed.precision,
    rows: numberOrNullAt(packed.rows, row),
    weakBy: packed.weak_by,
  }
}

const SKEW = `interval '${CLOCK_SKEW_MAX_MS} milliseconds'`

/** SQL: false for a value that lay in the future when it was recorded; a date may end 26 hours ahead, as its day ends later elsewhere. */
function credible(row: string): string {
  const reach = `case when ${row}.precision = 'day' then interval '26 hours' else ${SKEW} end`
  return `(${row}.at is null or ${row}.at <= ${row}.recorded_at + ${reach})`
}

/** Stores them and answers those that are new; what a run told before is left out. */
export async function insertArrivals(sql: Sql, arrivals: readonly NewArrival[]): Promise<NewArrival[]> {
  if (arrivals.length === 0) return []
  const evidenceIds = await storeEvidence(
    sql,
    arrivals.map((a) => a.evidence),
  )
  const rows = arrivals.map((a, position) => ({
    position,
    asset_id: a.assetId,
    clock: a.clock,
    at: toTextOrNull(a.at),
    recorded_at: toText(a.recordedAt),
    source: a.witness,
    happened_at: toText(a.happenedAt),
    placed_at: toTextOrNull(a.placedAt ?? null),
    kind: a.kind,
    precision: a.precision,
    rows: a.rows,
    evidence_id: evidenceIds[position],
    run_id: a.runId,
  }))
  const stored = await sql.query<{ position: number }>(
    `with x as materialized (
       select * from jsonb_to_recordset($1::jsonb) as x(position int, asset_id int, clock judged_clock, at timestamptz, recorded_at timestamptz, source text,
         happened_at timestamptz, placed_at timestamptz, kind text, precision text, rows bigint, evidence_id int, run_id uuid)
     ),
     stored as (
       insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, placed_at, kind, precision, rows, evidence_id, run_id)
       select asset_id, clock, at, recorded_at, source, happened_at, placed_at, kind, precision, rows, evidence_id, run_id
       from x order by position
       on conflict do nothing returning asset_id, clock, run_id
     )
     select distinct x.position from x left join stored s on s.run_id = x.run_id and s.asset_id = x.asset_id and s.clock = x.clock
     where x.run_id is null or s.run_id is not null`,
    [JSON.stringify(rows)],
  )
  return stored.rows.flatMap(({ position }) => arrivals[position] ?? [])
}

/** SQL: each asset's clocks with each of their witnesses, found one after the other in the index; of the assets $1, since the instants $2. */
export const TOLD = `
  select w.asset_id, w.since, clock, source from unnest($1::int[], $2::timestamptz[]) as w(asset_id, since)
  cross join unnest(enum_range(null::judged_clock)) as c(clock) cross join lateral (
    with recursive witness(source) as (
      select min(a.source) from arrival a where a.asset_id = w.asset_id and a.clock = c.clock and a.source <> 'ledger'
      union all
      select (
        select min(a.source) from arrival a where a.asset_id = w.asset_id and a.clock = c.clock and a.source <> 'ledger' and a.source > witness.source
      )
      from witness where witness.source is not null
    )
    select source from witness where source is not null
    union all
    select 'ledger' where exists (select 1 from arrival a where a.asset_id = w.asset_id and a.clock = c.clock and a.source = 'ledger')
  ) x`

/** SQL: the last arrivals of the clock and witness of a row, most recent first; the ledger's facts and those of all others have an index each. */
function lastArrivals(row: string, condition: string, count: number): string {
  const search = (source: string) => `
    (select * from arrival a
     where a.asset_id = ${row}.asset_id and a.clock = ${row}.clock and ${source} and a.kind = 'arrival' and ${condition}
     order by a.happened_at desc, a.id desc limit ${count})`
  return `${search(`a.source = 'ledger' and ${row}.source = 'ledger'`)} union all ${search(`a.source <> 'ledger' and a.source = ${row}.source`)}`
}

/** SQL: the same of corrections, which are few. */
function lastCorrections(row: string, condition: string, count: number): string {
  return `
    (select * from arrival a
     where a.asset_id = ${row}.asset_id and a.clock = ${row}.clock and a.source = ${row}.source and a.kind = 'correction' and ${condition}
     order by a.happened_at desc, a.id desc limit ${count})`
}

/** SQL: when each asset that was ever corrected was so last. */
const CORRECTED = `
  select t.asset_id, max(c.happened_at) as at from told t cross join lateral ${lastCorrections('t', 'a.recorded_at < t.since', 1)} c
  where t.clock = 'writtenAt' group by t.asset_id`

/** SQL: from where to read; earlier than asked where a correction since may take back what was last loaded, or told to be written. */
const REACH = `
  select t.asset_id, min(least(t.since, load.happened_at)) as since
  from told t left join corrected c on c.asset_id = t.asset_id left join lateral (
    ${lastArrivals('t', `c.at is not null and a.happened_at < t.since and ${credible('a')}`, 1)}
  ) load on load.happened_at < c.at and (t.clock = 'loadedAt' or t.clock = 'writtenAt' and t.source not like '${connectionWitness('%')}')
  group by t.asset_id`

const FACT = 'id, asset_id, clock, at, recorded_at, source, happened_at, placed_at, kind, precision, rows, evidence_id'
/** SQL: the columns of `PackedFacts`, of facts `f`, and by what these are grouped. */
const KINDS = 'f.clock, f.source, f.kind, f.precision, e.method'
const PACKED = `${KINDS} as weak_by, ${packNumbers('f.asset_id')} as asset_id, ${packNumbers('f.id')} as id,
  ${packInstants('f.at')} as at, ${packInstants('f.recorded_at')} as recorded_at, ${packInstants('f.happened_at')} as happened_at,
  ${packInstants('f.placed_at')} as placed_at, ${packNumbers('f.rows')} as rows`
const WEAK_EVIDENCE = `left join evidence e on e.id = f.evidence_id and e.strength = 'weak'`

/**
 * What decides the status of each of these assets from its `from` on: everything recorded since, and before that per clock and witness the
 * last arrival, the last two corrections and the last values that did not lie in the future. Per asset in the order of recording.
 */
export async function loadArrivals(sql: Sql, wanted: readonly { assetId: number; from: Instant }[]): Promise<Map<number, Arrival[]>> {
  if (wanted.length === 0) return new Map()
  const { rows } = await sql.query<PackedFacts>(
    `with told as materialized (${TOLD}), corrected as (${CORRECTED}), reach as materialized (${REACH}),
     latest as (
       select l.* from (select told.asset_id, clock, source, r.since as reach from told join reach r on r.asset_id = told.asset_id) t cross join lateral (
         ${lastArrivals('t', 'a.recorded_at < t.reach', 1)} union all ${lastCorrections('t', 'a.recorded_at < t.reach', 2)}
       ) l
     ),
     believed as (
       select e.* from latest l join reach r on r.asset_id = l.asset_id cross join lateral (
         select * from (${lastArrivals('l', `a.recorded_at < r.since and ${credible('a')}`, 3)}) a where l.kind = 'arrival'
         union all
         select * from (${lastCorrections('l', `a.recorded_at < r.since and ${credible('a')}`, 3)}) a where l.kind = 'correction'
       ) e
       where l.at > l.recorded_at + ${SKEW}
     ),
     since as (
       select a.* from reach w cross join lateral (
         select * from arrival a where a.asset_id = w.asset_id and a.recorded_at >= w.since offset 0
       ) a
     )
     select ${PACKED} from since f ${WEAK_EVIDENCE} group by ${KINDS}
     union all
     select ${PACKED} from (select ${FACT} from latest union select ${FACT} from believed) f ${WEAK_EVIDENCE} group by ${KINDS}`,
    [wanted.map((w) => w.assetId), wanted.map((w) => toText(w.from))],
  )
  return factsBy(rows, (packed, row) => numberAt(packed.asset_id, row))
}

/** The facts of each key, in the order of recording. */
function factsBy<K, P extends PackedFacts>(rows: readonly P[], keyOf: (packed: P, row: number) => K): Map<K, StoredFact[]> {
  const found = new Map<K, StoredFact[]>()
  for (const packed of rows) {
    for (let row = 0; row < packedRows(packed.id); row += 1) {
      const key = keyOf(packed, row)
      const own = found.get(key)
      if (own === undefined) found.set(key, [toFact(packed, row)])
      else own.push(toFact(packed, row))
    }
  }
  for (const own of found.values()) own.sort((a, b) => a.recordedAt - b.recordedAt || a.id - b.id)
  return found
}

/** What looks by this witness last found on these clocks. */
export async function loadLatestSeen(
  sql: Sql,
  witness: Witness,
  clocks: readonly { assetId: number; clock: JudgedClock }[],
): Promise<Map<number, KnownReadings>> {
  const { rows } = await sql.query<{ asset_id: number; clock: JudgedClock; at: Date | null; precision: 'instant' | 'day' }>(
    `select w.asset_id, w.clock, a.at, a.precision from unnest($1::int[], $2::judged_clock[]) as w(asset_id, clock) cross join lateral (
       select at, precision from arrival a where a.asset_id = w.asset_id and a.clock = w.clock and a.source <> 'ledger' and a.source = $3
       order by a.happened_at desc, a.id desc limit 1
     ) a`,
    [clocks.map((c) => c.assetId), clocks.map((c) => c.clock), witness],
  )
  const found = new Map<number, KnownReadings>()
  for (const row of rows) {
    const known = found.get(row.asset_id) ?? {}
    known[row.clock] = { at: toInstantOrNull(row.at), precision: row.precision }
    found.set(row.asset_id, known)
  }
  return found
}

/** The last few arrivals of each clock of these assets, by their keys. */
export async function loadLastArrivals(sql: Sql, keys: readonly string[], count: number): Promise<Map<string, Arrival[]>> {
  const { rows } = await sql.query<PackedFacts & { key: string }>(
    `select s.key, ${PACKED} from subject s cross join unnest(enum_range(null::judged_clock)) as c(clock) cross join lateral (
       select ${FACT} from (
         ${['=', '<>'].map((is) => `(select * from arrival where asset_id = s.id and clock = c.clock and source ${is} 'ledger' and kind = 'arrival' order by happened_at desc, id desc limit $2)`).join(' union all ')}
       ) a order by happened_at desc, id desc limit $2
     ) f ${WEAK_EVIDENCE}
     where s.kind = 'asset' and s.key = any($1::text[])
     group by s.key, ${KINDS}`,
    [keys, count],
  )
  return factsBy(rows, ({ key }) => key)
}
