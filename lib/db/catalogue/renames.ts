import type { Sql } from '#lib/db/context.ts'
import { toInstantOrNull } from '#lib/db/instants.ts'
import { connectionWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import { connectionOf } from '#lib/domain/lineage/asset-key.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { JOIN_EDGES } from './lineage-edges.ts'
import type { SubjectKind } from './subjects.ts'

/** What may have been renamed: its key now, and the one it had (`was:`). */
export interface Renamed {
  key: string
  was?: string | null
}

/** A subject that still has its former key, and the one that has its new key already. */
interface Pair {
  id: number
  key: string
  was: string
  /** The subject that took the new key while the old one was gone; null when nobody has it. */
  youngId: number | null
  youngSince: Date | null
}

/** A subject that has a new key; `joinedFrom`: since when its new key had begun a history of its own, which is joined to the old one. */
export interface Rename {
  id: number
  key: string
  joinedFrom: Instant | null
}

/**
 * Gives subjects their new keys, id and history unchanged. A former key that nobody has, that is still declared, or whose new key lived at
 * the same time is left alone. Where the new key began without `was:`, after the old one had gone, the old history goes on with it.
 */
export async function renameSubjects(sql: Sql, kind: SubjectKind, declared: readonly Renamed[]): Promise<Rename[]> {
  const renames = declared.flatMap(({ key, was }) => (was === undefined || was === null ? [] : [{ key, was }]))
  if (renames.length === 0) return []
  const { rows } = await sql.query<Pair>(
    `select s.id, x.key, x.was, t.id as "youngId", t.created_at as "youngSince"
     from jsonb_to_recordset($2::jsonb) as x(key text, was text)
     join subject s on s.kind = $1 and s.key = x.was and x.was <> all($3::text[])
     left join subject t on t.kind = $1 and t.key = x.key
     where t.id is null or s.removed_at <= t.created_at`,
    [kind, JSON.stringify(renames), declared.map(({ key }) => key)],
  )
  for (const pair of rows) {
    if (pair.youngId !== null) await joinHistories(sql, kind, pair.id, pair.youngId)
    await rename(sql, kind, pair)
  }
  return rows.map(({ id, key, youngSince }) => ({ id, key, joinedFrom: toInstantOrNull(youngSince) }))
}

async function rename(sql: Sql, kind: SubjectKind, { id, key, was }: Pair): Promise<void> {
  await sql.query('update subject set key = $2, removed_at = null where id = $1', [id, key])
  await sql.query('delete from former_key where kind = $1 and key = $2', [kind, key])
  await sql.query(
    'insert into former_key (kind, key, subject_id) values ($1, $2, $3) on conflict (kind, key) do update set subject_id = excluded.subject_id',
    [kind, was, id],
  )
  if (kind === 'asset')
    await sql.query('update arrival set source = $3 where asset_id = $1 and source = $2', [
      id,
      ...[was, key].map(connectionOf).map(connectionWitness),
    ])
  const member = kind === 'feed' ? 'feed' : kind === 'group' ? 'group' : null
  if (member !== null)
    await sql.query(
      `update subject_version set settings = settings || jsonb_build_object($1::text, $2::text) where settings ->> $1::text = $3::text`,
      [member, key, was],
    )
}

const OPEN_OF_BOTH = `reload_order o join reload_order y on y.feed_id = $2 and y.state = 'open' where o.feed_id = $1 and o.state = 'open'`

/** Orders go on with the feed; of two open ones that of the old key, which had left the catalogue, ends for that. */
const ORDERS = [
  `update reload_step set state = 'skipped' where state in ('waiting', 'running') and order_id in (select o.id from ${OPEN_OF_BOTH})`,
  `update reload_order set state = 'failed', ended_at = x.at from (select o.id, y.created_at as at from ${OPEN_OF_BOTH}) x where reload_order.id = x.id`,
  'update reload_order set feed_id = $1 where feed_id = $2',
]

/** Incidents are followed anew from where the facts changed; what ended long before names the asset as it is known now. */
const INCIDENTS = [
  `insert into incident_member (incident_id, asset_id, from_at, to_at) select incident_id, $1, from_at, to_at from incident_member where asset_id = $2
   on conflict do nothing`,
  'delete from incident_member where asset_id = $2 and $1::int is not null',
  `update incident set opened_by = case when opened_by = 'asset:' || $2::int then 'asset:' || $1::int else opened_by end,
     roots = replace(roots::text, '"asset:' || $2::int || '"', '"asset:' || $1::int || '"')::jsonb,
     entries = replace(entries::text, '"asset:' || $2::int || '"', '"asset:' || $1::int || '"')::jsonb,
     causes = array_replace(causes, 'asset:' || $2::int, 'asset:' || $1::int)
   where 'asset:' || $2::int = any(causes)`,
]

/** What holds the facts of a subject; what follows from them (spans, days) is worked out anew. */
const FACTS = [
  'update former_key set subject_id = $1 where subject_id = $2',
  'update maintenance_window set subject_id = $1 where subject_id = $2',
  'update maintenance_series set subject_id = $1 where subject_id = $2',
  'update status_change set subject_id = $1 where subject_id = $2',
  'update deploy_note set subject_id = $1 where subject_id = $2',
  `insert into subscription (subscriber_id, subject_id, asked_at, confirmed_at)
   select subscriber_id, $1, asked_at, confirmed_at from subscription where subject_id = $2
   on conflict (subscriber_id, subject_id) do update set confirmed_at = coalesce(subscription.confirmed_at, excluded.confirmed_at)`,
  'update report set feed_id = $1 where feed_id = $2',
  'update report set asset_id = $1 where asset_id = $2',
  'update arrival set asset_id = $1 where asset_id = $2',
  'update blind set asset_id = $1 where asset_id = $2',
  `update contract_break b set asset_id = $1 where asset_id = $2 and not exists (
     select from contract_break o where o.asset_id = $1 and tstzrange(o.from_at, o.to_at) && tstzrange(b.from_at, b.to_at))`,
  `update asset_shape b set asset_id = $1 where asset_id = $2 and not exists (
     select from asset_shape o where o.asset_id = $1 and o.seen_at = b.seen_at)`,
  `update key_reading k set asset_id = $1 where asset_id = $2 and not exists (
     select from key_reading o where o.asset_id = $1 and o.column_name = k.column_name and o.key = k.key and o.recorded_at = k.recorded_at)`,
  'update landed_shape set asset_id = $1 where asset_id = $2',
  ...JOIN_EDGES,
  'update asset set feed_id = $1 where feed_id = $2',
  'update feed set group_id = $1 where group_id = $2',
  `insert into subject_version (subject_id, from_at, settings) select $1, from_at, settings from subject_version where subject_id = $2
   on conflict (subject_id, from_at) do update set settings = excluded.settings`,
  `update asset a set problem = b.problem, observation = b.observation from asset b where a.subject_id = $1 and b.subject_id = $2`,
  `insert into sight (asset_id, probed_at, attempted_at) select $1, probed_at, attempted_at from sight where asset_id = $2
   on conflict (asset_id) do update set probed_at = excluded.probed_at, attempted_at = excluded.attempted_at`,
]
const REST = [
  'delete from subject_version where subject_id = $1',
  'delete from status_span where subject_id = $1',
  'delete from day_status where subject_id = $1',
  'delete from sight where asset_id = $1',
  'delete from contract_break where asset_id = $1',
  'delete from asset_shape where asset_id = $1',
  'delete from key_reading where asset_id = $1',
  'delete from asset_contract where asset_id = $1',
  'delete from asset where subject_id = $1',
  'delete from feed where subject_id = $1',
  'delete from subject where id = $1',
]

/** Moves the facts of the young subject to the old one and deletes the young one. */
async function joinHistories(sql: Sql, kind: SubjectKind, oldId: number, youngId: number): Promise<void> {
  const ends = `delete from subject_version v where v.subject_id = $1 and v.settings is null and v.from_at >= (
    select min(from_at) from subject_version where subject_id = $2)`
  if (kind !== 'group') await sql.query(ends, [oldId, youngId])
  for (const text of [...ORDERS, ...INCIDENTS, ...FACTS]) await sql.query(text, [oldId, youngId])
  for (const text of REST) await sql.query(text, [youngId])
}

/** The key of what had that key before it was renamed; null when there is none, or when it has left the catalogue. */
export async function getRenamed(sql: Sql, kind: SubjectKind, formerKey: string): Promise<string | null> {
  const { rows } = await sql.query<{ key: string }>(
    `select s.key from former_key f join subject s on s.id = f.subject_id and s.removed_at is null where f.kind = $1 and f.key = $2`,
    [kind, formerKey],
  )
  return rows[0]?.key ?? null
}
