import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { jobNameOfKeySql, jobNameSql } from '#lib/db/runs/job-names.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import { getRunList } from '#lib/queries/runs/run-list.ts'
import type { RunFilter, RunList } from '#lib/queries/runs/run-list-questions.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

/** The screen of all runs; `page` is null until a first catalogue is accepted. */
export interface RunsPage {
  page: CataloguePage | null
  banners: Banner[]
  list: RunList
  /** The flows of the catalogue, and those that have left it but ran. */
  flows: string[]
  /** The jobs of other systems that write something, `<connection>/<job>`, with what their system calls them where that is another word; of the system that is asked for alone. */
  jobs: { key: string; name: string | null }[]
  /** There are more than these. */
  hasMoreJobs: boolean
  /** The connections that tell of runs of their own. */
  systems: string[]
  /** What a system calls the job whose runs are asked for, where that is another word. */
  jobName: string | null
  takesActions: boolean
}

const FLOWS = 'select name from flow where removed_at is null or exists (select 1 from run r where r.flow = flow.name) order by name'

const JOBS_MAX = 500

const JOBS = `
  select key, ${jobNameOfKeySql('key')} as name from (select distinct job as key from asset where job is not null and ($1::text is null or split_part(job, '/', 1) = $1) order by 1 limit ${JOBS_MAX + 1}) jobs order by 1`

const SYSTEMS = `
  select key from connection_state where runs_asked_at is not null union select split_part(job, '/', 1) from asset where job is not null order by 1`

/** The screen of all runs. */
export async function getRunsPage(ctx: Context, filter: RunFilter): Promise<RunsPage> {
  const page = await getPageSettings(ctx)
  const [banners, list, flows, jobs, systems, names] = await Promise.all([
    getBanners(ctx, page?.demo ?? false),
    getRunList(ctx, filter),
    ctx.pool.query<{ name: string }>(FLOWS),
    ctx.pool.query<RunsPage['jobs'][number]>(JOBS, [filter.system]),
    ctx.pool.query<{ key: string }>(SYSTEMS),
    ctx.pool.query<{ name: string | null }>(`select ${jobNameSql('$1', '$2')} as name`, [filter.system, filter.flow]),
  ])
  return {
    page,
    banners,
    list,
    flows: flows.rows.map(({ name }) => name),
    jobs: jobs.rows.slice(0, JOBS_MAX),
    hasMoreJobs: jobs.rows.length > JOBS_MAX,
    systems: systems.rows.map(({ key }) => key),
    jobName: names.rows[0]?.name ?? null,
    takesActions: mayOrder(ctx.actor),
  }
}
