import { gone } from '#lib/connectors/kit/answer.ts'
import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { lastLoaded, type Probe, probeEach } from '#lib/connectors/kit/probe.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { AirflowApi } from './api.ts'
import { type Connected, namedBy } from './settings.ts'

const AT_ONCE = 4

/** Looks when each asset was last told to be updated, and when a run of each DAG last ended well. */
export async function* observeAirflow(
  connection: Connected,
  api: AirflowApi,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  // Whether we get in is the same for all of them.
  await api.dags()
  yield* probeEach(connection, assets, ({ path }) => probe(api, path), AT_ONCE)
}

function probe(api: AirflowApi, path: string): Promise<Probe> {
  const named = namedBy(path)
  if (named === null) throw new TidemarkError('invalid', { publicMessage: `"${path}" is neither a DAG nor asset/<uri>.` })
  return 'uri' in named ? probeAsset(api, named.uri) : probeDag(api, named.dag)
}

async function probeAsset(api: AirflowApi, uri: string): Promise<Probe> {
  const asset = (await api.assets()).get(uri)
  if (asset === undefined) throw gone(`${api.system} has no ${api.isThree ? 'asset' : 'dataset'} ${uri}, or no DAG names it any more.`)
  const untold = `Nothing has told ${api.system} yet that ${uri} was updated.`
  const detail = `The last event by which ${uri} was updated.`
  return lastLoaded(await api.lastEventOf(asset), { method: 'event', strength: 'strong', detail }, untold)
}

async function probeDag(api: AirflowApi, dag: string): Promise<Probe> {
  if (!(await api.dags()).has(dag)) throw gone(`${api.system} has no DAG ${dag}, or none that this account may see.`)
  const last = await api.lastSuccess(dag)
  const detail = `The end of the last run of ${dag} that went well; its tasks may have been skipped.`
  const untold = `${api.system} knows no run of ${dag} that ended well.`
  return lastLoaded(last?.end_date ?? null, { method: 'run', strength: 'weak', detail }, untold)
}
