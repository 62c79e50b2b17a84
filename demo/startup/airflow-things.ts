type Json = Record<string, unknown>

export interface AirflowDag {
  id: string
  isPaused: boolean
  tags: string[]
}

/** A run of a DAG as Airflow keeps it; its id is one within its DAG. */
export interface AirflowRun {
  dag: string
  id: string
  state: 'queued' | 'running' | 'success' | 'failed'
  type: 'scheduled' | 'manual' | 'backfill' | 'asset_triggered'
  runAfter: string
  start: string | null
  end: string | null
  conf: Json
  failedTasks: FailedTask[]
}

export interface FailedTask {
  task: string
  tries: number
  /** The lines of its log; absent: it has none any more. */
  log?: Json[]
}

/** What the log of a task says last where it failed with an error. */
export function failedWith(type: string, value: string, cause?: string): Json {
  const named = (exc_type: string, exc_value: string, is_cause: boolean) => ({ exc_type, exc_value, exc_notes: [], is_cause, frames: [] })
  const detail = [named(type, value, false), ...(cause === undefined ? [] : [named('OSError', cause, true)])]
  return { timestamp: '2026-11-29T10:00:00Z', event: 'Task failed with exception', level: 'error', error_detail: detail }
}

/** An asset of Airflow 3, a dataset of Airflow 2, with the instants of its events. */
export interface AirflowAsset {
  id: number
  uri: string
  dags: string[]
  events: string[]
  /** Its list does not say when the last was. */
  isSilent?: boolean
}

const newest = (events: readonly string[]) => events.toSorted().at(-1) ?? null

export function shownDag({ id, isPaused, tags }: AirflowDag, isThree: boolean): Json {
  const tag = (name: string) => (isThree ? { name, dag_id: id, dag_display_name: id } : { name })
  return { dag_id: id, is_paused: isPaused, tags: tags.map(tag), owners: ['airflow'], description: null }
}

/** `logical_date` is null where nobody meant a day; only Airflow 3 says after when it runs. */
export function shownRun(run: AirflowRun, isThree: boolean): Json {
  const { dag, id, state, type, runAfter, start, end, conf } = run
  const isScheduled = type === 'scheduled'
  const times = { start_date: start, end_date: end, data_interval_end: isScheduled ? runAfter : null }
  const own = isThree
    ? { run_after: runAfter, logical_date: isScheduled ? runAfter : null }
    : { logical_date: runAfter, execution_date: runAfter }
  return { dag_id: dag, dag_run_id: id, state, run_type: type, conf, note: null, ...times, ...own }
}

export function shownAsset({ id, uri, dags, events, isSilent }: AirflowAsset, isThree: boolean): Json {
  const at = newest(events)
  const producing = dags.map((dag) => ({ dag_id: dag, task_id: 'load', created_at: at, updated_at: at }))
  const last = isSilent === true || at === null ? null : { id: events.length, timestamp: at }
  // A dataset of Airflow 2 was edited when its DAG was, and tells no event.
  const own = isThree ? { name: uri, group: 'asset', last_asset_event: last } : { updated_at: '2026-11-29T11:59:00+00:00' }
  return { id, uri, extra: {}, created_at: at, producing_tasks: producing, consuming_tasks: [], ...own }
}

/** Runs that fit a question, in its order; what has no time comes last. */
export function chosen(runs: readonly AirflowRun[], dag: string, asked: URLSearchParams): AirflowRun[] {
  const [state, since, order = 'id'] = [asked.get('state'), asked.get('end_date_gte'), asked.get('order_by') ?? undefined]
  const found = runs.filter(
    (run) =>
      (dag === '~' || run.dag === dag) &&
      (state === null || run.state === state) &&
      // What has not ended ends now, by its reckoning.
      (since === null || run.end === null || Date.parse(run.end) >= Date.parse(since)),
  )
  if (order === 'id') return found
  if (order === '-id') return found.toReversed()
  return found.toSorted((a, b) => (b.end ?? '').localeCompare(a.end ?? ''))
}
