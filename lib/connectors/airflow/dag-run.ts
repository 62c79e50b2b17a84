import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { AirflowApi } from './api.ts'
import type { DagRun } from './shapes.ts'

const STATES: Readonly<Record<string, RunState>> = { queued: 'scheduled', running: 'running', success: 'completed', failed: 'failed' }

const NAMED_MAX = 5

/** A run of a DAG in our words, with the words for its failure; null: it is in a state nobody knows. */
export function externalRun(api: Pick<AirflowApi, 'base' | 'isThree'>, run: DagRun, error: string | null): ExternalRun | null {
  const { dag_id: dag, dag_run_id: id, run_type: type, end_date: end } = run
  const state = STATES[run.state ?? '']
  if (state === undefined) return null
  const hasEnded = state === 'completed' || state === 'failed'
  return {
    job: dag,
    externalId: run.id,
    state,
    scheduledAt: type === 'scheduled' ? (run.run_after ?? run.data_interval_end) : null,
    startedAt: state === 'scheduled' ? null : run.start_date,
    endedAt: hasEnded ? end : null,
    error: state === 'failed' ? (error ?? 'Airflow does not say which of its tasks failed.') : null,
    rows: null,
    url: api.isThree
      ? `${api.base}/dags/${encodeURIComponent(dag)}/runs/${encodeURIComponent(id)}`
      : `${api.base}/dags/${encodeURIComponent(dag)}/grid?dag_run_id=${encodeURIComponent(id)}`,
  }
}

/** Which tasks of a run failed themselves, and at which try; null: none is told. A run has no words of its own. */
export async function failureInWords(api: AirflowApi, run: DagRun): Promise<string | null> {
  const failed = await api.failedTasks(run)
  const tries = new Map<string, number>()
  for (const { task_id: task, try_number: at } of failed) tries.set(task, Math.max(tries.get(task) ?? 1, at ?? 1))
  const [only, ...others] = tries
  if (only === undefined) return null
  if (others.length === 0) return `The task ${only[0]} failed${only[1] > 1 ? `, ${only[1]} times in a row` : ''}.`
  const names = [...tries.keys()]
  const more = names.length - NAMED_MAX
  return `The tasks ${names.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''} failed.`
}
