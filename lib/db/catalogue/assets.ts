import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toTextOrNull } from '#lib/db/instants.ts'
import type { Evidence, JudgedClock, LastingReason } from '#lib/domain/freshness/facts.ts'
import type { Hearsay } from '#lib/domain/freshness/second-look.ts'
import { blindFrom } from '#lib/domain/freshness/sight.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Reading } from '#lib/domain/freshness/witnesses/diff-readings.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { lockAssets } from './followers.ts'
import type { StoredVerdict } from './subjects.ts'

/** The latest good look at an asset, kept whole; earlier ones are not. */
export interface StoredObservation {
  lookedAt: Instant
  readings: (Reading & { clock: JudgedClock })[]
  rows: number | null
  evidence: Evidence
  /** The connector's own memory, handed back at the next look. */
  state: Record<string, unknown> | null
  warnings: string[]
  /** It found less than before while a load of ours was under way: the next look decides what that means. */
  isWithheld?: boolean
}

/** What recording a look must know about an asset. */
export interface WatchedAsset {
  assetId: number
  key: string
  probedAt: Instant | null
  nextChangeAt: Instant | null
  status: Status | null
  /** Known only from our own runs: no probe has found it yet. */
  isUnfound: boolean
  blindAfterMs: number | null
  sightedChangeAt: Instant | null
  /** From when on nobody knew any more, as of the last good look; null = never blind. */
  blindFrom: Instant | null
  /** Since when we were blind by settings that are no longer in force. */
  blindSince: Instant | null
  /** Public words of the last bad look; null after a good one. */
  problem: string | null
  hearsay: Hearsay
  /** Lasting answers since the last good look; null: none. */
  answeredSince: { from: Instant; seenAt: Instant } | null
}

interface WatchedRow {
  id: number
  key: string
  probed_at: Date | null
  next_change_at: Date | null
  verdict: Partial<Pick<StoredVerdict, 'status' | 'blindAfterMs' | 'sightedChangeAt' | 'blindFrom' | 'blindSince'>> | null
  problem: string | null
  is_found: boolean
  suspected_reason: LastingReason | null
  suspected_at: Date | null
  reason: LastingReason | null
  reason_from: Date | null
  answered_from: Date | null
  answered_seen_at: Date | null
}

/** A probe that saw nothing new does not store a verdict, so blindness counts from the probe. */
function toWatched(row: WatchedRow): WatchedAsset {
  const probedAt = toInstantOrNull(row.probed_at)
  const blindAfterMs = row.verdict?.blindAfterMs ?? null
  const answeredSince = toAnsweredSince(row)
  const blindAt = blindFrom({ blindAfterMs }, { probedAt, answeredSince })
  const isKnown = blindAfterMs !== null && (probedAt !== null || answeredSince !== null)
  return {
    assetId: row.id,
    key: row.key,
    probedAt,
    nextChangeAt: toInstantOrNull(row.next_change_at),
    status: row.verdict?.status ?? null,
    isUnfound: row.verdict !== null && blindAfterMs === null && !row.is_found,
    blindAfterMs,
    sightedChangeAt: row.verdict?.sightedChangeAt ?? null,
    blindFrom: isKnown ? blindAt : (row.verdict?.blindFrom ?? null),
    blindSince: row.verdict?.blindSince ?? null,
    problem: row.problem,
    hearsay: {
      inForce: row.reason === null || row.reason_from === null ? null : { reason: row.reason, from: toInstant(row.reason_from) },
      suspected:
        row.suspected_reason === null || row.suspected_at === null
          ? null
          : { reason: row.suspected_reason, at: toInstant(row.suspected_at) },
    },
    answeredSince,
  }
}

function toAnsweredSince({ answered_from: from, answered_seen_at: seenAt }: WatchedRow): WatchedAsset['answeredSince'] {
  return from === null || seenAt === null ? null : { from: toInstant(from), seenAt: toInstant(seenAt) }
}

