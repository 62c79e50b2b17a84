import type { QueryConfig } from 'pg'
import type { Sql } from '#lib/db/context.ts'
import { storeEvidence } from '#lib/db/history/evidence.ts'
import { factsBy, KINDS, PACKED, type PackedFacts, WEAK_EVIDENCE } from '#lib/db/history/packed-facts.ts'
import { toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import { numberAt } from '#lib/db/packed-columns.ts'
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

/** SQL: each fact that was recorded since the instant of a row of `from`. */
function since(from: string): string {
  return `
    select a.* from ${from} w cross join lateral (
      select * from arrival a where a.asset_id = w.asset_id and a.recorded_at >= w.since offset 0
    ) a`
}

/** SQL: everything recorded since, and before that per clock and witness the last arrival, and the last correction when there was one. */
const PLAIN = `
  with told as materialized (${TOLD})
  select ${PACKED} from (
    select ${FACT} from (${since('(select * from unnest($1::int[], $2::timestamptz[]) as x(asset_id, since))')}) a
    union all
    select ${FACT} from (
      select l.* from told t cross join lateral (
        ${lastArrivals('t', 'a.recorded_at < t.since', 1)} union all ${lastCorrections('t', 'a.recorded_at < t.since', 1)}
      ) l
    ) a
  ) f ${WEAK_EVIDENCE} group by ${KINDS}`

/** SQL: the same of assets whose last facts may not count: the last two corrections, what these take back, and the last values that did not lie in the future. */
const THOROUGH = `
  with told as materialized (${TOLD}), corrected as (${CORRECTED}), reach as materialized (${REACH}),
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
  )
  select ${PACKED} from (${since('reach')}) f ${WEAK_EVIDENCE} group by ${KINDS}
  union all
  select ${PACKED} from (select ${FACT} from latest union select ${FACT} from believed) f ${WEAK_EVIDENCE} group by ${KINDS}`

interface Wanted {
  assetId: number
  from: Instant
}

/**
 * What decides the status of each of these assets from its `from` on: everything recorded since, and before that per clock and witness the
 * last arrival, the last two corrections and the last values that did not lie in the future. Per asset in the order of recording.
 */
export async function loadArrivals(sql: Sql, wanted: readonly Wanted[]): Promise<Map<number, Arrival[]>> {
  const found = await askFor(sql, { name: 'arrivals', text: PLAIN }, wanted)
  const doubted = wanted.filter(({ assetId, from }) => found.get(assetId)?.some((fact) => isDoubted(fact, from)))
  for (const [assetId, facts] of await askFor(sql, { text: THOROUGH }, doubted)) found.set(assetId, facts)
  return found
}

async function askFor(sql: Sql, statement: QueryConfig, wanted: readonly Wanted[]): Promise<Map<number, Arrival[]>> {
  if (wanted.length === 0) return new Map()
  const { rows } = await sql.query<PackedFacts>({ ...statement, values: [wanted.map((w) => w.assetId), wanted.map((w) => toText(w.from))] })
  return factsBy(rows, (packed, row) => numberAt(packed.asset_id, row))
}

/** Whether a fact from before is a correction, which may take back what came first, or lies in the future, so that an earlier one counts. */
function isDoubted(fact: Arrival, from: Instant): boolean {
  return fact.recordedAt < from && (fact.kind === 'correction' || (fact.at ?? 0) > fact.recordedAt + CLOCK_SKEW_MAX_MS)
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
