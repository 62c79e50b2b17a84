import { CALLED } from '#lib/catalogue/adopt/same-things.ts'
import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { isUnhealthy, type Status } from '#lib/domain/freshness/status.ts'
import { assetOf, type Cause, type CauseKind, type CauseStep, partsOfCause, type Standing } from '#lib/domain/lineage/causes/cause.ts'
import type { CausePath } from '#lib/domain/lineage/causes/find-causes.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import { type Cut, cutOff, DRAWN, hasRoomBeside, type Near, neighbourhood } from '#lib/domain/lineage/neighbourhood.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import { getUnseenNeighbours, type UnseenNeighbour } from '#lib/queries/shared/asset-rows.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { causesNow, withSystemNames } from '#lib/queries/shared/causes.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { getStandingEdges } from '#lib/queries/shared/standings.ts'
import { seesFound } from './found-page.ts'

/** An asset as the lineage shows it. */
export interface LineageAsset extends Standing {
  key: string
  name: string
  kind: string
  feedKey: string
  feedName: string
}

/** An edge that is drawn, with all that say so: `declared`, `flow`, `view`, `dbt`, `bi`, `openlineage`. */
export interface LineageEdge extends Edge {
  origins: string[]
}

/** Something discovery found right before or after an asset that is drawn, and that is not in the catalogue. */
export interface FoundNeighbour {
  assetId: number
  isUpstream: boolean
  connection: string
  path: string
  name: string
  kind: string
  origin: string
}

/** A step of the way from a root down to the focus: an asset, or a system by its name. */
export interface LineageStep {
  kind: CauseKind
  /** null: no asset that the reader sees. */
  id: number | null
  key: string
  name: string
  status: Status | null
  /** Nothing is promised about it: that the trouble came this way is inferred. */
  isInferred: boolean
}

/** A way from a root down to the focus, both included; since when the root is wrong. */
export interface LineagePath {
  since: Instant
  steps: LineageStep[]
}

export interface LineagePage {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  focus: LineageAsset
  drawn: (Near & { asset: LineageAsset })[]
  edges: LineageEdge[]
  /** What is not drawn, counted at what is. */
  cut: Cut[]
  /** At most one for each side of an asset. */
  unseen: UnseenNeighbour[]
  /** As many as have room beside what is drawn. */
  found: FoundNeighbour[]
  foundMore: number
  paths: LineagePath[]
}

const ASSETS = `
  select s.id, s.key, s.name, a.asset_kind as kind, fs.key as "feedKey", fs.name as "feedName", sp.status, ${instant('sp.from_at')} as since
  from asset a join subject s on s.id = a.subject_id and s.removed_at is null join subject fs on fs.id = a.feed_id
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null`

/** What touches `$1`, and what lies among `$2` with who says so. */
const EDGES = `
  select e.upstream_id as "upstreamId", e.downstream_id as "downstreamId", case when e.upstream_id = any($2::int[]) and e.downstream_id = any($2::int[]) then (
    select array_agg(distinct x.origin order by x.origin) from lineage_edge x
    where x.upstream_id = e.upstream_id and x.downstream_id = e.downstream_id and x.to_at is null) else '{}' end as origins
  from lineage_now e
  where e.upstream_id = any($1::int[]) or e.downstream_id = any($1::int[]) or (e.upstream_id = any($2::int[]) and e.downstream_id = any($2::int[]))`

/** Of a connection that tells what it is called where it lies: the asset is drawn that it is. */
const isSame = (own: 'path' | 'upstream') => {
  const [focus, other] = own === 'path' ? ['downstream_id', 'upstream_id'] : ['upstream_id', 'downstream_id']
  return `exists (
    select from lineage_edge l join asset b on b.subject_id = l.${other}
    where l.${focus} = a.subject_id and l.to_at is null and l.told_by = 'connection:' || f.connection_key and b.connection_key <> f.connection_key
      and right(lower(replace(f.labels ->> '${CALLED}', '"', '')), length(b.path)) = lower(b.path))`
}

