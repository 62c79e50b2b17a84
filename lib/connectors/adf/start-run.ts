import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { requireListed } from '#lib/connectors/kit/starting/require-listed.ts'
import { hasParameters, startOnce } from '#lib/connectors/kit/starting/start-once.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import type { AdfApi } from './api.ts'
import { externalRun, LONGEST_MS, UNENDED } from './pipeline-run.ts'
import { type Connected, whyNoPipeline } from './settings.ts'
import type { PipelineRun } from './shapes.ts'

/** The parameter of a pipeline in which our key stands: Azure takes no other. */
const PARAMETER = 'tidemark'
/** No wish is older: who wished it has given up by then. */
const OLDEST_WISH_MS = 2 * DAY_MS

/**
 * The run of a pipeline that does what is wanted: the one with our key among its parameters, else one that goes on, else a new one, unless an earlier try may
 * have begun one that is not listed yet.
 */
export async function startPipeline(connection: Connected, api: AdfApi, job: string, wanted: WantedJobRun): Promise<ExternalRun> {
  await requireParameters(api, job, wanted)
  const known =
    (await withKey(connection, api, job, wanted.key)) ?? (hasParameters(wanted) ? undefined : await goingOn(connection, api, job, wanted))
  const run = known ?? (await begin(connection, api, job, wanted))
  const told = externalRun(connection, api, run)
  if (told === null) throw refusedAnswer(api.system, `its run ${run.runId} is in a state that nobody knows`)
  return told
}

function begin(connection: Connected, api: AdfApi, job: string, wanted: WantedJobRun): Promise<PipelineRun> {
  requireListed(api.system, `the pipeline ${job}`, wanted, connection.clock.now())
  return startOnce(connection, {
    system: api.system,
    called: `the pipeline ${job}`,
    wanted,
    async start(): Promise<PipelineRun> {
      const id = await api.start(job, { ...wanted.parameters, [PARAMETER]: wanted.key })
      const queued = { pipelineName: job, parameters: {}, runStart: null, runEnd: null, status: 'Queued', message: null }
      return { ...queued, id, runId: id }
    },
    find: () => withKey(connection, api, job, wanted.key),
  })
}

/**
 * Without ours a run whose start was not answered could not be told from another, and would be started twice. Of others that the pipeline does not have it is not
 * known whether Azure says so.
 */
async function requireParameters(api: AdfApi, name: string, { parameters }: Pick<WantedJobRun, 'parameters'>): Promise<void> {
  const pipeline = whyNoPipeline(name) === null ? await api.pipeline(name) : null
  if (pipeline === null) throw api.noPipeline(name)
  const known = pipeline.properties?.parameters ?? {}
  const unknown = Object.keys(parameters).find((one) => !Object.hasOwn(known, one))
  if (unknown !== undefined)
    throw new TidemarkError('invalid', { publicMessage: `${api.system} has no parameter ${unknown} in its pipeline ${name}.` })
  if (Object.hasOwn(known, PARAMETER)) return
  throw new TidemarkError('invalid', {
    publicMessage: `${api.system} can be asked to run ${name} once it has a parameter "${PARAMETER}". Add one of the type String, by which a run is found that was started from here.`,
  })
}

/** The run of a pipeline that was started with this key. */
export async function withKey({ clock }: Connected, api: AdfApi, job: string, key: string): Promise<PipelineRun | undefined> {
  for await (const run of api.runs({ since: clock.now() - OLDEST_WISH_MS, pipeline: job, order: 'RunStart' }))
    if (run.pipelineName === job && run.parameters?.[PARAMETER] === key) return run
  return undefined
}

/** The one that ends first, not one that is being cancelled. */
async function goingOn(
  { clock }: Connected,
  api: AdfApi,
  job: string,
  { since }: Pick<WantedJobRun, 'since'>,
): Promise<PipelineRun | undefined> {
  let found: PipelineRun | undefined
  const status = UNENDED.filter((one) => one !== 'Canceling')
  for await (const run of api.runs({ since: clock.now() - LONGEST_MS, pipeline: job, status, order: 'RunStart' })) {
    const hasBegunBefore = since !== null && run.runStart !== null && run.runStart < since
    if (run.pipelineName === job && status.includes(run.status ?? '') && !hasBegunBefore) found = run
  }
  return found
}
