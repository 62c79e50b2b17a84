import type { FoundAsset, FoundEdge } from '#lib/catalogue/adopt/adoption.ts'
import type { KnownLabels } from '#lib/catalogue/adopt/check-labels.ts'
import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Something discovery saw, as it is kept. */
export interface FoundRow {
  path: string
  kind: 'source' | 'table' | 'consumer'
  name: string
  description: string | null
  columns: readonly { name: string; type: string; description: string | null }[]
  /** There may be others. */
  columns_in_part: boolean
  owner: string | null
  url: string | null
  labels: Readonly<Record<string, string>>
  policy: { input: Record<string, unknown>; because: string } | null
  gaps: readonly string[]
  settings: Record<string, unknown>
  group_name: string
  job: string | null
}

export interface FoundEdgeRow {
  path: string
  upstream: string
  namespace: string
  is_outside: boolean
  hint: string
}

const TOLD = [
  'kind',
  'name',
  'description',
  'columns',
  'columns_in_part',
  'owner',
  'url',
  'labels',
  'policy',
  'gaps',
  'settings',
  'group_name',
  'job',
]
const namesOf = (alias: string) => TOLD.map((column) => `${alias}.${column}`).join(', ')

const WRITE_ASSETS = `
  with given as (
    select * from jsonb_to_recordset($2::jsonb) as x(path text, kind text, name text, description text, columns jsonb, columns_in_part boolean, owner text, url text,
      labels jsonb, policy jsonb, gaps jsonb, settings jsonb, group_name text, job text)
  ),
  absent as (select f.path from found_asset f join given g on g.path = f.path where f.connection_key = $1 and f.gone_at is not null),
  written as (
    insert into found_asset as f (connection_key, path, found_at, changed_at, ${TOLD.join(', ')})
    select $1, g.path, $3, $3, ${namesOf('g')} from given g
    on conflict (connection_key, path) do update
    set changed_at = excluded.changed_at, seen_at = null, gone_at = null, ${TOLD.map((column) => `${column} = excluded.${column}`).join(', ')}
    where f.gone_at is not null or (${namesOf('f')}) is distinct from (${namesOf('excluded')})
    returning f.path
  )
  select w.path, exists (select 1 from absent a where a.path = w.path) as "isBack" from written w`

const DELETE_EDGES = `
  delete from found_edge e where e.connection_key = $1 and e.path = any($3::text[]) and not exists (
    select 1 from jsonb_to_recordset($2::jsonb) as g(path text, upstream text, namespace text, is_outside boolean, hint text)
    where (g.path, g.upstream, g.namespace, g.is_outside, g.hint) = (e.path, e.upstream, e.namespace, e.is_outside, e.hint))`

const WRITE_EDGES = `
  insert into found_edge (connection_key, path, upstream, namespace, is_outside, hint, found_at)
  select $1, path, upstream, namespace, is_outside, hint, $3
  from jsonb_to_recordset($2::jsonb) as g(path text, upstream text, namespace text, is_outside boolean, hint text)
  on conflict do nothing`

/** Keeps what was seen of a connection, each path once; what says the same as before is not written. Answers how much changed, and what was gone and is there again. */
export async function writeFound(
  sql: Sql,
  now: Instant,
  connection: string,
  seen: { assets: readonly FoundRow[]; edges: readonly FoundEdgeRow[] },
): Promise<{ changed: number; back: string[] }> {
  const { rows } = await sql.query<{ path: string; isBack: boolean }>(WRITE_ASSETS, [connection, toStorableJson(seen.assets), toText(now)])
  const edges = toStorableJson(seen.edges)
  const paths = seen.assets.map(({ path }) => path)
  const deleted = await sql.query(DELETE_EDGES, [connection, edges, paths])
  const added = seen.edges.length === 0 ? null : await sql.query(WRITE_EDGES, [connection, edges, toText(now)])
  const changed = rows.length + (deleted.rowCount ?? 0) + (added?.rowCount ?? 0)
  return { changed, back: rows.flatMap(({ path, isBack }) => (isBack ? [path] : [])) }
}

