import { z } from 'zod'
import { RuntimesApi } from '#lib/connectors/snaplogic-runtimes/api.ts'
import { stopRun } from '#lib/connectors/snaplogic-runtimes/cancel-run.ts'
import { listRuns } from '#lib/connectors/snaplogic-runtimes/list-runs.ts'
import { observePipelines } from '#lib/connectors/snaplogic-runtimes/observe.ts'
import { ENDED, jobOf, KEPT_MS, UNENDED } from '#lib/connectors/snaplogic-runtimes/pipeline-run.ts'
import { type Connected, type RuntimesSettings, runtimesSettings, whyNoPipeline } from '#lib/connectors/snaplogic-runtimes/settings.ts'
import { startPipeline } from '#lib/connectors/snaplogic-runtimes/start-run.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { checked } from './kit/check.ts'
import { defineConnector, type Found } from './kit/connector.ts'

const ORG = { org: 'RIVERSIDE', url: 'https://elastic.example.edu' }
const FEED = 'https://elastic.example.edu/api/1/rest/slsched/feed/RIVERSIDE/projects/Admin/Nightly%20prices'

/** The runs of an organisation's pipelines in SnapLogic: a path is a pipeline, `<space>/<project>/<pipeline>`, and so is a job. One task as a source is `snaplogic`. */
export default defineConnector<RuntimesSettings>({
  kind: 'snaplogic-runtimes',
  example: {
    settings: [
      { ...ORG, user: 'tidemark@riverside.example', password: '${SNAPLOGIC_PASSWORD}' },
      { ...ORG, token: '${SNAPLOGIC_JWT}', tasks: { 'projects/Admin/load_prices': { url: FEED, token: '${PRICES_TOKEN}' } } },
    ],
    asset: { path: 'projects/Admin/load_prices' },
    speaksTo: 'the runs of the pipelines of a SnapLogic organisation, by its public API',
    told: '`org`, and `user` with `password` or a `token` (JWT); `projects` whose pipelines are looked at, `invokers` scheduled, triggered, manual, `tasks` by which pipelines are started: `{ url, token }` of a triggered task each, `url` https://elastic.snaplogic.com, `timeout` 1m',
    toldOfAsset: null,
    asked: null,
    evidence: [
      {
        reads: 'the end of the last run of the pipeline that completed without a document in an error view',
        clock: 'loadedAt',
        strength: 'strong',
      },
    ],
    permission:
      'read access to the projects; where pipelines are started from here the token of a triggered task each, and to cancel their runs write access to their projects',
  },
  settings: runtimesSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'table',
  startsJobs: ({ tasks }) => typeof tasks === 'object' && tasks !== null && Object.keys(tasks).length > 0,
  cancelsJobs: true,
  limits: { atOnce: 4, perMinute: null },
  refuseAsset({ path }) {
    const why = whyNoPipeline(path)
    return why === null ? null : { at: [], problem: `"${path}" ${why}.`, remedy: 'Write <connection>/<space>/<project>/<pipeline>.' }
  },

  open(connection) {
    const api = new RuntimesApi(connection)
    const canStart = Object.keys(connection.settings.tasks).length > 0
    return {
      check: () =>
        checked(connection, async () => {
          const count = await api.count('Completed', connection.clock.now() - DAY_MS)
          return `SnapLogic lets us in; ${counted(count, 'run')} of ${api.org} completed in the last 24 hours.`
        }),
      discover: () => discover(connection, api),
      observe: (assets) => observePipelines(connection, api, assets),
      runs: (since) => listRuns(connection, api, since),
      ...(canStart && {
        start: (job, wanted) => startPipeline(connection, api, job, wanted),
        cancel: (job, unwanted) => stopRun(api, job, unwanted),
      }),
      close: () => api.close(),
    }
  },
})

/** The pipelines that were run lately; what is only a part of another run is none of its own. */
async function* discover({ clock }: Connected, api: RuntimesApi): AsyncGenerator<Found> {
  const invokers = new Map<string, Set<string>>()
  for await (const entry of api.entries({ states: [...UNENDED, ...ENDED], since: clock.now() - KEPT_MS })) {
    const job = entry.parent === null ? jobOf(entry, api.org) : null
    if (job === null || whyNoPipeline(job) !== null) continue
    const known = invokers.get(job) ?? new Set<string>()
    if (entry.invoker !== null) known.add(entry.invoker)
    invokers.set(job, known)
  }
  for (const [job, by] of invokers) {
    const slash = job.lastIndexOf('/')
    const project = job.slice(0, slash)
    const found: Found = {
      path: job,
      kind: 'table',
      name: job.slice(slash + 1),
      settings: {},
      upstream: [],
      policy: null,
      group: project,
      job,
    }
    const description = by.size === 0 ? null : `Its runs are ${[...by].sort().join(' or ')}.`
    yield { ...found, description, labels: { project }, gaps: ['SnapLogic does not tell here what its pipelines read.'] }
  }
}
