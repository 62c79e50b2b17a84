import type { CatalogueAsset, CatalogueFeed, CatalogueGroup } from '#lib/catalogue/catalogue.ts'
import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { SubjectKind } from './subjects.ts'

interface DeclaredSubject {
  key: string
  name: string
  description: string | null
  why?: string
}

/** Makes these subjects exist and be in the catalogue, in this order; returns their ids by key. */
async function upsertSubjects(
  sql: Sql,
  now: Instant,
  kind: SubjectKind,
  subjects: readonly DeclaredSubject[],
): Promise<Map<string, number>> {
  const rows = subjects.map((s, position) => ({ key: s.key, name: s.name, description: s.description, why: s.why, position }))
  const { rows: stored } = await sql.query<{ id: number; key: string }>(
    `with given as (
       select * from jsonb_to_recordset($2::jsonb) as x(key text, name text, description text, why text, position int)
     ),
     written as (
       insert into subject as s (kind, key, name, description, why, position, created_at)
       select $1, key, name, description, why, position, $3 from given order by position
       on conflict (kind, key) do update
       set name = excluded.name, description = excluded.description, why = excluded.why, position = excluded.position, removed_at = null
       where (s.name, s.description, s.why, s.position, s.removed_at) is distinct from (excluded.name, excluded.description, excluded.why, excluded.position, null)
       returning id, key
     )
     select id, key from written
     union
     select s.id, s.key from subject s join given g on g.key = s.key where s.kind = $1`,
    [kind, JSON.stringify(rows), toText(now)],
  )
  return new Map(stored.map((row) => [row.key, row.id]))
}

/** Marks what the catalogue no longer names as removed and returns its ids; rows and history stay. */
export async function removeOtherSubjects(sql: Sql, now: Instant, kind: SubjectKind, keptKeys: readonly string[]): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    'update subject set removed_at = $2 where kind = $1 and removed_at is null and key <> all($3::text[]) returning id',
    [kind, toText(now), keptKeys],
  )
  return rows.map((row) => row.id)
}

export function syncGroups(sql: Sql, now: Instant, groups: readonly CatalogueGroup[]): Promise<Map<string, number>> {
  return upsertSubjects(sql, now, 'group', groups)
}

export async function syncFeeds(
  sql: Sql,
  now: Instant,
  feeds: readonly CatalogueFeed[],
  groupIds: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const ids = await upsertSubjects(sql, now, 'feed', feeds)
  const rows = feeds.map((feed) => ({
    id: ids.get(feed.key),
    group_id: groupIds.get(feed.group),
    owner: feed.owner,
    runbook: feed.runbook,
    settings: { promise: feed.promise, source: feed.source },
  }))
  await sql.query(
    `insert into feed as f (subject_id, group_id, owner, runbook, settings)
     select id, group_id, owner, runbook, settings
     from jsonb_to_recordset($1::jsonb) as x(id int, group_id int, owner text, runbook text, settings jsonb)
     on conflict (subject_id) do update
     set group_id = excluded.group_id, owner = excluded.owner, runbook = excluded.runbook, settings = excluded.settings
     where (f.group_id, f.owner, f.runbook, f.settings) is distinct from (excluded.group_id, excluded.owner, excluded.runbook, excluded.settings)`,
    [JSON.stringify(rows)],
  )
  return ids
}

/** SQL: false when another connection, path or settings lead to the asset: what was answered before says nothing then. */
const LOOKED_AT_AS_BEFORE = `(a.connection_key, a.path, a.settings) is not distinct from (excluded.connection_key, excluded.path, excluded.settings)`

/**
 * Writes the assets into their feeds and returns their ids by key. One that could not be looked at, and is to be looked at in another
 * way now, is looked at at once.
 */
export async function syncAssets(
  sql: Sql,
  now: Instant,
  assets: readonly CatalogueAsset[],
  feedIds: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const ids = await upsertSubjects(
    sql,
    now,
    'asset',
    assets.map(({ why, ...asset }) => ({ key: asset.key, name: asset.name, description: null, ...(why !== undefined && { why }) })),
  )
  const rows = assets.map((asset) => ({
    id: ids.get(asset.key),
    feed_id: feedIds.get(asset.feed),
    kind: asset.kind,
    connection: asset.connection,
    path: asset.path,
    promised: asset.promised,
    flow: asset.flow,
    job: asset.job ?? null,
    settings: asset.settings,
  }))
  await sql.query(
    `insert into asset as a (subject_id, feed_id, asset_kind, connection_key, path, promised, flow, job, settings)
     select id, feed_id, kind, connection, path, promised, flow, job, settings
     from jsonb_to_recordset($1::jsonb)
       as x(id int, feed_id int, kind text, connection text, path text, promised boolean, flow text, job text, settings jsonb)
     on conflict (subject_id) do update
     set feed_id = excluded.feed_id, asset_kind = excluded.asset_kind, connection_key = excluded.connection_key, path = excluded.path,
         promised = excluded.promised, flow = excluded.flow, job = excluded.job, settings = excluded.settings,
         suspected_reason = case when ${LOOKED_AT_AS_BEFORE} then a.suspected_reason end,
         suspected_at = case when ${LOOKED_AT_AS_BEFORE} then a.suspected_at end,
         look_again_at = case when ${LOOKED_AT_AS_BEFORE} then a.look_again_at when a.problem is not null then $2::timestamptz end
     where (a.feed_id, a.asset_kind, a.connection_key, a.path, a.promised, a.flow, a.job, a.settings) is distinct from
       (excluded.feed_id, excluded.asset_kind, excluded.connection_key, excluded.path, excluded.promised, excluded.flow, excluded.job, excluded.settings)`,
    [JSON.stringify(rows), toText(now)],
  )
  return ids
}