/** A foreign key is no lineage; what a name outside the connection leads to is in the catalogue, or nowhere. */
const foundBeside = (own: 'path' | 'upstream', other: 'path' | 'upstream', assets: '$1' | '$2') => `
  select a.subject_id as "assetId", ${own === 'path'} as "isUpstream", f.connection_key as connection, f.path, f.name, f.kind, e.hint as origin
  from asset a
  join found_edge e on e.connection_key = a.connection_key and e.${own} = a.path and not e.is_outside and e.namespace = '' and e.hint <> 'foreign-key'
  join found_asset f on f.connection_key = e.connection_key and f.path = e.${other} and f.gone_at is null
  where a.subject_id = any(${assets}::int[]) and not exists (
    select from asset b join subject s on s.id = b.subject_id and s.removed_at is null where b.connection_key = f.connection_key and b.path = f.path)
    and not ${isSame(own)}`

/** Before the assets of `$1`, and after those of `$2`. */
const FOUND = `
  select x.*, count(*) over ()::int as total from (${foundBeside('path', 'upstream', '$1')} union all ${foundBeside('upstream', 'path', '$2')}) x
  order by 1, 2, 4 limit ${DRAWN}`

/** The lineage around one asset; null when there is none of that key. */
export async function getLineagePage(ctx: Context, key: string): Promise<LineagePage | null> {
  const [page, head] = await Promise.all([
    getPageSettings(ctx),
    ctx.pool.query<LineageAsset>(`${ASSETS} where s.kind = 'asset' and s.key = $1`, [key]),
  ])
  const focus = head.rows[0]
  if (page === null || focus === undefined) return null
  const [{ near, around }, ways, banners] = await Promise.all([nearTo(ctx, focus.id), pathsTo(ctx, focus), getBanners(ctx, page.demo)])
  const ids = near.map(({ id }) => id)
  const onTheWay = ways.flatMap(({ steps }) => steps.flatMap(({ key }) => assetOf(key) ?? []))
  const [assets, last, unseen, found] = await Promise.all([
    assetsById(ctx, [...new Set([...ids, ...onTheWay])]),
    ctx.pool.query<LineageEdge>(EDGES, [ids.filter((id) => !around.asked.has(id)), ids]),
    getUnseenNeighbours(ctx, ids),
    foundAround(ctx, near),
  ])
  const touching = [...around.edges, ...last.rows.filter((edge) => !isAskedOf(around, edge))]
  const isDrawn = new Set(ids.filter((id) => assets.has(id)))
  const beside = found.first.slice(0, DRAWN - isDrawn.size)
  return {
    page,
    now: ctx.clock.now(),
    banners,
    focus,
    drawn: near.flatMap((each) => withAsset(each, assets.get(each.id))),
    edges: withOrigins(touching, isDrawn, last.rows),
    cut: cutOff(
      near.filter(({ id }) => isDrawn.has(id)),
      touching,
    ),
    unseen: onePerSide(unseen.filter(({ assetId, isUpstream }) => isDrawn.has(assetId) && besideOf(near, isUpstream).includes(assetId))),
    found: beside,
    foundMore: found.total - beside.length,
    paths: await toPaths(ctx, ways, assets),
  }
}

async function assetsById(ctx: Context, ids: readonly number[]): Promise<Map<number, LineageAsset>> {
  const { rows } = await ctx.pool.query<LineageAsset>(`${ASSETS} where a.subject_id = any($1::int[])`, [ids])
  return new Map(rows.map((asset) => [asset.id, asset]))
}

/** All edges that touch what was asked about. */
interface Around {
  asked: ReadonlySet<number>
  edges: readonly Edge[]
}

const isAskedOf = ({ asked }: Pick<Around, 'asked'>, { upstreamId, downstreamId }: Edge) => asked.has(upstreamId) || asked.has(downstreamId)

