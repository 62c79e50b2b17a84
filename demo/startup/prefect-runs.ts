type Json = Record<string, unknown>

/** A run as Prefect keeps it. */
export interface PrefectRun {
  id: string
  /** null: somebody ran the flow by hand. */
  deployment: string | null
  flow: string
  type: 'SCHEDULED' | 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'CRASHED' | 'PAUSED' | 'CANCELLING'
  name: string
  message: string | null
  count: number
  isAuto: boolean
  key: string | null
  parameters: Json
  created: string
  expected: string | null
  start: string | null
  end: string | null
}

/** By six digits and an offset, as Python writes it. */
function written(at: string | null): string | null {
  return at === null ? null : at.replace(/(\.\d+)?Z$/, (_, fraction = '.') => `${fraction.padEnd(7, '0')}+00:00`)
}

export function shownRun(run: PrefectRun): Json {
  const { id, deployment, flow, type, name, message, count, isAuto, key, parameters, created, expected, start, end } = run
  const times = { created: written(created), expected_start_time: written(expected), start_time: written(start), end_time: written(end) }
  const state = { id: `state-of-${id}`, type, name, timestamp: written(end ?? start ?? created), message, data: null }
  const rest = { name: 'calm-otter', tags: [], labels: {}, next_scheduled_start_time: null, total_run_time: 0, parameters }
  const ours = { id, deployment_id: deployment, flow_id: `flow-of-${flow}`, state_type: type, state_name: name, state }
  return { ...ours, ...times, ...rest, run_count: count, auto_scheduled: isAuto, idempotency_key: key }
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  deployment_id: ['any_', 'is_null_'],
  idempotency_key: ['any_', 'not_any_'],
  expected_start_time: ['before_', 'after_'],
  end_time: ['before_', 'after_', 'is_null_'],
}
const SORTS: Readonly<Record<string, readonly string[]>> = {
  flows: ['CREATED_DESC', 'UPDATED_DESC', 'NAME_ASC', 'NAME_DESC'],
  deployments: ['CREATED_DESC', 'UPDATED_DESC', 'NAME_ASC', 'NAME_DESC'],
  flow_runs: ['ID_DESC', 'START_TIME_DESC', 'EXPECTED_START_TIME_ASC', 'EXPECTED_START_TIME_DESC', 'END_TIME_DESC'],
}

/** Why a question is none, in its words; null: it is one. */
export function refusalOf(what: string, { sort, flow_runs: filter }: Json): { at: string; words: string } | null {
  if (!SORTS[what]?.includes(String(sort))) return { at: 'sort', words: `Input should be one of ${SORTS[what]?.join(', ')}` }
  for (const [field, asked] of Object.entries(asJson(filter))) {
    if (field === 'state') continue
    const unknown = Object.keys(asJson(asked)).find((operator) => !OPERATORS[field]?.includes(operator))
    if (unknown !== undefined) return { at: field, words: 'Extra inputs are not permitted' }
  }
  return null
}

/** Whether a run is one of those that are asked for. */
export function fits(run: PrefectRun, filter: unknown): boolean {
  const { deployment_id: deployment, state, idempotency_key: key, expected_start_time: expected, end_time: end } = asJson(filter)
  return (
    isAny(deployment, run.deployment) &&
    isAny(asJson(state)['type'], run.type) &&
    isAny(key, run.key) &&
    isWithin(expected, run.expected) &&
    isWithin(end, run.end)
  )
}

function isAny(asked: unknown, is: string | null): boolean {
  const { any_: any, is_null_: isNull } = asJson(asked)
  if (typeof isNull === 'boolean' && isNull !== (is === null)) return false
  return !Array.isArray(any) || any.includes(is)
}

function isWithin(asked: unknown, is: string | null): boolean {
  const { before_: before, after_: after } = asJson(asked)
  if (before === undefined && after === undefined) return true
  if (is === null) return false
  const at = Date.parse(is)
  return (typeof before !== 'string' || at <= Date.parse(before)) && (typeof after !== 'string' || at >= Date.parse(after))
}

/** In the order that is asked for; what has no time comes last. */
export function sorted(runs: readonly PrefectRun[], sort: string): PrefectRun[] {
  const sign = sort.endsWith('_DESC') ? -1 : 1
  const placeOf = (run: PrefectRun) =>
    sort.startsWith('ID') ? run.id : sort.startsWith('END') ? run.end : sort.startsWith('START') ? run.start : run.expected
  return runs.toSorted((a, b) => {
    const [one, other] = [placeOf(a), placeOf(b)]
    if (one === other) return 0
    if (one === null || other === null) return one === null ? 1 : -1
    return one < other ? -sign : sign
  })
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
