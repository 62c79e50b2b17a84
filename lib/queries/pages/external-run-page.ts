import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import { connectionNameSql } from '#lib/db/catalogue/connection-names.ts'
import type { Context } from '#lib/db/context.ts'
import { jobKey, stateFor } from '#lib/domain/runs/external-run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { IncidentLine } from '#lib/queries/incidents/incident-lines.ts'
import { getIncidentsOfRun } from '#lib/queries/incidents/incidents-of-run.ts'
import { EXTERNAL_RUN_COLUMNS, type ExternalRunRow, USUAL_DURATION } from '#lib/queries/runs/external-run-rows.ts'
import { getOrdersOfRun, type OrderOfRun } from '#lib/queries/runs/reload-order.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

interface WrittenAsset {
  key: string
  name: string
  feedKey: string
  feedName: string
}

export interface ExternalRunPage {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  run: ExternalRunRow
  /** What people call the connection that told of it. */
  systemName: string
  /** The middle of its job's last good runs; null while there are none. */
  usualMs: number | null
  /** True when nobody was asked: it was told by what runs it. */
  isPushed: boolean
  /** What kind of job it is, in its system's words. */
  jobType: string | null
  /** The run that it is a part of; its `id` is null where that run is not known here. */
  parent: { system: string; job: string; id: string | null } | null
  /** The reloads that it runs for. */
  orders: OrderOfRun[]
  /** The run of a flow whose work it does. */
  ours: { id: string; flow: string } | null
  incidents: IncidentLine[]
  /** The assets that name its job, as far as its end is about them. */
  writes: WrittenAsset[]
  /** Those that it loaded to their end although it ended badly as a whole. */
  loaded: WrittenAsset[]
  /** Those that name its job, where it took away what was loaded. */
  emptied: WrittenAsset[]
}

const RUN = `
  select ${EXTERNAL_RUN_COLUMNS}, ${connectionNameSql('r.connection_key')} as "systemName", ${instant(`('epoch'::timestamptz + ${USUAL_DURATION})`)} as "usualMs", r.writes, r.loaded, r.empties,
    r.told_by like 'push:%' as "isPushed", r.job_type as "jobType",
    case when r.parent_job is not null then jsonb_build_object(
      'system', split_part(r.parent_job, '/', 1), 'job', substr(r.parent_job, strpos(r.parent_job, '/') + 1),
      'id', (select p.id from external_run p where p.connection_key = split_part(r.parent_job, '/', 1) and p.external_id = r.parent_id)) end as parent,
    (select jsonb_build_object('id', o.id, 'flow', o.flow) from job_of_run j join run o on o.id = j.run_id where j.external_run_id = r.id order by o.created_at desc limit 1) as ours
  from external_run r where r.id = $1`

const WRITTEN = `
  select s.key, s.name, a.connection_key as connection, a.path, fs.key as "feedKey", fs.name as "feedName"
  from asset a join subject s on s.id = a.subject_id and s.removed_at is null join subject fs on fs.id = a.feed_id
  where a.job = $1 order by fs.position, s.position, s.id`

type Found = ExternalRunRow &
  Pick<ExternalRunPage, 'systemName' | 'usualMs' | 'isPushed' | 'jobType' | 'parent' | 'ours'> & {
    writes: string[] | null
    loaded: string[] | null
    empties: boolean
  }
type Written = WrittenAsset & { connection: string; path: string }

/** The screen of one run of another system; null for an id that names none. */
export async function getExternalRunPage(ctx: Context, id: string): Promise<ExternalRunPage | null> {
  const [page, found] = await Promise.all([getPageSettings(ctx), ctx.pool.query<Found>(RUN, [id])])
  const [row] = found.rows
  if (page === null || row === undefined) return null
  const { systemName, usualMs, isPushed, jobType, parent, ours, writes, loaded, empties, ...run } = row
  const [banners, orders, written, incidents] = await Promise.all([
    getBanners(ctx, page.demo),
    getOrdersOfRun(ctx, id),
    ctx.pool.query<Written>(WRITTEN, [jobKey(run.system, run.job)]),
    getIncidentsOfRun(ctx, { ...run, cause: `job:${jobKey(run.system, run.job)}` }),
  ])
  const named = { state: run.state, writes: writes ?? undefined, loaded: loaded ?? undefined }
  const byState = Map.groupBy(written.rows, (asset) => stateFor(named, run.system, asset))
  const loadedWell = run.state === 'completed' ? [] : (byState.get('completed') ?? [])
  const assets = {
    writes: byState.get(run.state) ?? [],
    loaded: loadedWell,
    emptied: empties && run.state === 'completed' ? written.rows : [],
  }
  return { page, now: ctx.clock.now(), banners, run, systemName, usualMs, isPushed, jobType, parent, ours, orders, incidents, ...assets }
}
