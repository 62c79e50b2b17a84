import { z } from 'zod'
import { PrefectApi } from '#lib/connectors/prefect/api.ts'
import { cancelRun } from '#lib/connectors/prefect/cancel-run.ts'
import { listRuns } from '#lib/connectors/prefect/list-runs.ts'
import { observeDeployments } from '#lib/connectors/prefect/observe.ts'
import { type PrefectSettings, prefectSettings, whyNoDeployment } from '#lib/connectors/prefect/settings.ts'
import { startDeployment } from '#lib/connectors/prefect/start-run.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { checked } from './kit/check.ts'
import { defineConnector, type Found } from './kit/connector.ts'

/** Prefect 3, a server or a workspace of its Cloud: a path is a deployment, `<flow>/<deployment>`, and so is a job. */
export default defineConnector<PrefectSettings>({
  kind: 'prefect',
  example: {
    settings: [
      { url: 'http://prefect.example.edu:4200/api' },
      { url: 'https://prefect.example.edu/api', auth: 'bearer', token: '${PREFECT_API_KEY}', tags: ['datalake'] },
    ],
    asset: { path: 'load-prices/nightly' },
    speaksTo: 'Prefect 3, a server or a workspace of Prefect Cloud',
    told: '`url` of its API; `auth` none, basic with `user`, `password`, bearer with `token`, header with `header`, `token`; `tags` that a deployment must bear, `timeout` 1m',
    toldOfAsset: null,
    asked: null,
    evidence: [
      { reads: 'the end of the last run of the deployment that completed and was not cached', clock: 'loadedAt', strength: 'strong' },
    ],
    permission:
      'reading deployments, flows and runs; running deployments and changing the state of runs where jobs are started and cancelled from here',
  },
  settings: prefectSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'table',
  startsJobs: () => true,
  cancelsJobs: true,
  limits: { atOnce: 4, perMinute: null },
  refuseAsset({ path }) {
    const why = whyNoDeployment(path)
    return why === null ? null : { at: [], problem: `"${path}" ${why}.`, remedy: 'Write <connection>/<flow>/<deployment>.' }
  },

  open(connection) {
    const api = new PrefectApi(connection)
    return {
      check: () => checked(connection, () => enter(api)),
      async *discover() {
        for (const { job, flow, description, tags } of (await api.deployments()).values()) {
          const labels = { flow, ...(tags?.[0] !== undefined && { tag: tags[0], tags: tags.join(', ') }) }
          const found: Found = { path: job, kind: 'table', name: job, settings: {}, upstream: [], policy: null, group: flow, labels, job }
          yield { ...found, description: description ?? null, gaps: ['Prefect does not tell what its deployments read.'] }
        }
      },
      observe: (assets) => observeDeployments(connection, api, assets),
      runs: (since) => listRuns(connection, api, since),
      start: (job, wanted) => startDeployment(connection, api, job, wanted),
      cancel: (job, unwanted) => cancelRun(api, job, unwanted),
      close: () => api.close(),
    }
  },
})

async function enter(api: PrefectApi): Promise<string> {
  const deployments = [...(await api.deployments()).values()]
  const version = await api.version()
  const paused = deployments.filter((one) => one.paused === true).length
  return `Prefect ${version ?? 'Cloud'} lets us in; it has ${counted(deployments.length, 'deployment')}${paused === 0 ? '' : `, ${paused} of them paused`}.`
}
