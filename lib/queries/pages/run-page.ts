import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { IncidentLine } from '#lib/queries/incidents/incident-lines.ts'
import { getIncidentsOfRun } from '#lib/queries/incidents/incidents-of-run.ts'
import { getFlowParameters } from '#lib/queries/runs/flow-parameters.ts'
import { getRunLog, type LogPart, type LogQuery } from '#lib/queries/runs/run-log.ts'
import { getRunRejections, type Rejections } from '#lib/queries/runs/run-rejections.ts'
import { getRunView, type RunView } from '#lib/queries/runs/run-view.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

export interface RunPage {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  run: RunView
  log: LogPart
  rejections: Rejections
  /** The assets its flow writes, with the feed they belong to. */
  writes: { key: string; name: string; feedKey: string; feedName: string }[]
  /** The names of the parameters its flow takes; null when the catalogue has the flow no longer. */
  parameters: string[] | null
  takesActions: boolean
  incidents: IncidentLine[]
}

export interface RunPageQuery {
  log: LogQuery
  rejections: { group: string | null; page: number }
}

const WRITES = `
  select s.key, s.name, fs.key as "feedKey", fs.name as "feedName"
  from asset a join subject s on s.id = a.subject_id and s.removed_at is null join subject fs on fs.id = a.feed_id
  where a.flow = $1 order by fs.position, s.position, s.id`

/** The screen of one run; null for an id that names none. */
export async function getRunPage(ctx: Context, id: string, query: RunPageQuery): Promise<RunPage | null> {
  const [page, run] = await Promise.all([getPageSettings(ctx), getRunView(ctx, id)])
  if (page === null || run === null) return null
  const [log, rejections, writes, banners, parameters, incidents] = await Promise.all([
    getRunLog(ctx, id, query.log),
    getRunRejections(ctx, id, query.rejections),
    ctx.pool.query<RunPage['writes'][number]>(WRITES, [run.flow]),
    getBanners(ctx, page.demo),
    getFlowParameters(ctx, run.flow),
    getIncidentsOfRun(ctx, { ...run, cause: `flow:${run.flow}` }),
  ])
  const shown = { run, log, rejections, writes: writes.rows, parameters, incidents }
  return { page, now: ctx.clock.now(), banners, ...shown, takesActions: mayOrder(ctx.actor) }
}
