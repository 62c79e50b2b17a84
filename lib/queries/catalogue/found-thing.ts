import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { jobNameSql } from '#lib/db/runs/job-names.ts'
import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type FoundLine, seesFound } from '#lib/queries/pages/found-page.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

/** What something found is made from, or goes into, by the same look. */
export interface FoundNeighbourLine {
  isUpstream: boolean
  /** A path of the same connection, or a name of another system. */
  name: string
  /** Of the same connection: its key in the catalogue, where it is in it. */
  path: string | null
  assetKey: string | null
  hint: string
}

/** Something found behind a connection that is in no catalogue. */
export interface FoundThing extends Pick<FoundLine, 'path' | 'name' | 'kind' | 'description' | 'owner' | 'url' | 'labels'> {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  connection: string
  connectionName: string
  job: string | null
  /** What its system calls the job, where that is another word. */
  jobName: string | null
  columns: readonly KnownColumn[]
  /** Why a promise is proposed for it, and the promise in the catalogue's own form. */
  policy: { input: Record<string, unknown>; because: string } | null
  settings: Record<string, unknown>
  foundAt: Instant
  seenAt: Instant | null
  goneAt: Instant | null
  around: FoundNeighbourLine[]
}

type Row = Omit<FoundThing, 'page' | 'now' | 'banners' | 'around'>

const THING = `
  select f.connection_key as connection, coalesce(c.name, c.key) as "connectionName", f.path, f.name, f.kind, f.description, f.owner, f.url, f.job, ${jobNameSql('f.connection_key', 'f.job')} as "jobName", f.labels, f.columns, f.policy, f.settings,
    ${instant('f.found_at')} as "foundAt", ${instant('case when f.gone_at is null then d.whole_at else f.seen_at end')} as "seenAt",
    ${instant('f.gone_at')} as "goneAt"
  from found_asset f join connection_state c on c.key = f.connection_key and c.removed_at is null
  left join discovery d on d.connection_key = f.connection_key
  where f.connection_key = $1 and f.path = $2`

const ASSET = `
  select s.key from asset a join subject s on s.id = a.subject_id and s.removed_at is null where a.connection_key = $1 and a.path = $2`

const SHOWN = 100

const AROUND = `
  select x."isUpstream", x.name, x.path, s.key as "assetKey", x.hint
  from (
    select true as "isUpstream", coalesce(u.name, e.upstream) as name, case when not e.is_outside then e.upstream end as path, e.hint
    from found_edge e left join found_asset u on not e.is_outside and u.connection_key = e.connection_key and u.path = e.upstream
    where e.connection_key = $1 and e.path = $2
    union all
    select false, d.name, d.path, e.hint from found_edge e join found_asset d on d.connection_key = e.connection_key and d.path = e.path
    where e.connection_key = $1 and e.upstream = $2 and not e.is_outside
  ) x
  left join asset a on a.connection_key = $1 and a.path = x.path
  left join subject s on s.id = a.subject_id and s.removed_at is null
  where x.hint <> 'foreign-key' order by 1 desc, 2, 3 limit ${SHOWN}`

/** One thing that was found; the key of its asset where it is in the catalogue; null where there is no such thing, or it is not the reader's to see. */
export async function getFoundThing(ctx: Context, connection: string, path: string): Promise<FoundThing | { assetKey: string } | null> {
  const asset = await ctx.pool.query<{ key: string }>(ASSET, [connection, path])
  if (asset.rows[0] !== undefined) return { assetKey: asset.rows[0].key }
  if (!seesFound(ctx)) return null
  const [page, { rows }] = await Promise.all([getPageSettings(ctx), ctx.pool.query<Row>(THING, [connection, path])])
  const [thing] = rows
  if (page === null || thing === undefined) return null
  const [around, banners] = await Promise.all([ctx.pool.query<FoundNeighbourLine>(AROUND, [connection, path]), getBanners(ctx, page.demo)])
  return { page, now: ctx.clock.now(), banners, ...thing, around: around.rows }
}
