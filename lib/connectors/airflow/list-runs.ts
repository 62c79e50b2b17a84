import { canBeTold } from '#lib/connectors/kit/moment.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { AirflowApi } from './api.ts'
import { externalRun, failureInWords } from './dag-run.ts'
import type { Connected } from './settings.ts'

/** Of so many failures the tasks are asked for in one look. */
const ASKED_MAX = 100

/** All runs of DAGs that go on or wait, then those that ended since: one that ends in between is among these. */
export async function* listRuns(connection: Connected, api: AirflowApi, since: Instant): AsyncGenerator<ExternalRun> {
  const queries = [
    { state: 'queued', order_by: '-id' },
    { state: 'running', order_by: '-id' },
    { end_date_gte: new Date(since).toISOString(), order_by: '-end_date' },
  ]
  let asked = 0
  for (const query of queries) {
    for await (const run of api.runs('~', query)) {
      // Asked for an end it tells what has none yet, too.
      if ('end_date_gte' in query && run.end_date === null && !run.isUndated) continue
      const words = run.state === 'failed' && ++asked <= ASKED_MAX ? await failureInWords(api, run) : null
      const told = externalRun(api, run, words)
      if (told !== null && (await canBeTold(connection, run, told))) yield told
    }
  }
}
