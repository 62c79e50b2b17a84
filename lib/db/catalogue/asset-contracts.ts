import type { CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import type { Sql } from '#lib/db/context.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import { type ContractTerms, type LandedShape, nextLevelsAt } from '#lib/domain/contracts/contract-terms.ts'
import { columnsOfShape, type Shape } from '#lib/domain/contracts/shape.ts'
import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Keeps what contracts promise of these assets; those that are new or written otherwise are to be judged now, and nothing is promised of any other. */
export async function syncContracts(
  sql: Sql,
  now: Instant,
  assets: readonly CatalogueAsset[],
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = assets.flatMap(({ key, contract: terms }) => {
    const assetId = ids.get(key)
    return terms === undefined || assetId === undefined ? [] : [{ assetId, terms, syncAt: toTextOrNull(nextLevelsAt(terms, now)) }]
  })
  await sql.query(
    `insert into asset_contract as c (asset_id, terms, due_at, sync_at)
     select "assetId", terms, $2::timestamptz, "syncAt" from jsonb_to_recordset($1::jsonb) as x("assetId" int, terms jsonb, "syncAt" timestamptz) order by "assetId"
     on conflict (asset_id) do update set terms = excluded.terms, sync_at = excluded.sync_at,
       due_at = case when c.terms is distinct from excluded.terms then excluded.due_at else c.due_at end
     where c.terms is distinct from excluded.terms or c.sync_at is distinct from excluded.sync_at`,
    [toStorableJson(rows), toText(now)],
  )
  await sql.query('delete from asset_contract where asset_id <> all($1::int[])', [rows.map(({ assetId }) => assetId)])
}

/** A contract that is to be judged: something else is seen than before, or promised. */
export interface DueContract {
  assetId: number
  /** null: nothing is promised any more. */
  terms: ContractTerms | null
  /** null: nobody has told of columns yet. */
  columns: KnownColumn[] | null
  /** There may be others. */
  areInPart: boolean
  /** The columns as they were when all of them were seen last; null: they never were. */
  whole: KnownColumn[] | null
  toldBy: 'discovery' | 'push' | null
  /** Files that landed since it was judged last, the first ones first, and the one that it was judged by where none came after that; empty for what no files land in. */
  landed: (LandedShape & { id: string })[]
}

/** Files of one asset that are judged at once. */
const FILES_MAX = 100

/** SQL: for each contract the columns that are there, by whoever told of them last, beside those that it was judged by. Of what is gone nobody tells. */
const SEEN = `
  select c.asset_id, c.terms, c.due_at, s.columns as judged, s.columns_in_part as judged_in_part, of_files, not is_pushed and f.columns_in_part as in_part,
    case when of_files then null when is_pushed then p.columns else f.columns end as columns,
    case when of_files then null when is_pushed then 'push' when f.columns is not null then 'discovery' end as told_by
  from asset_contract c
  join asset a on a.subject_id = c.asset_id
  cross join lateral (select coalesce((c.terms ->> 'ofFiles')::boolean, false) as of_files) l
  left join lateral (
    select f.columns, f.columns_in_part, greatest(f.changed_at, (select d.whole_at from discovery d where d.connection_key = f.connection_key)) as at
    from found_asset f where f.connection_key = a.connection_key and f.path = a.path and f.gone_at is null and f.columns <> '[]'
  ) f on true
  left join lateral (
    select d.facets -> 'columns' -> 'value' as columns, to_timestamp((d.facets -> 'columns' ->> 'at')::float8 / 1000) as at
    from push_dataset d where d.asset_id = c.asset_id and jsonb_array_length(d.facets -> 'columns' -> 'value') > 0
    order by d.told_at desc, d.namespace, d.name limit 1
  ) p on true
  left join lateral (select s.columns, s.columns_in_part from asset_shape s where s.asset_id = c.asset_id order by s.seen_at desc limit 1) s on true
  cross join lateral (select p.columns is not null and (f.columns is null or p.at > f.at) as is_pushed) w`

/** SQL: whether a row of `SEEN` is to be judged at an instant. */
const isDueSql = (
  now: string,
) => `(due_at <= ${now} or (columns is not null and (columns, in_part) is distinct from (judged, judged_in_part))
  or (of_files and exists (select from landed_shape n where n.asset_id = x.asset_id and not n.judged)))`

/** SQL: the files by which a row of `SEEN` is judged. */
const LANDED = `coalesce((
  select jsonb_agg(jsonb_build_object('id', n.id::text, 'file', n.file, 'source', n.source, 'shape', n.shape) order by n.id) from (
    select n.* from landed_shape n where of_files and n.asset_id = x.asset_id
      and (not n.judged or not exists (select from landed_shape m where m.asset_id = x.asset_id and not m.judged and m.id > n.id))
    order by n.id limit ${FILES_MAX}) n), '[]') as landed`

/** The contracts that are to be judged now, at most so many. */
export async function listDueContracts(sql: Sql, now: Instant, limit: number): Promise<DueContract[]> {
  const { rows } = await sql.query<DueContract>(
    `select asset_id as "assetId", terms, coalesce(columns, judged) as columns,
       case when columns is null then coalesce(judged_in_part, false) else in_part end as "areInPart", told_by as "toldBy", ${LANDED},
       (select s.columns from asset_shape s where s.asset_id = x.asset_id and not s.columns_in_part order by s.seen_at desc limit 1) as whole from (${SEEN}) x
     where ${isDueSql('$1')}
     order by asset_id limit $2`,
    [toText(now), limit],
  )
  return rows
}

/** What was broken of a contract that is no more is to be mended. */
export async function listLeftBreaks(sql: Sql): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    `select b.asset_id as id from contract_break b where b.to_at is null and not exists (select from asset_contract c where c.asset_id = b.asset_id)`,
  )
  return rows.map(({ id }) => id)
}

