import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import { assetsAfter, rootsOf, type Standing } from '#lib/domain/lineage/path-to-root.ts'
import { ASSET_KINDS } from '#lib/domain/search/entry.ts'
import { readSearchWords } from '#lib/domain/search/question.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { UNFILTERED } from '#lib/queries/catalogue/catalogue-view.ts'
import type { CatalogueHit } from '#lib/queries/catalogue/hits.ts'
import { searchCatalogue } from '#lib/queries/catalogue/search-catalogue.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import type { LineageAsset } from './lineage-page.ts'

/** What turned first, and how many unhealthy assets come after it. */
export interface LineageRoot extends LineageAsset {
  holds: number
}

export interface LineageStart {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  /** Whose trouble is asked about; null: everybody's. */
  group: { key: string; name: string } | null
  /** Of all that is late, stale or unknown what nothing it is made from explains, the worst first. */
  roots: LineageRoot[]
  /** How many roots there are, and how many assets are unhealthy. */
  total: number
  unhealthy: number
  /** What was asked for; null where nothing was. */
  things: { total: number; shown: CatalogueHit[] } | null
}

const SHOWN = 20

const UNHEALTHY = `
  select s.id, s.key, s.name, a.asset_kind as kind, fs.key as "feedKey", fs.name as "feedName", s.group_id as "groupId", sp.status, ${instant('sp.from_at')} as since
  from status_span sp join subject s on s.id = sp.subject_id and s.removed_at is null
  join asset a on a.subject_id = s.id join subject fs on fs.id = a.feed_id
  where sp.to_at is null and sp.status in ('stale', 'late', 'unknown')`

/** Between what is unhealthy and what nothing is promised about. */
const EDGES = `
  select e.upstream_id as "upstreamId", e.downstream_id as "downstreamId" from lineage_now e
  left join status_span u on u.subject_id = e.upstream_id and u.to_at is null
  left join status_span d on d.subject_id = e.downstream_id and d.to_at is null
  where coalesce(u.status not in ('fresh', 'maintenance'), true) and coalesce(d.status not in ('fresh', 'maintenance'), true)`

const GROUP = `select id, key, name from subject where kind = 'group' and key = $1 and removed_at is null`

export interface LineageQuestion {
  q: string | null
  /** Only what stands behind the trouble of this service group. */
  group: string | null
}

interface Unhealthy extends LineageAsset {
  groupId: number
}

/** Where the lineage begins to be looked at: the roots of what is broken now, and a search; null before the first catalogue, and where there is no such group. */
export async function getLineageStart(ctx: Context, { q, group: groupKey }: LineageQuestion): Promise<LineageStart | null> {
  const page = await getPageSettings(ctx)
  if (page === null) return null
  const [unhealthy, edges, banners, things, groups] = await Promise.all([
    ctx.pool.query<Unhealthy>(UNHEALTHY),
    ctx.pool.query<Edge>(EDGES),
    getBanners(ctx, page.demo),
    q === null ? null : findAssets(ctx, q),
    groupKey === null ? null : ctx.pool.query<{ id: number; key: string; name: string }>(GROUP, [groupKey]),
  ])
  const group = groups?.rows[0] ?? null
  if (groupKey !== null && group === null) return null
  const roots = holding(unhealthy.rows, edges.rows, group?.id ?? null)
  return {
    page,
    now: ctx.clock.now(),
    banners,
    group,
    roots: roots.slice(0, SHOWN),
    total: roots.length,
    unhealthy: unhealthy.rows.filter(({ groupId }) => group === null || groupId === group.id).length,
    things,
  }
}

/** The assets that answer a question: what is only found has no lineage to be shown around it. */
async function findAssets(ctx: Context, q: string): Promise<LineageStart['things']> {
  const question = { ...UNFILTERED, search: readSearchWords(q), kinds: ASSET_KINDS, state: 'adopted' as const }
  const { hits, total } = await searchCatalogue(ctx, question, null, SHOWN)
  return { total, shown: hits }
}

/** The roots with what they hold; of one group's trouble those that lie in it, or hold something of it. */
function holding(unhealthy: readonly Unhealthy[], edges: readonly Edge[], groupId: number | null): LineageRoot[] {
  const byId = new Map(unhealthy.map((asset) => [asset.id, asset]))
  const standings = new Map<number, Standing>(byId)
  for (const { upstreamId, downstreamId } of edges)
    for (const id of [upstreamId, downstreamId]) if (!standings.has(id)) standings.set(id, { id, status: null, since: null })
  const after = Map.groupBy(edges, ({ upstreamId }) => upstreamId)
  return rootsOf([...standings.values()], edges).flatMap(({ id }) => {
    const root = byId.get(id)
    if (root === undefined) return []
    const held = [...assetsAfter(id, after)].flatMap((each) => byId.get(each) ?? [])
    if (groupId !== null && ![root, ...held].some((each) => each.groupId === groupId)) return []
    const { groupId: _, ...asset } = root
    return [{ ...asset, holds: held.length }]
  })
}
