import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { hasParameters, startOnce } from '#lib/connectors/kit/starting/start-once.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { AirflowApi } from './api.ts'
import { externalRun, failureInWords } from './dag-run.ts'
import { type Connected, isDag } from './settings.ts'
import type { DagRun } from './shapes.ts'

/** The id of the run that a wish is for: Airflow makes none twice. It takes few signs in an id. */
export function idOf(key: string): string {
  return `tidemark__${key.replace(/[^\w.~-]/g, '.')}`
}

/** The run of a DAG that does what is wanted: the one of our id, else one that goes on, else a new one. */
export async function startDag(connection: Connected, api: AirflowApi, dag: string, wanted: WantedJobRun): Promise<ExternalRun> {
  await requireRunnable(api, dag)
  const id = idOf(wanted.key)
  const run =
    (await api.run(dag, id)) ??
    (hasParameters(wanted) ? null : await goingOn(api, dag, wanted)) ??
    (await startOnce(connection, {
      system: api.system,
      called: `the DAG ${dag}`,
      wanted,
      start: () => api.start(dag, id, wanted.parameters),
      find: async () => (await api.run(dag, id)) ?? undefined,
    }))
  const told = externalRun(api, run, run.state === 'failed' ? await failureInWords(api, run) : null)
  if (told === null) throw refusedAnswer(api.system, `its run ${run.id} is in a state that nobody knows`)
  return told
}

/** A run of a paused DAG would be queued for ever. */
async function requireRunnable(api: AirflowApi, id: string): Promise<void> {
  const dag = isDag(id) ? await api.dag(id) : null
  if (dag === null)
    throw new TidemarkError('not-found', { publicMessage: `${api.system} has no DAG ${id}, or none that this account may see.` })
  if (dag.is_paused === true)
    throw new TidemarkError('invalid', {
      publicMessage: `The DAG ${id} is paused in ${api.system}, so none of its runs begins. Let it go on there.`,
    })
}

async function goingOn(api: AirflowApi, dag: string, { since }: Pick<WantedJobRun, 'since'>): Promise<DagRun | null> {
  for (const state of ['running', 'queued']) {
    for await (const run of api.runs(dag, { state, order_by: 'id' })) {
      const hasBegunBefore = since !== null && run.start_date !== null && run.start_date < since
      if (run.dag_id === dag && run.state === state && !hasBegunBefore) return run
    }
  }
  return null
}
