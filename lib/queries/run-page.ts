import type { Context } from '#lib/db/context.ts'
import type { CataloguePage } from '#lib/domain/catalogue.ts'
import type { Instant } from '#lib/domain/instant.ts'
import { type Banner, getBanners } from './banners.ts'
import { instant } from './instant-column.ts'
import { getPageSettings } from './page-settings.ts'
import { type LogLine, RUN_COLUMNS, type RunDetail, TASKS_COLUMN } from './run-rows.ts'

/** A row that was put aside, and why. The row itself stays in the database: it may hold personal data. */
interface Rejection {
  task: string
  key: string
  reason: string
  at: Instant
}

/** What changes while a run runs; also the answer of the API. */
export interface RunView extends RunDetail {
  /** Counts as the flow named them. */
  summary: Record<string, number | string> | null
  parameters: Record<string, unknown>
  requestedBy: string | null
  /** Lines before the shown ones. */
  logOmitted: number
}

/** A run in full. */
export interface RunPage {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  run: RunView
  rejections: Rejection[]
  /** The assets its flow writes, with the feed they belong to. */
  writes: { key: string; name: string; feedKey: string; feedName: string }[]
}

const LOG_SHOWN = 500
const REJECTIONS_SHOWN = 50

const RUN = `
  select ${RUN_COLUMNS}, ${TASKS_COLUMN}, r.summary -> 'counts' as summary, r.parameters, r.requested_by as "requestedBy",
    greatest((select count(*) from run_log where run_id = r.id) - ${LOG_SHOWN}, 0)::int as "logOmitted"
  from run r where r.id = $1`

const LOG = `
  select id::float8 as id, attempt, ${instant('at')} as at, level, message
  from (select * from run_log where run_id = $1 order by id desc limit ${LOG_SHOWN}) l order by l.id`

const REJECTIONS = `
  select task, key, reason, ${instant('x.at')} as at from run_rejection x where x.run_id = $1 order by x.id limit ${REJECTIONS_SHOWN}`

const WRITES = `
  select s.key, s.name, fs.key as "feedKey", fs.name as "feedName"
  from asset a join subject s on s.id = a.subject_id and s.removed_at is null join subject fs on fs.id = a.feed_id
  where a.flow = $1 order by fs.position, s.position, s.id`

/** A run with the end of its log; null for an id that names none. */
export async function getRunView(ctx: Context, id: string): Promise<RunView | null> {
  const [run, log] = await Promise.all([ctx.pool.query<Omit<RunView, 'log'>>(RUN, [id]), ctx.pool.query<LogLine>(LOG, [id])])
  const row = run.rows[0]
  return row === undefined ? null : { ...row, log: log.rows }
}

/** The screen of one run; null for an id that names none. */
export async function getRunPage(ctx: Context, id: string): Promise<RunPage | null> {
  const [page, run] = await Promise.all([getPageSettings(ctx), getRunView(ctx, id)])
  if (page === null || run === null) return null
  const [rejections, writes, banners] = await Promise.all([
    ctx.pool.query<Rejection>(REJECTIONS, [id]),
    ctx.pool.query<RunPage['writes'][number]>(WRITES, [run.flow]),
    getBanners(ctx, page.demo),
  ])
  return { page, now: ctx.clock.now(), banners, run, rejections: rejections.rows, writes: writes.rows }
}
