import type { Sql } from '#lib/db/context.ts'
import { toInstant, toText, toTextOrNull } from '#lib/db/instants.ts'
import type { AssetSettings } from '#lib/domain/freshness/asset-settings.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** The settings of an asset as stored with their instant: the promise, and the flow or the job that wrote it then. */
export interface VersionedAssetSettings extends AssetSettings {
  policies: Policy[]
  flow: string | null
  /** `<connection>/<job>`; absent: no job of another system writes it. */
  job?: string
}

/** The settings of a feed as stored with their instant: the group it belonged to. */
export interface VersionedFeedSettings {
  group: string
}

/** Settings in force from an instant until the next version; null = not in the catalogue. */
interface Version<S> {
  from: Instant
  settings: S | null
}

export type AssetVersion = Version<VersionedAssetSettings>
export type FeedVersion = Version<VersionedFeedSettings>

async function loadVersions<S>(sql: Sql, subjectIds: readonly number[]): Promise<Map<number, Version<S>[]>> {
  if (subjectIds.length === 0) return new Map()
  const { rows } = await sql.query<{ subject_id: number; from_at: Date; settings: S | null }>(
    'select subject_id, from_at, settings from subject_version where subject_id = any($1::int[]) order by subject_id, from_at',
    [subjectIds],
  )
  const found = new Map<number, Version<S>[]>()
  for (const row of rows) {
    const version = { from: toInstant(row.from_at), settings: row.settings }
    const list = found.get(row.subject_id)
    if (list === undefined) found.set(row.subject_id, [version])
    else list.push(version)
  }
  return found
}

/** The versions of assets, oldest first. Only `sync-catalogue` and `recompute` write them, so their shape is trusted. */
export function loadAssetVersions(sql: Sql, assetIds: readonly number[]): Promise<Map<number, AssetVersion[]>> {
  return loadVersions<VersionedAssetSettings>(sql, assetIds)
}

export function loadFeedVersions(sql: Sql, feedIds: readonly number[]): Promise<Map<number, FeedVersion[]>> {
  return loadVersions<VersionedFeedSettings>(sql, feedIds)
}

/**
 * Stores settings that act from `at`, where they differ from those in force, and answers whose settings changed.
 * null ends a subject; a subject that never had settings is not ended again.
 */
export async function storeVersions(
  sql: Sql,
  at: Instant,
  settings: readonly { subjectId: number; settings: VersionedAssetSettings | VersionedFeedSettings | null }[],
): Promise<number[]> {
  if (settings.length === 0) return []
  const { rows } = await sql.query<{ subject_id: number }>(
    `insert into subject_version (subject_id, from_at, settings)
     select x.subject_id, $2, nullif(x.settings, 'null'::jsonb)
     from jsonb_to_recordset($1::jsonb) as x(subject_id int, settings jsonb)
     left join lateral (
       select v.settings from subject_version v where v.subject_id = x.subject_id and v.from_at <= $2 order by v.from_at desc limit 1
     ) current on true
     where nullif(x.settings, 'null'::jsonb) is distinct from current.settings
     on conflict (subject_id, from_at) do update set settings = excluded.settings
     returning subject_id`,
    [JSON.stringify(settings.map((s) => ({ subject_id: s.subjectId, settings: s.settings }))), toText(at)],
  )
  return rows.map((row) => row.subject_id)
}

/**
 * Makes the policies in force today those of the past from an instant on (null: of all of it); where an asset was not in the
 * catalogue it stays so.
 */
export async function spreadCurrentPolicies(sql: Sql, from: Instant | null = null): Promise<void> {
  if (from !== null) await cutVersions(sql, from)
  await sql.query(
    `update subject_version v
     set settings = (v.settings - 'expect') || jsonb_build_object('policies', c.settings -> 'policies', 'blindAfterMs', c.settings -> 'blindAfterMs')
       || jsonb_strip_nulls(jsonb_build_object('expect', c.settings -> 'expect'))
     from (
       select distinct on (subject_id) subject_id, settings from subject_version
       where subject_id in (select id from subject where kind = 'asset') and settings is not null
       order by subject_id, from_at desc
     ) c
     where c.subject_id = v.subject_id and v.settings is not null and ($1::timestamptz is null or v.from_at >= $1)`,
    [toTextOrNull(from)],
  )
}

/** Splits each version that was in force across this instant in two. */
async function cutVersions(sql: Sql, at: Instant): Promise<void> {
  await sql.query(
    `insert into subject_version (subject_id, from_at, settings)
     select subject_id, $1, settings from (
       select distinct on (subject_id) subject_id, settings from subject_version
       where subject_id in (select id from subject where kind = 'asset') and from_at <= $1
       order by subject_id, from_at desc
     ) v where settings is not null
     on conflict do nothing`,
    [toText(at)],
  )
}
