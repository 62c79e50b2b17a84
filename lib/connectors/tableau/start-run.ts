import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import type { Dated } from '#lib/connectors/kit/moment.ts'
import { requireListed } from '#lib/connectors/kit/starting/require-listed.ts'
import { startOnce } from '#lib/connectors/kit/starting/start-once.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import type { TableauApi } from './api.ts'
import { externalRun, isOf, listJobs, madeSince, unendedJobs } from './refresh-job.ts'
import { CALLED, type Connected, subjectOf, type Target } from './settings.ts'
import type { Content, Job, ListedJob } from './shapes.ts'

/**
 * The refresh of an extract that does what is wanted. Tableau takes no key and queues one refresh of an extract at a time: so the one that was queued since an
 * earlier try is ours, else one that waits or goes on is taken up, else a new one is queued.
 */
export async function startRefresh(connection: Connected, api: TableauApi, path: string, wanted: WantedJobRun): Promise<ExternalRun> {
  const target = toTarget(api, path, wanted)
  const { name } = await requireExtract(api, target)
  const job =
    (await ofTry(api, target, wanted)) ?? (await underWay(api, target, wanted)) ?? (await begin(connection, api, { target, name, wanted }))
  const told = externalRun(job)
  if (told === null) throw refusedAnswer(api.system, `its job ${job.id} does not say what it refreshes, or how it ended`)
  return told
}

function toTarget(api: TableauApi, path: string, { parameters }: WantedJobRun): Target {
  const subject = subjectOf(path)
  if (subject === null || subject.view !== null)
    throw new TidemarkError('invalid', {
      publicMessage: `${api.system} refreshes data sources and workbooks, and "${path}" is neither: write datasources/<id> or workbooks/<id>.`,
    })
  if (Object.keys(parameters).length === 0) return subject
  throw new TidemarkError('invalid', { publicMessage: `Refreshes of ${api.system} take no parameters from here.` })
}

async function requireExtract(api: TableauApi, target: Target): Promise<Content> {
  const content = await api.one(target)
  if (content.hasExtracts !== false) return content
  throw new TidemarkError('invalid', {
    publicMessage: `The ${CALLED[target.kind]} ${content.name} of ${api.system} has no extract that could be refreshed: it asks its data live, or what it is made from has one.`,
  })
}

interface Beginning {
  target: Target
  name: string
  wanted: WantedJobRun
}

async function begin(connection: Connected, api: TableauApi, { target, name, wanted }: Beginning): Promise<Dated<Job>> {
  const called = `the refresh of ${name}`
  requireListed(api.system, called, wanted, connection.clock.now())
  const lately = [madeSince(connection.clock.now() - HOUR_MS)]
  const before = new Set<string>()
  for await (const { id } of listJobs(api, lately)) before.add(id)
  try {
    return await startOnce(connection, {
      system: api.system,
      called,
      wanted,
      // What it has queued it may tell without saying of what.
      start: async (): Promise<Dated<Job>> => ({ ...(await api.refresh(target, name)), extractRefreshJob: refreshedBy(target, name) }),
      find: () => first(api, target, listJobs(api, lately), ({ id }) => !before.has(id)),
    })
  } catch (error) {
    if (!isTidemarkError(error) || error.status !== 409 || !error.retryable) throw error
    const queued = await underWay(api, target, wanted)
    if (queued === undefined) throw error
    return queued
  }
}

function refreshedBy({ kind, id }: Target, name: string): Job['extractRefreshJob'] {
  return kind === 'datasources' ? { datasource: { id, name } } : { workbook: { id, name } }
}

/** Where its clock lags ours another is queued, which harms nothing; one from before the try would be no load of what came since. */
async function ofTry(api: TableauApi, target: Target, { triedAt }: WantedJobRun): Promise<Dated<Job> | undefined> {
  return triedAt === null ? undefined : first(api, target, listJobs(api, [madeSince(triedAt)]), () => true)
}

async function underWay(api: TableauApi, target: Target, { since }: WantedJobRun): Promise<Dated<Job> | undefined> {
  const job = await first(api, target, unendedJobs(api), () => true)
  const hasBegunBefore = since !== null && job?.startedAt != null && job.startedAt < since
  return hasBegunBefore ? undefined : job
}

async function first(
  api: TableauApi,
  target: Target,
  jobs: AsyncIterable<ListedJob>,
  fits: (job: ListedJob) => boolean,
): Promise<Dated<Job> | undefined> {
  for await (const listed of jobs) {
    const job = fits(listed) ? await api.job(listed) : undefined
    if (job !== undefined && isOf(job, target)) return job
  }
  return undefined
}
