import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { AirflowApi } from './api.ts'
import type { DagRun, Task } from './shapes.ts'

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

/** Which tasks of a run failed themselves, at which try, and with what the first of them; null: none is told. A run has no words of its own. */
export async function failureInWords(api: AirflowApi, run: DagRun): Promise<string | null> {
  const failed = await api.failedTasks(run)
  const [first] = failed
  if (first === undefined) return null
  const which = failedInWords(failed)
  const error = await api.errorOf(run, first)
  if (error === null) return `${which}.`
  return `${which}${new Set(failed.map(({ task_id: task }) => task)).size > 1 ? `, ${first.task_id} with` : ':'} ${error}`
}

function failedInWords(failed: readonly Task[]): string {
  const tries = new Map<string, number>()
  for (const { task_id: task, try_number: at } of failed) tries.set(task, Math.max(tries.get(task) ?? 1, at ?? 1))
  const names = [...tries.keys()]
  const [times = 1] = tries.values()
  if (names.length === 1) return `The task ${names[0]} failed${times > 1 ? `, ${times} times in a row` : ''}`
  const more = names.length - NAMED_MAX
  return `The tasks ${names.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''} failed`
}
