import { z } from 'zod'
import { moment } from '#lib/connectors/kit/moment.ts'
import { shortText } from '#lib/domain/values/short-text.ts'

export const dagSchema = z
  .object({
    dag_id: z.string(),
    is_paused: z.boolean().nullish(),
    description: z.string().nullish(),
    owners: z.array(z.string()).nullish(),
    tags: z.array(z.object({ name: z.string() })).nullish(),
  })
  .transform((dag) => ({ ...dag, id: dag.dag_id }))
export type Dag = z.output<typeof dagSchema>

export const runSchema = z
  .object({
    dag_run_id: z.string(),
    dag_id: z.string(),
    state: z.string().nullish(),
    run_type: z.string().nullish(),
    queued_at: moment,
    start_date: moment,
    end_date: moment,
    data_interval_end: moment,
    run_after: moment,
  })
  // The id of a run is one within its DAG.
  .transform((run) => ({ ...run, id: `${run.dag_id}/${run.dag_run_id}` }))
export type DagRun = z.output<typeof runSchema>

/** An asset, or a dataset of Airflow 2. */
export const assetSchema = z.object({
  id: z.int(),
  uri: z.string(),
  name: z.string().nullish(),
  group: z.string().nullish(),
  producing_tasks: z.array(z.object({ dag_id: z.string() })).nullish(),
  last_asset_event: z.object({ timestamp: moment }).nullish(),
})
export type AirflowAsset = z.output<typeof assetSchema>

export const eventSchema = z.object({ id: z.int(), timestamp: moment })

export const taskSchema = z
  .object({ task_id: z.string(), map_index: z.int().nullish(), state: z.string().nullish(), try_number: z.int().nullish() })
  .transform((task) => ({ ...task, id: `${task.task_id}/${task.map_index ?? -1}` }))
export type Task = z.output<typeof taskSchema>

/** The log of a task in Airflow 3: lines of text, or of parts. */
export const logSchema = z.object({ content: z.array(z.unknown()) })

const ERROR_LENGTH_MAX = 4000
const error = z.object({ exc_type: z.string(), exc_value: z.string() })
const errorLine = z.object({ error_detail: z.tuple([error], z.unknown()) })

/** The error that a line of a log names, its causes left out: `ValueError: no rows`; null: it names none. */
export function errorIn(line: unknown): string | null {
  const [named] = errorLine.safeParse(line).data?.error_detail ?? []
  return named === undefined ? null : shortText([named.exc_type, named.exc_value.trim()].filter(Boolean).join(': '), ERROR_LENGTH_MAX)
}

const status = z.object({ status: z.string().nullish() }).nullish()
export const healthSchema = z.object({ scheduler: status, metadatabase: status, dag_processor: status })
export const versionSchema = z.object({ version: z.string() })
export const tokenSchema = z.object({ access_token: z.string().nullish(), jwt_token: z.string().nullish() })
