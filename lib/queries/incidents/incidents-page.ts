import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { getIncidents, type Incidents, type IncidentsQuestion } from '#lib/queries/incidents/incidents.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { getWork, type WorkView } from '#lib/queries/shared/work.ts'

export interface IncidentsPage extends Incidents {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  /** The feed that is asked about; null: all. */
  feed: { key: string; name: string } | null
  /** The feeds that can be asked about. */
  feeds: { key: string; name: string; group: string }[]
  /** Announced work, and what is paused. */
  work: WorkView[]
  takesActions: boolean
}

const FEEDS = `
  select s.key, s.name, g.name as "group" from feed f join subject s on s.id = f.subject_id and s.removed_at is null join subject g on g.id = f.group_id
  order by g.position, g.id, s.position, s.id`

/** The screen of incidents; null before the first catalogue, or where there is no such feed. */
export async function getIncidentsPage(ctx: Context, question: IncidentsQuestion): Promise<IncidentsPage | null> {
  const page = await getPageSettings(ctx)
  if (page === null) return null
  const [feeds, banners, work, incidents] = await Promise.all([
    ctx.pool.query<IncidentsPage['feeds'][number]>(FEEDS),
    getBanners(ctx, page.demo),
    getWork(ctx),
    getIncidents(ctx, question, page.zone),
  ])
  const feed = question.feed === null ? null : feeds.rows.find(({ key }) => key === question.feed)
  if (feed === undefined) return null
  return { page, now: ctx.clock.now(), banners, feed, feeds: feeds.rows, work, takesActions: mayOrder(ctx.actor), ...incidents }
}
