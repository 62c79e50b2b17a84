import type { Context } from '#lib/db/context.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import type { LogLine } from './run-rows.ts'

/** From which level on lines are wanted: `warn` is warnings and errors. */
export const LOG_LEVELS = ['info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogQuery {
  /** Text that stands in the line, whatever its case; '' = any. */
  find: string
  level: LogLevel
  /** Only lines before this one. */
  before: number | null
  /** Only lines after this one, the oldest of them first. */
  after: number | null
}

/** What is not said is anything. */
export function toLogQuery(asked: { [name in keyof LogQuery]?: LogQuery[name] | undefined }): LogQuery {
  const { find = '', level = 'info', before = null, after = null } = asked
  return { find, level, before, after }
}

export interface LogPart {
  /** Oldest first. */
  lines: LogLine[]
  /** How many lines fit the question in all, shown or not; null when only newer ones were asked for. */
  matching: number | null
  /** Whether there are further lines in the direction that was asked for: earlier ones, or with `after` later ones. */
  more: boolean
}

/** What is asked for when nobody says otherwise: everything, the newest lines. */
export const WHOLE_LOG = toLogQuery({})

export const LOG_PART = 500

const FITS = `run_id = $1 and ($2 = '' or strpos(lower(message), lower($2)) > 0) and level = any($3::text[])`
const COLUMNS = `id::float8 as id, attempt, ${instant('at')} as at, level, message`

const NEWEST = `select ${COLUMNS} from run_log where ${FITS} and ($4::bigint is null or id < $4) order by id desc limit ${LOG_PART + 1}`
const AFTER = `select ${COLUMNS} from run_log where ${FITS} and id > $4 order by id limit ${LOG_PART + 1}`
const MATCHING = `select count(*)::int as count from run_log where ${FITS}`

/** Whether an id names a run. */
export async function hasRun(ctx: Context, id: string): Promise<boolean> {
  return (await ctx.pool.query('select 1 from run where id = $1', [id])).rowCount === 1
}

/** The newest lines of a run's log that fit, before or after a known one where asked for; empty for an id that names no run. */
export async function getRunLog(ctx: Context, runId: string, query: LogQuery): Promise<LogPart> {
  const fits = [runId, query.find, LOG_LEVELS.slice(LOG_LEVELS.indexOf(query.level))]
  if (query.after !== null) {
    const { rows } = await ctx.pool.query<LogLine>(AFTER, [...fits, query.after])
    return { lines: rows.slice(0, LOG_PART), matching: null, more: rows.length > LOG_PART }
  }
  const [found, matching] = await Promise.all([
    ctx.pool.query<LogLine>(NEWEST, [...fits, query.before]),
    ctx.pool.query<{ count: number }>(MATCHING, fits),
  ])
  const lines = found.rows.slice(0, LOG_PART).reverse()
  return { lines, matching: matching.rows[0]?.count ?? 0, more: found.rows.length > LOG_PART }
}
