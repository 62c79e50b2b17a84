import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { KeyReading } from '#lib/domain/coverage/key-reading.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

interface Row {
  asset_id: number
  column_name: string
  key: string
  at: Date | null
  recorded_at: Date
  counts_from: Date
}

const toReading = (row: Row): KeyReading => ({
  column: row.column_name,
  key: row.key,
  at: toInstantOrNull(row.at),
  recordedAt: toInstant(row.recorded_at),
  countsFrom: toInstant(row.counts_from),
})

/** What was seen of the keys of these assets since then, and before that last of each. */
export async function loadKeyReadings(sql: Sql, wanted: readonly { assetId: number; from: Instant }[]): Promise<Map<number, KeyReading[]>> {
  if (wanted.length === 0) return new Map()
  const { rows } = await sql.query<Row>(
    `with w as (select * from unnest($1::int[], $2::timestamptz[]) as w(asset_id, since))
     select k.* from w join key_reading k on k.asset_id = w.asset_id and k.recorded_at >= w.since
     union all
     (select distinct on (k.asset_id, k.column_name, k.key) k.* from w join key_reading k on k.asset_id = w.asset_id and k.recorded_at < w.since
      order by k.asset_id, k.column_name, k.key, k.recorded_at desc)`,
    [wanted.map(({ assetId }) => assetId), wanted.map(({ from }) => toText(from))],
  )
  const found = new Map<number, KeyReading[]>()
  for (const row of rows) {
    const own = found.get(row.asset_id)
    if (own === undefined) found.set(row.asset_id, [toReading(row)])
    else own.push(toReading(row))
  }
  return found
}

/** Stores what looks saw anew. */
export async function insertKeyReadings(sql: Sql, readings: readonly (KeyReading & { assetId: number })[]): Promise<void> {
  if (readings.length === 0) return
  const rows = readings.map(({ assetId, column, key, at, recordedAt, countsFrom }) => {
    return {
      asset_id: assetId,
      column_name: column,
      key,
      at: toTextOrNull(at),
      recorded_at: toText(recordedAt),
      counts_from: toText(countsFrom),
    }
  })
  await sql.query(
    `insert into key_reading (asset_id, column_name, key, at, recorded_at, counts_from)
     select * from jsonb_to_recordset($1::jsonb)
       as x(asset_id int, column_name text, key text, at timestamptz, recorded_at timestamptz, counts_from timestamptz)
     on conflict (asset_id, column_name, key, recorded_at) do update set at = excluded.at, counts_from = excluded.counts_from`,
    [toStorableJson(rows)],
  )
}
