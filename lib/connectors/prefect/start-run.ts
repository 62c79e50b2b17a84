import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { hasParameters, startOnce } from '#lib/connectors/kit/starting/start-once.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { PrefectApi } from './api.ts'
import { externalRun, isUnderWay, UNENDED } from './flow-run.ts'
import { type Connected, whyNoDeployment } from './settings.ts'
import type { Deployment, FlowRun } from './shapes.ts'

/** What Prefect keeps beside the run: of two with the same it makes one. */
export const keyOf = (key: string) => `tidemark:${key}`

/** The run of a deployment that does what is wanted: the one with our key, else one under way, else a new one. */
export async function startDeployment(connection: Connected, api: PrefectApi, job: string, wanted: WantedJobRun): Promise<ExternalRun> {
  const why = whyNoDeployment(job)
  if (why !== null) throw new TidemarkError('invalid', { publicMessage: `"${job}" ${why}.` })
  const deployment = await api.deployment(job)
  const key = keyOf(wanted.key)
  const known =
    (await withKey(api, deployment, key)) ?? (hasParameters(wanted) ? undefined : await underWay(connection, api, deployment, wanted))
  const run =
    known ??
    (await startOnce(connection, {
      system: api.system,
      called: `deployment ${job}`,
      wanted,
      start: () => api.start(deployment, key, wanted.parameters),
      find: () => withKey(api, deployment, key),
    }))
  const told = externalRun(run, deployment, connection.settings.url)
  if (told === null) throw refusedAnswer(api.system, `its run ${run.id} is in a state that nobody knows`)
  return told
}

/** The run of a deployment that was started with this key. */
export async function withKey(api: PrefectApi, { id }: Deployment, key: string): Promise<FlowRun | undefined> {
  const filter = { deployment_id: { any_: [id] }, idempotency_key: { any_: [key] } }
  for await (const run of api.runs(filter, 'ID_DESC')) if (run.idempotency_key === key) return run
  return undefined
}

/** One that stands still until a person lets it go on, or that is being cancelled, is not taken up. */
async function underWay(
  { clock }: Connected,
  api: PrefectApi,
  { id }: Deployment,
  { since }: Pick<WantedJobRun, 'since'>,
): Promise<FlowRun | undefined> {
  const types = UNENDED.filter((type) => type !== 'PAUSED' && type !== 'CANCELLING')
  const filter = { deployment_id: { any_: [id] }, state: { type: { any_: types } } }
  for await (const run of api.runs(filter, 'EXPECTED_START_TIME_ASC')) {
    const hasBegunBefore = since !== null && run.start_time !== null && run.start_time < since
    if (run.deployment_id === id && types.includes(run.state_type ?? '') && isUnderWay(run, clock.now()) && !hasBegunBefore) return run
  }
  return undefined
}
