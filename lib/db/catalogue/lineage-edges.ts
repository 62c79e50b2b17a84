import type { CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText } from '#lib/db/instants.ts'
import type { PushWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import type { DatedEdge, Edge } from '#lib/domain/lineage/edge.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'

/** What kind of knowledge an edge is, and who tells it: both together are replaced as a whole. */
export interface EdgeSource {
  origin: 'declared' | 'flow' | 'dbt' | 'openlineage' | 'bi' | 'view'
  toldBy: 'catalogue' | `connection:${string}` | PushWitness
}

/** Keeps others from changing edges until the transaction ends, so that an asset that leaves the catalogue keeps none open. Whoever locks subjects, too, locks edges first. */
export async function lockEdges(sql: Sql): Promise<void> {
  await sql.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.lineageEdges])
}

/** Both halves see the edges as they were before; an edge that ends and one that begins are never the same. */
const REPLACE = `
  with given as (
    select distinct x.up, x.down from unnest($4::int[], $5::int[]) x(up, down)
    join subject u on u.id = x.up and u.removed_at is null join subject d on d.id = x.down and d.removed_at is null
    where x.up <> x.down
  ),
  ended as (
    update lineage_edge e set to_at = greatest(e.from_at, $1::timestamptz)
    where e.origin = $2 and e.told_by = $3 and e.to_at is null
      and not exists (select from given g where g.up = e.upstream_id and g.down = e.downstream_id)
    returning e.downstream_id
  ),
  opened as (
    insert into lineage_edge (upstream_id, downstream_id, origin, told_by, from_at)
    select g.up, g.down, $2, $3, $1 from given g
    where not exists (
      select from lineage_edge e
      where e.upstream_id = g.up and e.downstream_id = g.down and e.origin = $2 and e.told_by = $3 and e.to_at is null)
    order by g.down, g.up
    returning downstream_id
  )
  select downstream_id as id from ended union select downstream_id from opened order by id`

/**
 * Makes these the edges that a teller tells from now on: what it no longer says ends, what is new begins; what others say stays. Edges of an asset to itself
 * and of assets that are not in the catalogue are left out. Locks edges. Returns the assets that are made from something else now.
 */
export async function replaceEdges(sql: Sql, now: Instant, { origin, toldBy }: EdgeSource, edges: readonly Edge[]): Promise<number[]> {
  await lockEdges(sql)
  const ends = [edges.map(({ upstreamId }) => upstreamId), edges.map(({ downstreamId }) => downstreamId)]
  const { rows } = await sql.query<{ id: number }>(REPLACE, [toText(now), origin, toldBy, ...ends])
  return rows.map(({ id }) => id)
}

/** Ends every edge of assets that leave the catalogue, whoever told it. Returns the assets that are made from something else now. */
export async function endEdgesOf(sql: Sql, now: Instant, assetIds: readonly number[]): Promise<number[]> {
  if (assetIds.length === 0) return []
  await lockEdges(sql)
  const { rows } = await sql.query<{ id: number }>(
    `with ended as (
       update lineage_edge set to_at = greatest(from_at, $2::timestamptz)
       where to_at is null and (upstream_id = any($1::int[]) or downstream_id = any($1::int[])) returning downstream_id
     )
     select distinct downstream_id as id from ended order by id`,
    [assetIds, toText(now)],
  )
  return rows.map(({ id }) => id)
}

/** Makes the lineage that the catalogue tells exactly this. Returns the assets that are made from something else now. */
export async function syncLineage(
  sql: Sql,
  now: Instant,
  assets: readonly CatalogueAsset[],
  assetIds: ReadonlyMap<string, number>,
): Promise<number[]> {
  const changed = new Set<number>()
  for (const origin of ['declared', 'flow'] as const) {
    const edges = assets.flatMap((asset) =>
      asset.upstream.flatMap((edge): Edge[] => {
        const [upstreamId, downstreamId] = [assetIds.get(edge.key), assetIds.get(asset.key)]
        return edge.origin !== origin || upstreamId === undefined || downstreamId === undefined ? [] : [{ upstreamId, downstreamId }]
      }),
    )
    for (const id of await replaceEdges(sql, now, { origin, toldBy: 'catalogue' }, edges)) changed.add(id)
  }
  return [...changed]
}

/** SQL that moves the edges of an asset ($2) to the one it is joined to ($1): none of it to itself, and none open twice. */
export const JOIN_EDGES = [
  'delete from lineage_edge where (upstream_id, downstream_id) in (($1, $2), ($2, $1))',
  `delete from lineage_edge y using lineage_edge o
   where y.to_at is null and o.to_at is null and $2 in (y.upstream_id, y.downstream_id) and o.origin = y.origin and o.told_by = y.told_by
     and o.upstream_id = case when y.upstream_id = $2 then $1 else y.upstream_id end
     and o.downstream_id = case when y.downstream_id = $2 then $1 else y.downstream_id end`,
  'update lineage_edge set upstream_id = $1 where upstream_id = $2',
  'update lineage_edge set downstream_id = $1 where downstream_id = $2',
]

/**
 * What these assets were made from, of the time from an instant on, by all who say so: a pair's stretches do not touch. While an asset declares what it is
 * made from, nothing else counts.
 */
export async function loadEdgesSince(sql: Sql, downstreamIds: readonly number[], from: Instant): Promise<DatedEdge[]> {
  if (downstreamIds.length === 0) return []
  const { rows } = await sql.query<{ up: number; down: number; from_at: Date; to_at: Date | null }>(
    `select upstream_id as up, downstream_id as down, from_at, to_at from lineage_stretch
     where downstream_id = any($1::int[]) and (to_at is null or to_at > $2) order by downstream_id, upstream_id, from_at`,
    [downstreamIds, toText(from)],
  )
  return rows.map(({ up, down, from_at, to_at }) => ({
    upstreamId: up,
    downstreamId: down,
    from: toInstant(from_at),
    to: toInstantOrNull(to_at),
  }))
}
