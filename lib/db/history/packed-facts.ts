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
import type { Arrival, JudgedClock } from '#lib/domain/freshness/facts.ts'
import type { Witness } from '#lib/domain/freshness/witnesses/witness.ts'

/** Facts that agree in all that comes first. */
export interface PackedFacts {
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

export interface StoredFact extends Arrival {
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

/** SQL: by what facts `f` with evidence `e` are grouped. */
export const KINDS = 'f.clock, f.source, f.kind, f.precision, e.method'
/** SQL: the columns of `PackedFacts`, of facts `f` with evidence `e`. */
export const PACKED = `${KINDS} as weak_by, ${packNumbers('f.asset_id')} as asset_id, ${packNumbers('f.id')} as id,
  ${packInstants('f.at')} as at, ${packInstants('f.recorded_at')} as recorded_at, ${packInstants('f.happened_at')} as happened_at,
  ${packInstants('f.placed_at')} as placed_at, ${packNumbers('f.rows')} as rows`
/** SQL: the evidence of facts `f` where it is weak. */
export const WEAK_EVIDENCE = `left join evidence e on e.id = f.evidence_id and e.strength = 'weak'`

/** The facts of each key, in the order of recording. */
export function factsBy<K, P extends PackedFacts>(rows: readonly P[], keyOf: (packed: P, row: number) => K): Map<K, StoredFact[]> {
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
