import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Found, Session } from '#lib/connectors/kit/connector.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { AdfApi } from './api.ts'
import { cancelRun } from './cancel-run.ts'
import { observePipelines } from './observe.ts'
import { listRuns } from './pipeline-run.ts'
import type { AdfSettings } from './settings.ts'
import { startPipeline } from './start-run.ts'

/** A session of `adf`, with all that it asks by. */
export function openAdf(connection: Connection<AdfSettings>): Session {
  const api = new AdfApi(connection)
  return {
    check: () =>
      checked(connection, async () => {
        const { size } = await api.pipelines()
        return `${api.system} lets us in; it has ${counted(size, 'pipeline')}.`
      }),
    async *discover() {
      for (const { name, properties } of (await api.pipelines()).values()) {
        const folder = properties?.folder?.name ?? null
        const found: Found = {
          path: name,
          kind: 'table',
          name,
          settings: {},
          upstream: [],
          policy: null,
          group: folder ?? 'pipelines',
          job: name,
        }
        const gaps = ['Azure does not tell here what its pipelines read.']
        yield { ...found, gaps, description: properties?.description ?? null, ...(folder !== null && { labels: { folder } }) }
      }
    },
    observe: (assets) => observePipelines(connection, api, assets),
    runs: (since) => listRuns(connection, api, since),
    start: (job, wanted) => startPipeline(connection, api, job, wanted),
    cancel: (job, unwanted) => cancelRun(connection, api, job, unwanted),
    close: () => api.close(),
  }
}
