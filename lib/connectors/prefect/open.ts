import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Found, Session } from '#lib/connectors/kit/connector.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { PrefectApi } from './api.ts'
import { cancelRun } from './cancel-run.ts'
import { listRuns } from './list-runs.ts'
import { observeDeployments } from './observe.ts'
import type { PrefectSettings } from './settings.ts'
import { startDeployment } from './start-run.ts'

/** A session of `prefect`, with all that it asks by. */
export function openPrefect(connection: Connection<PrefectSettings>): Session {
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
}

async function enter(api: PrefectApi): Promise<string> {
  const deployments = [...(await api.deployments()).values()]
  const version = await api.version()
  const paused = deployments.filter((one) => one.paused === true).length
  return `Prefect ${version ?? 'Cloud'} lets us in; it has ${counted(deployments.length, 'deployment')}${paused === 0 ? '' : `, ${paused} of them paused`}.`
}