/** Notes by which columns contracts were judged, and when they are to be again. */
export async function noteJudged(sql: Sql, now: Instant, judged: readonly (DueContract & { nextAt: Instant | null })[]): Promise<void> {
  const rows = judged.map(({ assetId, columns, areInPart, toldBy, nextAt }) => {
    return { assetId, columns, areInPart, toldBy, nextAt: toTextOrNull(nextAt) }
  })
  const given = toStorableJson(rows)
  await sql.query(
    `insert into asset_shape (asset_id, seen_at, told_by, columns, columns_in_part)
     select x."assetId", $2, x."toldBy", x.columns, x."areInPart"
     from jsonb_to_recordset($1::jsonb) as x("assetId" int, columns jsonb, "areInPart" boolean, "toldBy" text)
     left join lateral (
       select s.columns, s.columns_in_part from asset_shape s where s.asset_id = x."assetId" order by s.seen_at desc limit 1) s on true
     where x."toldBy" is not null and (x.columns, x."areInPart") is distinct from (s.columns, s.columns_in_part)
     on conflict (asset_id, seen_at) do update
     set told_by = excluded.told_by, columns = excluded.columns, columns_in_part = excluded.columns_in_part`,
    [given, toText(now)],
  )
  await sql.query(
    `update asset_contract c set due_at = x."nextAt" from jsonb_to_recordset($1::jsonb) as x("assetId" int, "nextAt" timestamptz)
     where c.asset_id = x."assetId"`,
    [given],
  )
  await noteJudgedFiles(sql, now, judged)
}

/** Files that were judged are no more but for the last of each asset; its columns are the shape of that from then on. */
async function noteJudgedFiles(sql: Sql, now: Instant, judged: readonly DueContract[]): Promise<void> {
  const rows = judged.flatMap(({ assetId, landed }) => {
    const last = landed.at(-1)
    if (last === undefined) return []
    const { id, file, source, shape } = last
    return [{ assetId, id, ids: landed.map((one) => one.id), columns: columnsOfShape(shape), landed: { file, source, shape } }]
  })
  if (rows.length === 0) return
  const given = toStorableJson(rows)
  const GIVEN = 'jsonb_to_recordset($1::jsonb) as x("assetId" int, id bigint, ids bigint[], columns jsonb, landed jsonb)'
  // One that was noted before the last and is seen only now is still to be judged.
  await sql.query(
    `delete from landed_shape n using ${GIVEN} where n.asset_id = x."assetId" and n.id <> x.id and (n.judged or n.id = any(x.ids))`,
    [given],
  )
  await sql.query(`update landed_shape n set judged = true from ${GIVEN} where n.id = x.id`, [given])
  await sql.query(
    `with x as (select x.*, s.seen_at, s.columns as before from ${GIVEN} left join lateral (
       select s.seen_at, s.columns from asset_shape s where s.asset_id = x."assetId" order by s.seen_at desc limit 1) s on true
     ), same as (
       update asset_shape s set landed = x.landed, told_by = 'file' from x
       where s.asset_id = x."assetId" and s.seen_at = x.seen_at and x.columns = x.before
     )
     insert into asset_shape (asset_id, seen_at, told_by, columns, landed)
     select "assetId", $2, 'file', columns, landed from x where columns is distinct from before
     on conflict (asset_id, seen_at) do update
     set told_by = excluded.told_by, columns = excluded.columns, columns_in_part = false, landed = excluded.landed`,
    [given, toText(now)],
  )
}

