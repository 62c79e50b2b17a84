import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { lastLoaded, type Probe, probeEach } from '#lib/connectors/kit/probe.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { AdfApi } from './api.ts'
import { type Connected, whyNoPipeline } from './settings.ts'

const AT_ONCE = 4
/** Azure keeps runs so long. */
const KEPT_MS = 45 * DAY_MS

/** Looks when a run of each pipeline last ended well. */
export async function* observePipelines(connection: Connected, api: AdfApi, assets: readonly ObservedAsset[]): AsyncGenerator<Observation> {
  const pipelines = await api.pipelines()
  yield* probeEach(connection, assets, ({ path }) => probe(connection, api, path, pipelines.has(path)), AT_ONCE)
}

async function probe({ clock }: Connected, api: AdfApi, path: string, isThere: boolean): Promise<Probe> {
  const why = whyNoPipeline(path)
  if (why !== null) throw new TidemarkError('invalid', { publicMessage: `"${path}" ${why}.` })
  if (!isThere) throw api.noPipeline(path)
  const at = await lastSuccess(api, path, clock.now())
  const detail = `The end of the last run of ${path} that succeeded; a failure in it may have been handled.`
  const untold = `${api.system} knows no run of ${path} that succeeded in the last 45 days.`
  return lastLoaded(at, { method: 'run', strength: 'weak', detail }, untold)
}

async function lastSuccess(api: AdfApi, pipeline: string, now: Instant): Promise<Instant | null> {
  for await (const run of api.runs({ since: now - KEPT_MS, pipeline, status: ['Succeeded'], order: 'RunEnd' }))
    if (run.pipelineName === pipeline && run.status === 'Succeeded' && run.runEnd !== null) return run.runEnd
  return null
}
