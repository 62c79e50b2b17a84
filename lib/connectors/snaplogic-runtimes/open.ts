import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Found, Session } from '#lib/connectors/kit/connector.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { RuntimesApi } from './api.ts'
import { stopRun } from './cancel-run.ts'
import { listRuns } from './list-runs.ts'
import { observePipelines } from './observe.ts'
import { ENDED, jobOf, KEPT_MS, UNENDED } from './pipeline-run.ts'
import { type Connected, type RuntimesSettings, whyNoPipeline } from './settings.ts'
import { startPipeline } from './start-run.ts'

/** A session of `snaplogic-runtimes`, with all that it asks by. */
export function openRuntimes(connection: Connection<RuntimesSettings>): Session {
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
}

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
