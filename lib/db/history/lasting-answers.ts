import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import type { LastingAnswer, LastingReason } from '#lib/domain/freshness/facts.ts'
import type { Hearsay } from '#lib/domain/freshness/second-look.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'

const LASTING = "reason in ('gone', 'refused', 'no-time')"

/** SQL: the gap of the connection of the asset of a `blind b`, while its database is gone: then that is asked again every few seconds, of nothing else. */
const WITHOUT_DATABASE = `select from asset a join connection_state c on c.key = a.connection_key and c.is_gone
  join blind g on g.connection_key = c.key and g.to_at is null and g.seen_at is not null where a.subject_id = b.asset_id`

const LASTING_ANSWERS = `
  select b.asset_id, b.from_at, b.to_at, b.reason, b.seen_at, b.to_at is null and exists (${WITHOUT_DATABASE}) as is_asked
  from blind b where b.asset_id = any($1::int[]) and b.${LASTING} order by b.from_at`

/** Every answer that lasts, ended ones included, of each of these assets. */
export async function loadLastingAnswers(sql: Sql, assetIds: readonly number[]): Promise<Map<number, LastingAnswer[]>> {
  const { rows } = await sql.query<{
    asset_id: number
    from_at: Date
    to_at: Date | null
    reason: LastingReason
    seen_at: Date | null
    is_asked: boolean
  }>({ name: 'lasting answers', text: LASTING_ANSWERS, values: [assetIds] })
  const answers = rows.map((row) => {
    const from = toInstant(row.from_at)
    const seenAt = row.is_asked ? END_OF_TIME : (toInstantOrNull(row.seen_at) ?? from)
    const answer: LastingAnswer = { from, to: toInstantOrNull(row.to_at), reason: row.reason, seenAt }
    return { assetId: row.asset_id, answer }
  })
  const byAsset = Map.groupBy(answers, ({ assetId }) => assetId)
  return new Map([...byAsset].map(([assetId, own]) => [assetId, own.map(({ answer }) => answer)]))
}

export async function endAnswers(sql: Sql, ended: readonly { assetId: number; at: Instant }[]): Promise<void> {
  if (ended.length === 0) return
  await sql.query(
    `update blind b set to_at = greatest(x.at, b.from_at + interval '1 millisecond')
     from jsonb_to_recordset($1::jsonb) as x(id int, at timestamptz) where b.asset_id = x.id and b.to_at is null and ${LASTING}`,
    [JSON.stringify(ended.map(({ assetId, at }) => ({ id: assetId, at: toText(at) })))],
  )
}

/** Puts answers in force, confirmed by a second probe at `seenAt`. */
export async function beginAnswers(
  sql: Sql,
  begun: readonly { assetId: number; reason: LastingReason; from: Instant }[],
  seenAt: Instant,
): Promise<void> {
  if (begun.length === 0) return
  await sql.query(
    `insert into blind (asset_id, from_at, reason, seen_at)
     select id, at, reason, $2 from jsonb_to_recordset($1::jsonb) as x(id int, at timestamptz, reason text)`,
    [JSON.stringify(begun.map(({ assetId, reason, from }) => ({ id: assetId, at: toText(from), reason }))), toText(seenAt)],
  )
}

/** Puts in force that these assets are gone, whatever else was answered before; those that are gone already stay so since then. */
export async function beginGone(sql: Sql, assetIds: readonly number[], from: Instant, seenAt: Instant): Promise<void> {
  await sql.query(
    `update blind set to_at = greatest($2::timestamptz, from_at + interval '1 millisecond')
     where asset_id = any($1::int[]) and to_at is null and reason in ('refused', 'no-time')`,
    [assetIds, toText(from)],
  )
  await sql.query(
    `insert into blind (asset_id, from_at, reason, seen_at) select x.id, $2, 'gone', $3 from unnest($1::int[]) as x(id)
     where not exists (select from blind b where b.asset_id = x.id and b.to_at is null and b.reason = 'gone')`,
    [assetIds, toText(from), toText(seenAt)],
  )
  await sql.query('update asset set suspected_reason = null, suspected_at = null, look_again_at = null where subject_id = any($1::int[])', [
    assetIds,
  ])
}

