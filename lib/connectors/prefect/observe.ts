import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { lastLoaded, type Probe, probeEach } from '#lib/connectors/kit/probe.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { PrefectApi } from './api.ts'
import { hasLoaded } from './flow-run.ts'
import { type Connected, whyNoDeployment } from './settings.ts'
import type { Deployment, FlowRun } from './shapes.ts'

const AT_ONCE = 4
const PAGE = 20
/** So many runs that loaded nothing are passed over. */
const PASSED_MAX = 200

/** Looks when a run of each deployment last completed and loaded something. */
export async function* observeDeployments(
  connection: Connected,
  api: PrefectApi,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  const byJob = new Map([...(await api.deployments()).values()].map((deployment) => [deployment.job, deployment]))
  yield* probeEach(connection, assets, ({ path }) => probe(api, path, byJob.get(path)), AT_ONCE)
}

async function probe(api: PrefectApi, path: string, deployment: Deployment | undefined): Promise<Probe> {
  const why = whyNoDeployment(path)
  if (why !== null) throw new TidemarkError('invalid', { publicMessage: `"${path}" ${why}.` })
  if (deployment === undefined) throw api.noDeployment(path)
  const at = (await lastLoad(api, deployment))?.end_time ?? null
  const detail = `The end of the last run of ${path} that completed.`
  const untold = `${api.system} knows no run of ${path} that completed and loaded something.`
  return lastLoaded(at, { method: 'run', strength: 'strong', detail }, untold)
}

async function lastLoad(api: PrefectApi, { id }: Deployment): Promise<FlowRun | undefined> {
  const filter = { deployment_id: { any_: [id] }, state: { type: { any_: ['COMPLETED'] } } }
  let passed = 0
  for await (const run of api.runs(filter, 'END_TIME_DESC', PAGE)) {
    if (run.deployment_id === id && hasLoaded(run) && run.end_time !== null) return run
    if (++passed >= PASSED_MAX) return undefined
  }
  return undefined
}
