import type { Connected } from '#lib/connectors/dbt/connected.ts'
import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { type CancelledJobRun, NO_RUN, type UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import { requireListed } from '#lib/connectors/kit/starting/require-listed.ts'
import { startOnce } from '#lib/connectors/kit/starting/start-once.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { type CloudApi, type CloudJob, type CloudRun, ERROR, isLoadOfOurs, SUCCESS } from './api.ts'
import { cloudRun } from './cloud-run.ts'

/** No wish is older: who wished it has given up by then. */
const OLDEST_WISH_MS = 2 * DAY_MS

/** What stands in dbt Cloud where somebody asks why a run was started; the key in it finds the run again. */
const causeOf = (key: string) => `Tidemark reload ${key}`

/**
 * The run of a job of dbt Cloud that does what is wanted. It takes no key for what it starts, so ours stands in the cause of the run, and is looked for
 * before a run is started, and after an answer that was lost; again for a while where its list may lag behind an earlier try.
 */
export async function startCloudJob(connection: Connected, api: CloudApi, job: string, wanted: WantedJobRun): Promise<ExternalRun> {
  const id = requireNumber(connection, api, job)
  if (Object.keys(wanted.parameters).length > 0)
    throw new TidemarkError('invalid', { publicMessage: `Job ${id} of ${api.system} takes no parameters from here.` })
  const found = requirePlace(connection, api, await api.job(id), id)
  const known = await findRun(connection, api, id, wanted)
  return { ...inOurWords(api, known ?? (await begin(connection, api, found, wanted))), jobName: found.name ?? null }
}

const called = ({ id, name }: CloudJob) => `job ${name == null ? id : `${id} (${name})`}`

async function begin(connection: Connected, api: CloudApi, job: CloudJob, wanted: WantedJobRun): Promise<CloudRun> {
  requireListed(api.system, called(job), wanted, connection.clock.now())
  return startOnce(connection, {
    system: api.system,
    called: called(job),
    wanted,
    start: () => api.start(job, causeOf(wanted.key)),
    find: () => findRun(connection, api, job.id, { ...wanted, isOurs: true }),
  })
}

/** Of the runs of a job the one that bears the key, else, unless only that is asked for, the one that goes on and ends first. */
async function findRun(
  { clock }: Connected,
  api: CloudApi,
  job: number,
  { key, since, isOurs = false }: Pick<WantedJobRun, 'key' | 'since'> & { isOurs?: boolean },
): Promise<CloudRun | undefined> {
  const oldest = clock.now() - OLDEST_WISH_MS
  let goesOn: CloudRun | undefined
  for await (const run of api.runs({ job_definition_id: String(job) })) {
    if (run.trigger?.cause === causeOf(key)) return run
    if (run.status < SUCCESS && isLoadOfOurs(run) && !hasBegunBefore(run, since)) goesOn = run
    if ((run.created_at ?? oldest) < oldest) break
  }
  return isOurs ? undefined : goesOn
}

/** Cancels a run of a job; one that ends while that is asked keeps its end. */
export async function cancelCloudRun(
  connection: Connected,
  api: CloudApi,
  job: string,
  unwanted: UnwantedJobRun,
): Promise<CancelledJobRun> {
  const { externalId, key } = unwanted
  const id = requireNumber(connection, api, job)
  const ofKey = () => findRun(connection, api, id, { key, since: null, isOurs: true })
  const run = externalId === null ? ((await ofKey()) ?? null) : await api.run(Number(externalId))
  if (run === null) return NO_RUN
  const isOver = run.status >= SUCCESS || [SUCCESS, ERROR].includes((await api.cancel(run)).status)
  return { answer: isOver ? 'over' : 'told', externalId: String(run.id) }
}

function hasBegunBefore({ started_at: startedAt }: CloudRun, since: Instant | null): boolean {
  return since !== null && startedAt !== null && startedAt < since
}

function inOurWords({ system }: CloudApi, run: CloudRun): ExternalRun {
  const told = cloudRun(run, null, null)
  if (told === null) throw refusedAnswer(system, `its run ${run.id} is in a state that nobody knows`)
  return told
}

function requireNumber({ settings: { jobs } }: Connected, { system }: CloudApi, job: string): number {
  if (!/^[1-9]\d{0,14}$/.test(job))
    throw new TidemarkError('invalid', { publicMessage: `${system} names its jobs by numbers, and "${job}" is none.` })
  if (jobs !== undefined && !jobs.includes(Number(job)))
    throw new TidemarkError('invalid', { publicMessage: `Job ${job} is not among the jobs of ${system} in the catalogue: add it there.` })
  return Number(job)
}

/** Its runs have to be among those that are followed. */
function requirePlace({ settings: { environment, project } }: Connected, { system }: CloudApi, job: CloudJob | null, id: number): CloudJob {
  if (job === null)
    throw new TidemarkError('not-found', { publicMessage: `${system} has no job ${id}, or none that this token may see (HTTP 404).` })
  const [what, is, wanted] =
    environment !== undefined && job.environment_id != null && job.environment_id !== environment
      ? ['environment', job.environment_id, environment]
      : ['project', job.project_id ?? project, project]
  if (wanted === undefined || is === wanted) return job
  throw new TidemarkError('invalid', {
    publicMessage: `Job ${id} of ${system} belongs to ${what} ${is}, and the catalogue names ${what} ${wanted}.`,
  })
}
