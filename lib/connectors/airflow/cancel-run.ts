import { type CancelledJobRun, NO_RUN, type UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import type { AirflowApi } from './api.ts'
import { isDag } from './settings.ts'
import { idOf } from './start-run.ts'

/** Cancels a run of a DAG. Airflow lets anybody call a run failed that ended long ago, so that is asked first. */
export async function cancelRun(api: AirflowApi, dag: string, { externalId, key }: UnwantedJobRun): Promise<CancelledJobRun> {
  // Our name of a run is that of its DAG and its own.
  const id = externalId === null ? idOf(key) : externalId.slice(dag.length + 1)
  const run = isDag(dag) ? await api.run(dag, id) : null
  if (run === null) return NO_RUN
  const hasEnded = run.state === 'success' || run.state === 'failed'
  if (!hasEnded) await api.fail(run)
  return { answer: hasEnded ? 'over' : 'told', externalId: run.id }
}