/** What is drawn, with the edges around it that were read for that: those of the focus and of its direct neighbours that are drawn. */
async function nearTo(ctx: Context, focus: number): Promise<{ near: Near[]; around: Around }> {
  const asked = new Set([focus])
  const direct = await getStandingEdges(ctx, [focus])
  const beside = neighbourhood(focus, direct.edges, (id) => direct.statuses.get(id) ?? null)
  const open = beside.flatMap(({ id }) => (id === focus ? [] : [id]))
  const further = await getStandingEdges(ctx, open)
  const edges = [...direct.edges, ...further.edges.filter((edge) => !isAskedOf({ asked }, edge))]
  const statuses = new Map([...direct.statuses, ...further.statuses])
  const near = neighbourhood(focus, edges, (id) => statuses.get(id) ?? null)
  return { near, around: { asked: new Set([focus, ...open]), edges } }
}

/** Those of what is drawn before which, or after which, more is drawn. */
function besideOf(near: readonly Near[], isUpstream: boolean): number[] {
  return near.filter((each) => hasRoomBeside(each, isUpstream)).map(({ id }) => id)
}

async function foundAround(ctx: Context, near: readonly Near[]): Promise<{ first: FoundNeighbour[]; total: number }> {
  if (!seesFound(ctx)) return { first: [], total: 0 }
  const { rows } = await ctx.pool.query<FoundNeighbour & { total: number }>(FOUND, [besideOf(near, true), besideOf(near, false)])
  return { first: rows.map(({ total: _, ...found }) => found), total: rows[0]?.total ?? 0 }
}

function withAsset(near: Near, asset: LineageAsset | undefined): LineagePage['drawn'] {
  return asset === undefined ? [] : [{ ...near, asset }]
}

const FIRST_ORIGINS = ['declared', 'flow']

/** What is written down is named first. */
function withOrigins(touching: readonly Edge[], drawn: ReadonlySet<number>, told: readonly LineageEdge[]): LineageEdge[] {
  const originsOf = new Map(told.map(({ upstreamId, downstreamId, origins }) => [`${upstreamId} ${downstreamId}`, origins]))
  return touching
    .filter(({ upstreamId, downstreamId }) => drawn.has(upstreamId) && drawn.has(downstreamId))
    .map((edge) => {
      const origins = originsOf.get(`${edge.upstreamId} ${edge.downstreamId}`) ?? []
      return { ...edge, origins: origins.toSorted((a, b) => Number(FIRST_ORIGINS.includes(b)) - Number(FIRST_ORIGINS.includes(a))) }
    })
}

/** However many there are: their number says more than a reader may know. What turned first stands for all. */
function onePerSide(unseen: readonly UnseenNeighbour[]): UnseenNeighbour[] {
  const sides = new Map<string, UnseenNeighbour>()
  for (const each of unseen) {
    const side = `${each.assetId} ${each.isUpstream}`
    const known = sides.get(side)
    if (known === undefined || (!isUnhealthy(known.status) && isUnhealthy(each.status))) sides.set(side, each)
  }
  return [...sides.values()]
}

const PATHS_SHOWN = 3

/** The ways from the roots down to the focus, as far as the reader sees them. */
async function pathsTo(ctx: Context, { id, status }: LineageAsset): Promise<CausePath[]> {
  return isUnhealthy(status) ? (await causesNow(ctx)).pathsTo(id).slice(0, PATHS_SHOWN) : []
}

async function toPaths(ctx: Context, ways: readonly CausePath[], assets: ReadonlyMap<number, LineageAsset>): Promise<LineagePath[]> {
  const paths = ways.map(({ cause, steps }) => ({ since: cause.since, steps: steps.flatMap((step) => toStep(step, cause, assets)) }))
  const named = await withSystemNames(
    ctx,
    paths.flatMap(({ steps }) => steps),
  )
  return paths.map(({ since, steps }) => ({ since, steps: named.splice(0, steps.length) }))
}

function toStep({ key, isInferred }: CauseStep, root: Cause, assets: ReadonlyMap<number, LineageAsset>): LineageStep[] {
  const { kind, name } = partsOfCause(key)
  if (kind === 'unseen') return [{ kind, id: null, key: '', name: UNSEEN_FIRST, status: root.status, isInferred }]
  const asset = assets.get(assetOf(key) ?? 0)
  if (kind !== 'asset') return [{ kind, id: null, key: name, name, status: null, isInferred }]
  return asset === undefined ? [] : [{ kind, id: asset.id, key: asset.key, name: asset.name, status: asset.status, isInferred }]
}