/** What a flow reads of which a contract that stops is broken now, with by what. */
export async function loadBrokenReads(sql: Sql, flow: string): Promise<{ key: string; words: string }[]> {
  const { rows } = await sql.query<{ key: string; words: string }>(
    `select s.key, b.words from flow f
     cross join jsonb_array_elements_text(coalesce(f.settings -> 'reads', '[]')) r(key)
     join subject s on s.kind = 'asset' and s.key = r.key and s.removed_at is null
     join contract_break b on b.asset_id = s.id and b.to_at is null and b.status = 'stale'
     where f.name = $1 order by s.key`,
    [flow],
  )
  return rows
}

/** What a flow reads under a contract and was not seen and judged since an instant, by its connection, and whether a look has begun since then. */
export interface UnseenRead {
  key: string
  connection: string
  isAsked: boolean
}

/** No look is waited for where a connection is never looked into: only that what was told is judged. */
export async function loadUnseenReads(sql: Sql, flow: string, since: Instant, now: Instant): Promise<UnseenRead[]> {
  const { rows } = await sql.query<UnseenRead>(
    `select s.key, a.connection_key as connection, coalesce(d.attempted_at >= $2, d.connection_key is null) as "isAsked" from flow f
     cross join jsonb_array_elements_text(coalesce(f.settings -> 'reads', '[]')) r(key)
     join subject s on s.kind = 'asset' and s.key = r.key and s.removed_at is null
     join asset a on a.subject_id = s.id join asset_contract c on c.asset_id = s.id
     left join discovery d on d.connection_key = a.connection_key and d.every_seconds is not null and d.next_at is not null
     where f.name = $1 and ((c.terms ->> 'ofFiles' is null and d.connection_key is not null and (d.whole_at is null or d.whole_at < $2))
       or exists (select from (${SEEN}) x where x.asset_id = c.asset_id and ${isDueSql('$3')})) order by s.key`,
    [flow, toText(since), toText(now)],
  )
  return rows
}

/** What is known of an asset to write a contract of; null: there is no such asset. */
export interface ColumnsOfAsset {
  name: string
  description: string | null
  /** Of its feed. */
  owner: string | null
  columns: KnownColumn[]
}

export async function loadColumnsOf(sql: Sql, key: string): Promise<ColumnsOfAsset | null> {
  const { rows } = await sql.query<ColumnsOfAsset & { shape: Shape | null }>(
    `select s.name, f.description, d.owner, coalesce(f.columns, p.columns, '[]') as columns,
       (select n.shape from landed_shape n where n.asset_id = s.id order by n.id desc limit 1) as shape
     from subject s join asset a on a.subject_id = s.id join feed d on d.subject_id = a.feed_id
     left join found_asset f on f.connection_key = a.connection_key and f.path = a.path and f.gone_at is null and f.columns <> '[]'
     left join lateral (
       select d.facets -> 'columns' -> 'value' as columns from push_dataset d where d.asset_id = s.id and d.facets ? 'columns'
       order by d.told_at desc, d.namespace, d.name limit 1
     ) p on true
     where s.kind = 'asset' and s.key = $1 and s.removed_at is null`,
    [key],
  )
  const [row] = rows
  if (row === undefined) return null
  const { shape, ...known } = row
  return shape === null ? known : { ...known, columns: columnsOfShape(shape) }
}

/** An asset under a contract, with what is there, and the keys of what is made from it, with whose feed that is. */
export interface Contracted {
  key: string
  terms: ContractTerms
  columns: KnownColumn[] | null
  /** There may be others. */
  areInPart: boolean
  /** The last file that landed, of what files land in. */
  landed: LandedShape | null
  readers: string[]
}

export async function listContracted(sql: Sql): Promise<Contracted[]> {
  const { rows } = await sql.query<Contracted>(
    `select s.key, c.terms, h.columns, coalesce(h.columns_in_part, false) as "areInPart", h.landed,
       array(
         select d.key || ' (' || f.name || coalesce(', ' || own.owner, '') || ')' from lineage_now l
         join subject d on d.id = l.downstream_id and d.removed_at is null join asset x on x.subject_id = d.id
         join subject f on f.id = x.feed_id join feed own on own.subject_id = f.id
         where l.upstream_id = c.asset_id order by d.key) as readers
     from asset_contract c join subject s on s.id = c.asset_id
     left join lateral (select h.* from asset_shape h where h.asset_id = c.asset_id order by h.seen_at desc limit 1) h on true order by s.key`,
  )
  return rows
}
