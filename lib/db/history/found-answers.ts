import { lockAssets } from '#lib/db/catalogue/followers.ts'
import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { beginAnswers, endAnswers } from './lasting-answers.ts'

/** Locks the assets of a connection at these paths, as `lockAssets` does, those that have left the catalogue, too; answers which of them are gone by what is known. */
async function lockAt(
  sql: Sql,
  connection: string,
  paths: readonly string[],
): Promise<{ id: number; isGone: boolean; isAdopted: boolean }[]> {
  const { rows } = await sql.query<{ id: number }>(
    'select subject_id as id from asset where connection_key = $1 and path = any($2::text[])',
    [connection, paths],
  )
  const ids = rows.map(({ id }) => id)
  await lockAssets(sql, ids)
  const { rows: known } = await sql.query<{ id: number; isGone: boolean; isAdopted: boolean }>(
    `select s.id, exists (select 1 from blind b where b.asset_id = s.id and b.to_at is null and b.reason = 'gone') as "isGone",
       s.removed_at is null and exists (select 1 from adoption o where o.asset_id = s.id) as "isAdopted"
     from subject s where s.id = any($1::int[]) order by s.id`,
    [ids],
  )
  return known
}

/** Puts in force that what rules took over at these paths is gone, unless a look says so already; answers the assets. */
export async function beginGone(sql: Sql, now: Instant, connection: string, paths: readonly string[]): Promise<number[]> {
  if (paths.length === 0) return []
  const ids = (await lockAt(sql, connection, paths)).filter(({ isAdopted, isGone }) => isAdopted && !isGone).map(({ id }) => id)
  const ended = ids.map((assetId) => ({ assetId, at: now }))
  await endAnswers(sql, ended)
  const begun = ids.map((assetId) => ({ assetId, reason: 'gone' as const, from: now }))
  await beginAnswers(sql, begun, now)
  return ids
}

/** What discovery saw again at these paths is gone no more; answers the assets. */
export async function endGone(sql: Sql, now: Instant, connection: string, paths: readonly string[]): Promise<number[]> {
  if (paths.length === 0) return []
  const ids = (await lockAt(sql, connection, paths)).filter(({ isGone }) => isGone).map(({ id }) => id)
  await sql.query(
    `update blind set seen_at = greatest(seen_at, $2::timestamptz) where asset_id = any($1::int[]) and to_at is null and reason = 'gone'`,
    [ids, toText(now)],
  )
  const ended = ids.map((assetId) => ({ assetId, at: now }))
  await endAnswers(sql, ended)
  return ids
}
