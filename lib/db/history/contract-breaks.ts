import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { ContractBreak } from '#lib/domain/freshness/facts.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A break as it is kept, with the version that is broken. */
export interface StoredBreak extends ContractBreak {
  assetId: number
  version: string
}

interface Row {
  asset_id: number
  from_at: Date
  to_at: Date | null
  status: ContractBreak['status']
  version: string
  words: string
}

const BREAKS = 'select asset_id, from_at, to_at, status, version, words from contract_break where asset_id = any($1::int[])'

const toBreak = (row: Row): StoredBreak => ({
  assetId: row.asset_id,
  from: toInstant(row.from_at),
  to: toInstantOrNull(row.to_at),
  status: row.status,
  version: row.version,
  words: row.words,
})

/** Every break of the contracts about these assets, mended ones included. */
export async function loadContractBreaks(sql: Sql, assetIds: readonly number[]): Promise<Map<number, StoredBreak[]>> {
  const { rows } = await sql.query<Row>(`${BREAKS} order by from_at`, [assetIds])
  return Map.groupBy(rows.map(toBreak), ({ assetId }) => assetId)
}

/** What is broken now, by asset. */
export async function loadOpenBreaks(sql: Sql, assetIds: readonly number[]): Promise<Map<number, StoredBreak>> {
  const { rows } = await sql.query<Row>(`${BREAKS} and to_at is null`, [assetIds])
  return new Map(rows.map((row) => [row.asset_id, toBreak(row)]))
}

/** Ends what was broken of these assets until now, and begins what is broken from now on. */
export async function putBreaks(
  sql: Sql,
  now: Instant,
  changed: readonly { assetId: number; broken: Pick<StoredBreak, 'status' | 'version' | 'words'> | null }[],
): Promise<void> {
  const ids = changed.map(({ assetId }) => assetId)
  // What began at this very instant was never in force.
  await sql.query('delete from contract_break where asset_id = any($1::int[]) and to_at is null and from_at >= $2', [ids, toText(now)])
  await sql.query('update contract_break set to_at = $2 where asset_id = any($1::int[]) and to_at is null', [ids, toText(now)])
  const begun = changed.flatMap(({ assetId, broken }) => (broken === null ? [] : [{ assetId, ...broken }]))
  await sql.query(
    `insert into contract_break (asset_id, from_at, status, version, words)
     select "assetId", $2, status, version, words from jsonb_to_recordset($1::jsonb) as x("assetId" int, status text, version text, words text)`,
    [toStorableJson(begun), toText(now)],
  )
}
