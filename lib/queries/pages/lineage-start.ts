import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import { type Cause, type CauseKind, partsOfCause } from '#lib/domain/lineage/causes/cause.ts'
import { ASSET_KINDS } from '#lib/domain/search/entry.ts'
import { readSearchWords } from '#lib/domain/search/question.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import { UNFILTERED } from '#lib/queries/catalogue/catalogue-view.ts'
import type { CatalogueHit } from '#lib/queries/catalogue/hits.ts'
import { searchCatalogue } from '#lib/queries/catalogue/search-catalogue.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { causesNow, withSystemNames } from '#lib/queries/shared/causes.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

/** What everything that is wrong comes down to. */
export interface LineageRoot {
  kind: CauseKind
  /** Of an asset or a connection; of a flow its name, of a job `<connection>/<job>`. */
  key: string
  name: string
  /** Of a connection: its database is. */
  isGone?: boolean
  /** Of an asset: `table of Orders`. */
  asset: { kind: string; feedName: string } | null
  /** Of an asset, or of the worst that a system holds back. */
  status: Status | null
  since: Instant
  /** How many unhealthy assets come down to it, without itself. */
  holds: number
}

export interface LineageStart {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  /** Whose trouble is asked about; null: everybody's. */
  group: { key: string; name: string } | null
  /** What all that is late, stale or unknown comes down to, the worst first. */
  roots: LineageRoot[]
  /** How many roots there are, and how many assets are unhealthy. */
  total: number
  unhealthy: number
  /** What was asked for; null where nothing was. */
  things: { total: number; shown: CatalogueHit[] } | null
}

const SHOWN = 20

const UNHEALTHY = `
  select s.id, s.key, s.name, a.asset_kind as kind, fs.name as "feedName", s.group_id as "groupId", sp.status
  from status_span sp join subject s on s.id = sp.subject_id and s.removed_at is null
  join asset a on a.subject_id = s.id join subject fs on fs.id = a.feed_id
  where sp.to_at is null and sp.status in ('stale', 'late', 'unknown')`

const GROUP = `select id, key, name from subject where kind = 'group' and key = $1 and removed_at is null`

export interface LineageQuestion {
  q: string | null
  /** Only what stands behind the trouble of this service group. */
  group: string | null
}

interface Unhealthy {
  id: number
  key: string
  name: string
  kind: string
  feedName: string
  groupId: number
  status: Status
}

/** Where the lineage begins to be looked at: the roots of what is broken now, and a search; null before the first catalogue, and where there is no such group. */
export async function getLineageStart(ctx: Context, { q, group: groupKey }: LineageQuestion): Promise<LineageStart | null> {
  const page = await getPageSettings(ctx)
  if (page === null) return null
  const [unhealthy, causes, banners, things, groups] = await Promise.all([
    ctx.pool.query<Unhealthy>(UNHEALTHY),
    causesNow(ctx),
    getBanners(ctx, page.demo),
    q === null ? null : findAssets(ctx, q),
    groupKey === null ? null : ctx.pool.query<{ id: number; key: string; name: string }>(GROUP, [groupKey]),
  ])
  const group = groups?.rows[0] ?? null
  if (groupKey !== null && group === null) return null
  const roots = rootsAmong(causes.all, unhealthy.rows, group?.id ?? null)
  return {
    page,
    now: ctx.clock.now(),
    banners,
    group,
    roots: await withSystemNames(ctx, roots.slice(0, SHOWN)),
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

/** What holds something back; of one group's trouble what holds something of it. */
function rootsAmong(causes: readonly Cause[], unhealthy: readonly Unhealthy[], groupId: number | null): LineageRoot[] {
  const byId = new Map(unhealthy.map((asset) => [asset.id, asset]))
  const isAbout = ({ heldIds }: Cause) =>
    heldIds.length > 0 && (groupId === null || heldIds.some((id) => byId.get(id)?.groupId === groupId))
  return causes.filter(isAbout).flatMap((cause) => toRoot(cause, byId) ?? [])
}

function toRoot({ key, since, status, heldIds }: Cause, byId: ReadonlyMap<number, Unhealthy>): LineageRoot | null {
  const { kind, name } = partsOfCause(key)
  if (kind === 'unseen') return { kind, key: '', name: UNSEEN_FIRST, asset: null, status, since, holds: heldIds.length }
  if (kind !== 'asset') return { kind, key: name, name, asset: null, status, since, holds: heldIds.length }
  const asset = byId.get(Number(name))
  if (asset === undefined) return null
  return {
    kind,
    key: asset.key,
    name: asset.name,
    asset: { kind: asset.kind, feedName: asset.feedName },
    status: asset.status,
    since,
    holds: heldIds.length - 1,
  }
}
