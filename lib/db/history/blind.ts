import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import type { BlindInterval } from '#lib/domain/freshness/facts.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

export interface ClosedGap {
  assetId: number
  from: Instant
  to: Instant
  reason: BlindInterval['reason']
}

/** A stretch without sight, whatever caused it; for overlays and seconds per day. */
export interface SightGap {
  from: Instant
  to: Instant | null
}

/** Stores gaps that a good look has just closed; empty ones are left out. */
export async function insertAssetGaps(sql: Sql, gaps: readonly ClosedGap[]): Promise<void> {
  const real = gaps.filter((gap) => gap.from < gap.to)
  if (real.length === 0) return
  await sql.query(
    `insert into blind (asset_id, from_at, to_at, reason)
     select asset_id, from_at, to_at, reason
     from jsonb_to_recordset($1::jsonb) as x(asset_id int, from_at timestamptz, to_at timestamptz, reason text)`,
    [JSON.stringify(real.map((g) => ({ asset_id: g.assetId, from_at: toText(g.from), to_at: toText(g.to), reason: g.reason })))],
  )
}

/** Declares a connection down from an instant on; false when it is so already. */
export async function openConnectionGap(sql: Sql, connectionKey: string, from: Instant, reason: BlindInterval['reason']): Promise<boolean> {
  const result = await sql.query(
    `insert into blind (connection_key, from_at, reason)
     select $1, $2, $3 where not exists (select 1 from blind where connection_key = $1 and to_at is null)`,
    [connectionKey, toText(from), reason],
  )
  return (result.rowCount ?? 0) > 0
}

/** Declares a connection down for sure: what it speaks to is not there since `sureFrom`, and was seen last at `from`. One that is down already is so for sure from then on. */
export async function openSureGap(sql: Sql, connectionKey: string, from: Instant, sureFrom: Instant): Promise<void> {
  await openConnectionGap(sql, connectionKey, Math.min(from, sureFrom), 'source-unreachable')
  await sql.query('update blind set seen_at = $2 where connection_key = $1 and to_at is null', [connectionKey, toText(sureFrom)])
}

export async function hasOpenConnectionGap(sql: Sql, connectionKey: string): Promise<boolean> {
  const { rows } = await sql.query('select from blind where connection_key = $1 and to_at is null', [connectionKey])
  return rows.length > 0
}

/** Closes the open gap of a connection; answers when it began, or null when there was none. */
export async function closeConnectionGap(sql: Sql, connectionKey: string, to: Instant): Promise<Instant | null> {
  const { rows } = await sql.query<{ from_at: Date }>(
    `update blind set to_at = greatest($2::timestamptz, from_at + interval '1 millisecond')
     where connection_key = $1 and to_at is null returning from_at`,
    [connectionKey, toText(to)],
  )
  return toInstantOrNull(rows[0]?.from_at ?? null)
}

/**
 * Makes the stretches in which nothing could be told exactly these, for each of these connections; one that was open and is not among them has ended by now.
 * Answers from when on something is other than it was, or null.
 */
export async function putReceiverGaps(
  sql: Sql,
  connections: readonly string[],
  gaps: readonly SightGap[],
  now: Instant,
): Promise<Instant | null> {
  const { rows } = await sql.query<{ from_at: Date | null }>(
    `with told as (
       select c.key, g.from_at, g.to_at from unnest($1::text[]) as c(key), jsonb_to_recordset($2::jsonb) as g(from_at timestamptz, to_at timestamptz)
     ),
     ended as (
       update blind b set to_at = coalesce(
         (select max(t.to_at) from told t where t.key = b.connection_key and t.from_at = b.from_at), greatest($3::timestamptz, b.from_at + interval '1 millisecond'))
       where b.connection_key = any($1::text[]) and b.reason = 'receiver-stopped' and b.to_at is null
         and not exists (select 1 from told t where t.key = b.connection_key and t.from_at = b.from_at and t.to_at is null) returning b.from_at
     ),
     added as (
       insert into blind (connection_key, from_at, to_at, reason) select t.key, t.from_at, t.to_at, 'receiver-stopped' from told t
       where not exists (select 1 from blind b where b.connection_key = t.key and b.reason = 'receiver-stopped' and b.from_at = t.from_at) returning from_at
     )
     select min(from_at) as from_at from (select from_at from ended union all select from_at from added) x`,
    [connections, JSON.stringify(gaps.map(({ from, to }) => ({ from_at: toText(from), to_at: toTextOrNull(to) }))), toText(now)],
  )
  return toInstantOrNull(rows[0]?.from_at ?? null)
}