/** Notes, where the database of a connection was gone, that all of it was so until now. */
export async function noteGoneUntil(sql: Sql, connectionKey: string, at: Instant): Promise<void> {
  await sql.query(
    `update blind b set seen_at = greatest(b.seen_at, $2::timestamptz) from asset own
     where own.connection_key = $1 and b.asset_id = own.subject_id and b.to_at is null and b.reason = 'gone' and exists (${WITHOUT_DATABASE})`,
    [connectionKey, toText(at)],
  )
}

/** Notes that another probe got the same answers. */
export async function noteAnswersSeen(sql: Sql, assetIds: readonly number[], at: Instant): Promise<void> {
  if (assetIds.length === 0) return
  await sql.query(
    `update blind set seen_at = greatest(seen_at, $2::timestamptz) where asset_id = any($1::int[]) and to_at is null and ${LASTING}`,
    [assetIds, toText(at)],
  )
}

/** Stores for each asset the answer that one probe got and no second has confirmed, and when that is due. */
export async function storeSuspicions(
  sql: Sql,
  suspicions: readonly { assetId: number; suspected: Hearsay['suspected']; lookAgainAt: Instant | null }[],
): Promise<void> {
  if (suspicions.length === 0) return
  const rows = suspicions.map(({ assetId, suspected, lookAgainAt }) => ({
    id: assetId,
    reason: suspected?.reason ?? null,
    at: toTextOrNull(suspected?.at ?? null),
    again: toTextOrNull(lookAgainAt),
  }))
  await sql.query(
    `update asset a set suspected_reason = x.reason, suspected_at = x.at, look_again_at = x.again
     from jsonb_to_recordset($1::jsonb) as x(id int, reason text, at timestamptz, again timestamptz)
     where a.subject_id = x.id and (a.suspected_reason, a.suspected_at, a.look_again_at) is distinct from (x.reason, x.at, x.again)`,
    [JSON.stringify(rows)],
  )
}

/**
 * Takes the assets of a connection that are to be looked at again now; nobody else gets them before `until`, so a worker that dies
 * in the middle delays the second look and loses nothing.
 */
export async function takeSecondProbes(sql: Sql, connectionKey: string, now: Instant, until: Instant): Promise<string[]> {
  const { rows } = await sql.query<{ key: string }>(
    `update asset a set look_again_at = $3 from subject s
     where s.id = a.subject_id and s.removed_at is null and a.connection_key = $1 and a.look_again_at <= $2 returning s.key`,
    [connectionKey, toText(now), toText(until)],
  )
  return rows.map((row) => row.key)
}

/**
 * A run has written these assets: what was gone by the looks before is there again, unless its whole database is gone, and those that could not be looked at
 * last time are looked at again at `now`.
 */
export async function noteWritten(sql: Sql, written: readonly { assetId: number; at: Instant }[], now: Instant): Promise<void> {
  if (written.length === 0) return
  const given = JSON.stringify(written.map(({ assetId, at }) => ({ id: assetId, at: toText(at) })))
  await sql.query(
    `update blind b set to_at = x.at from (
       select id, max(at) as at from jsonb_to_recordset($1::jsonb) as r(id int, at timestamptz) group by id
     ) x
     where b.asset_id = x.id and b.to_at is null and b.reason = 'gone' and b.from_at < x.at and coalesce(b.seen_at, b.from_at) <= x.at
       and not exists (${WITHOUT_DATABASE})`,
    [given],
  )
  await sql.query(
    `update asset a set look_again_at = least(look_again_at, $2::timestamptz),
       suspected_reason = case when suspected_at > x.at then suspected_reason end, suspected_at = case when suspected_at > x.at then suspected_at end
     from (select id, max(at) as at from jsonb_to_recordset($1::jsonb) as r(id int, at timestamptz) group by id) x
     where a.subject_id = x.id and problem is not null`,
    [given, toText(now)],
  )
}