/** Marks as gone what a whole look did not see, but for what another look wrote since it began; answers the paths. */
export async function markGone(
  sql: Sql,
  now: Instant,
  connection: string,
  look: { startedAt: Instant; seen: readonly string[] },
): Promise<string[]> {
  const { rows } = await sql.query<{ path: string }>(
    `update found_asset f set gone_at = $3, seen_at = coalesce(d.whole_at, f.changed_at), changed_at = $3
     from discovery d
     where d.connection_key = f.connection_key and f.connection_key = $1 and f.gone_at is null and f.changed_at <= $4
       and not exists (select 1 from unnest($2::text[]) s(path) where s.path = f.path)
     returning f.path`,
    [connection, look.seen, toText(now), toText(look.startedAt)],
  )
  return rows.map(({ path }) => path)
}

interface StoredFound {
  connection: string
  path: string
  kind: FoundAsset['kind']
  name: string
  group: string
  labels: Record<string, string>
  owner: string | null
  job: string | null
  policy: Record<string, unknown> | null
  settings: Record<string, unknown>
  found_at: Date
  gone_at: Date | null
}

/** Everything found behind these connections, what is gone among it, as rules take it over. */
export async function loadFoundAssets(sql: Sql, connections: readonly string[]): Promise<FoundAsset[]> {
  const { rows } = await sql.query<StoredFound>(
    `select connection_key as connection, path, kind, name, group_name as "group", labels, owner, job, policy -> 'input' as policy, settings, found_at, gone_at
     from found_asset where connection_key = any($1::text[]) order by connection_key, path`,
    [connections],
  )
  return rows.map(({ found_at, gone_at, ...row }) => ({ ...row, foundAt: toInstant(found_at), goneAt: toInstantOrNull(gone_at) }))
}

/** What it is made from, as discovery told. */
export async function loadFoundEdges(sql: Sql, connections: readonly string[]): Promise<FoundEdge[]> {
  const { rows } = await sql.query<FoundEdgeRow & { connection: string }>(
    `select connection_key as connection, path, upstream, namespace, is_outside, hint
     from found_edge where connection_key = any($1::text[]) order by connection_key, path, upstream, namespace`,
    [connections],
  )
  return rows.map(({ connection, path, upstream, namespace, is_outside: isOutside, hint }) => {
    const named = { name: upstream, namespace: namespace === '' ? null : namespace }
    return { connection, path, hint, upstream: isOutside ? named : { path: upstream } }
  })
}

/** The labels of what was found, of connections that were once looked at whole. */
export async function loadKnownLabels(sql: Sql): Promise<KnownLabels> {
  const { rows } = await sql.query<{ connection: string; labels: string[] }>(
    `select d.connection_key as connection, array(
       select distinct label from found_asset f, jsonb_object_keys(f.labels) label where f.connection_key = d.connection_key
     ) as labels
     from discovery d where d.whole_at is not null`,
  )
  return new Map(rows.map(({ connection, labels }) => [connection, new Set(labels)]))
}

/** Of what was found of a connection under these paths and is no asset itself, the value of a label that says what it is called elsewhere. */
export async function listNotAdopted(sql: Sql, connection: string, paths: readonly string[], label: string): Promise<Map<string, string>> {
  if (paths.length === 0) return new Map()
  const { rows } = await sql.query<{ path: string; called: string }>(
    `select f.path, f.labels ->> $3 as called from found_asset f
     where f.connection_key = $1 and f.path = any($2::text[]) and f.gone_at is null and f.labels ? $3 and not exists (
       select from asset a join subject s on s.id = a.subject_id and s.removed_at is null where a.connection_key = f.connection_key and a.path = f.path)`,
    [connection, paths, label],
  )
  return new Map(rows.map(({ path, called }) => [path, called]))
}