/** Notes that no worker ran for a while, or that it has been longer than was noted; false when that is known already. */
export async function putWorkerGap(sql: Sql, from: Instant, to: Instant): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with known as (
       update blind set to_at = greatest(to_at, $2) where asset_id is null and connection_key is null and from_at = $1::timestamptz
       returning (select b.to_at from blind b where b.id = blind.id) < $2::timestamptz as is_longer
     ),
     added as (insert into blind (from_at, to_at, reason) select $1, $2, 'worker-stopped' where not exists (select 1 from known) returning true)
     select 1 from known where is_longer union all select 1 from added`,
    [toText(from), toText(to)],
  )
  return rowCount === 1
}

const OPEN_GAPS = `
  select a.subject_id as asset_id, b.from_at, b.to_at, b.reason,
    (select b.seen_at from connection_state c where c.key = b.connection_key and not c.is_gone) as sure_from
  from asset a join blind b on b.connection_key = a.connection_key and (b.to_at is null or b.reason = 'receiver-stopped')
  where a.subject_id = any($1::int[]) order by b.from_at, b.id`

/**
 * What a status must know about blindness: the open gap of each asset's connection. Closed gaps no longer decide anything,
 * so they are not loaded, save those in which nothing could be told.
 */
export async function loadOpenGaps(sql: Sql, assetIds: readonly number[]): Promise<Map<number, BlindInterval[]>> {
  const { rows } = await sql.query<{
    asset_id: number
    from_at: Date
    to_at: Date | null
    reason: BlindInterval['reason']
    sure_from: Date | null
  }>({ name: 'open gaps', text: OPEN_GAPS, values: [assetIds] })
  const ofAsset = Map.groupBy(rows, (row) => row.asset_id)
  return new Map(
    [...ofAsset].map(([id, own]) => [
      id,
      own.map((row) => ({
        from: toInstant(row.from_at),
        to: toInstantOrNull(row.to_at),
        reason: row.reason,
        sureFrom: toInstantOrNull(row.sure_from),
      })),
    ]),
  )
}

/**
 * Every stretch that overlaps [from, to) in which these assets could not be seen: their own gaps, those of their connection and
 * those of the worker (which everybody gets). What was known to be gone was seen.
 */
export async function loadSightGaps(sql: Sql, assetIds: readonly number[], from: Instant, to: Instant): Promise<Map<number, SightGap[]>> {
  const { rows } = await sql.query<{ asset_id: number; from_at: Date; to_at: Date | null }>(
    `select a.subject_id as asset_id, b.from_at, b.to_at
     from asset a join blind b on b.asset_id = a.subject_id
       or (b.asset_id is null and (b.connection_key is null or b.connection_key = a.connection_key))
     where a.subject_id = any($1::int[]) and b.reason <> 'gone' and b.from_at < $3 and (b.to_at is null or b.to_at > $2)
     order by a.subject_id, b.from_at`,
    [assetIds, toText(from), toTextOrNull(to)],
  )
  const found = new Map<number, SightGap[]>()
  for (const row of rows) {
    const gap = { from: toInstant(row.from_at), to: toInstantOrNull(row.to_at) }
    const list = found.get(row.asset_id)
    if (list === undefined) found.set(row.asset_id, [gap])
    else list.push(gap)
  }
  return found
}
