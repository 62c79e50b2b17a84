import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { ContractBreak } from '#lib/domain/freshness/facts.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A break as it is kept, with the version that is broken. */
export interface StoredBreak extends ContractBreak {
  assetId: number
  version: string
  /** In which file, and through which connection that was opened; null: it is not about files. */
  file: string | null
  source: string | null
}

interface Row {
  asset_id: number
  from_at: Date
  to_at: Date | null
  status: ContractBreak['status']
  version: string
  words: string
  file: string | null
  source: string | null
}

const BREAKS = 'select asset_id, from_at, to_at, status, version, words, file, source from contract_break where asset_id = any($1::int[])'

const toBreak = (row: Row): StoredBreak => ({
  assetId: row.asset_id,
  from: toInstant(row.from_at),
  to: toInstantOrNull(row.to_at),
  status: row.status,
  version: row.version,
  words: row.words,
  file: row.file,
  source: row.source,
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

/** What an asset is broken by from now on; null: by nothing any more. */
export interface ChangedBreak {
  assetId: number
  broken: Pick<StoredBreak, 'status' | 'version' | 'words' | 'file' | 'source'> | null
}

const GIVEN = 'jsonb_to_recordset($1::jsonb) as x("assetId" int, status text, version text, words text, file text, source text)'

/** Ends what was broken of these assets until now, and begins what is broken from now on; a break that is as bad as before goes on, by other words. */
export async function putBreaks(sql: Sql, now: Instant, changed: readonly ChangedBreak[]): Promise<void> {
  const given = changed.flatMap(({ assetId, broken }) => (broken === null ? [] : [{ assetId, ...broken }]))
  const { rows } = await sql.query<{ id: number }>(
    `update contract_break b set version = x.version, words = x.words, file = x.file, source = x.source from ${GIVEN}
     where b.asset_id = x."assetId" and b.to_at is null and b.status = x.status returning b.asset_id as id`,
    [toStorableJson(given)],
  )
  const goesOn = new Set(rows.map(({ id }) => id))
  const ids = changed.map(({ assetId }) => assetId).filter((id) => !goesOn.has(id))
  // What began at this very instant was never in force.
  await sql.query('delete from contract_break where asset_id = any($1::int[]) and to_at is null and from_at >= $2', [ids, toText(now)])
  await sql.query('update contract_break set to_at = $2 where asset_id = any($1::int[]) and to_at is null', [ids, toText(now)])
  await sql.query(
    `insert into contract_break (asset_id, from_at, status, version, words, file, source)
     select "assetId", $2, status, version, words, file, source from ${GIVEN}`,
    [toStorableJson(given.filter(({ assetId }) => !goesOn.has(assetId))), toText(now)],
  )
}