/** Locks the named assets of a connection, as `lockAssets` does; keys it does not have are absent. */
export async function lockWatchedAssets(sql: Sql, connectionKey: string, keys: readonly string[]): Promise<WatchedAsset[]> {
  const { rows: named } = await sql.query<{ id: number }>(
    `select s.id from subject s join asset a on a.subject_id = s.id
     where s.kind = 'asset' and s.key = any($2::text[]) and a.connection_key = $1 and s.removed_at is null`,
    [connectionKey, keys],
  )
  const ids = named.map(({ id }) => id)
  await lockAssets(sql, ids)
  const { rows } = await sql.query<WatchedRow>(
    `select s.id, s.key, seen.probed_at, s.next_change_at, a.verdict, a.problem, a.observation -> 'lookedAt' is not null as is_found, a.suspected_reason, a.suspected_at,
       o.reason, o.from_at as reason_from, since.from_at as answered_from, since.seen_at as answered_seen_at
     from subject s join asset a on a.subject_id = s.id left join sight seen on seen.asset_id = s.id
     left join blind o on o.asset_id = s.id and o.to_at is null
     left join lateral (
       select min(b.from_at) as from_at, max(b.seen_at) as seen_at from blind b
       where b.asset_id = s.id and b.reason in ('gone', 'refused', 'no-time') and (b.to_at is null or seen.probed_at is null or b.to_at > seen.probed_at)
     ) since on true
     where s.id = any($1::int[]) and a.connection_key = $2 and s.removed_at is null order by s.id`,
    [ids, connectionKey],
  )
  return rows.map(toWatched)
}

/** Moves the next change of assets whose good look saw nothing new. */
export async function storeNextChanges(sql: Sql, changes: readonly { assetId: number; nextChangeAt: Instant | null }[]): Promise<void> {
  if (changes.length === 0) return
  await sql.query(
    `update subject s set next_change_at = x.at from jsonb_to_recordset($1::jsonb) as x(id int, at timestamptz)
     where s.id = x.id and s.next_change_at is distinct from x.at`,
    [JSON.stringify(changes.map((c) => ({ id: c.assetId, at: toTextOrNull(c.nextChangeAt) })))],
  )
}

/** Where an asset lies: its connection, and its path there. */
export interface AssetPlace {
  connection: string
  path: string
}

export async function loadAssetPlaces(sql: Sql, assetIds: readonly number[]): Promise<Map<number, AssetPlace>> {
  const { rows } = await sql.query<AssetPlace & { id: number }>(
    'select subject_id as id, connection_key as connection, path from asset where subject_id = any($1::int[])',
    [assetIds],
  )
  return new Map(rows.map(({ id, connection, path }) => [id, { connection, path }]))
}

/** Every asset of a connection, removed ones too (their past was seen through it), in id order. */
export async function listConnectionAssets(sql: Sql, connectionKey: string): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>('select subject_id as id from asset where connection_key = $1 order by subject_id', [
    connectionKey,
  ])
  return rows.map((row) => row.id)
}

/** Every asset that a subject covers or ever covered (null: all there are), in id order. */
export async function listAssetsUnder(sql: Sql, subjectId: number | null): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    `select s.id from subject s
     where s.kind = 'asset' and ($1::int is null or s.id = $1 or exists (
       select 1 from subject_version v join subject f on f.kind = 'feed' and f.key = v.settings ->> 'feed'
       where v.subject_id = s.id and (f.id = $1 or exists (
         select 1 from subject_version w join subject g on g.kind = 'group' and g.key = w.settings ->> 'group'
         where w.subject_id = f.id and g.id = $1))))
     order by s.id`,
    [subjectId],
  )
  return rows.map((row) => row.id)
}

/** Every asset that a flow writes or ever wrote, in id order. */
export async function listAssetsEverOfFlow(sql: Sql, flow: string): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    `select distinct subject_id as id from subject_version where settings ->> 'flow' = $1 order by subject_id`,
    [flow],
  )
  return rows.map((row) => row.id)
}

/** An asset as a connector is handed it: what to look at, what the last good look remembered, and whether the last one was none. */
export interface AssetToObserve {
  key: string
  path: string
  settings: Record<string, unknown>
  previous: Record<string, unknown> | null
  hasFailed: boolean
}

/** What to look at through a connection: its assets in the catalogue, in id order. */
export async function listAssetsToObserve(sql: Sql, connectionKey: string): Promise<AssetToObserve[]> {
  const { rows } = await sql.query<AssetToObserve>(
    `select s.key, a.path, a.settings, nullif(a.observation -> 'state', 'null'::jsonb) as previous, a.problem is not null as "hasFailed"
     from asset a join subject s on s.id = a.subject_id
     where a.connection_key = $1 and s.removed_at is null order by a.subject_id`,
    [connectionKey],
  )
  return rows
}

export async function listAssetsOfFeeds(sql: Sql, feedIds: readonly number[]): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    'select subject_id as id from asset where feed_id = any($1::int[]) order by subject_id',
    [feedIds],
  )
  return rows.map((row) => row.id)
}

/** The assets of these connections that are in the catalogue, in id order. */
export async function listAssetsOfConnections(sql: Sql, connectionKeys: readonly string[]): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    'select s.id from asset a join subject s on s.id = a.subject_id where a.connection_key = any($1::text[]) and s.removed_at is null order by s.id',
    [connectionKeys],
  )
  return rows.map(({ id }) => id)
}
