import type { Context } from '#lib/db/context.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'
import type { LogEntry, ProgressReport, Rejection, RunLedger, TaskEnd, TaskStart, TaskWait } from '#lib/engine/run/ledger.ts'

export interface Attempt {
  runId: string
  attempt: number
  fence: number
}

const ROW_SIZE_MAX = 64 * 1024

/** The ledger of one attempt in the database. What an attempt writes that no longer holds its run is refused as `fenced`. */
export function runLedger(ctx: Context, attempt: Attempt): RunLedger {
  return {
    storedResults: () => storedResults(ctx, attempt),
    startTask: (task) => startTask(ctx, attempt, task),
    endTask: (task) => endTask(ctx, attempt, task),
    taskWaits: (wait) => noteWait(ctx, attempt, wait),
    log: (entries) => writeLog(ctx, attempt, entries),
    reject: (rejections) => writeRejections(ctx, attempt, rejections),
    rejectedCount: () => countRejections(ctx, attempt),
    progress: (progress) => writeProgress(ctx, attempt, progress),
    counters: (counters) => writeCounters(ctx, attempt, counters),
    waiting: (words) => writeWaiting(ctx, attempt, words),
  }
}

/** True while $1 = run is still the attempt's; every write below stands under it. */
const HELD = "exists (select 1 from run where id = $1 and fence = $2 and state = 'running')"

async function write(ctx: Context, attempt: Attempt, text: string, values: readonly unknown[]): Promise<number> {
  const { rowCount } = await ctx.pool.query(text, [attempt.runId, attempt.fence, ...values])
  return rowCount ?? 0
}

function fenced(): TidemarkError {
  return new TidemarkError('fenced', { publicMessage: 'Another worker has taken this run over; this one writes nothing more.' })
}

async function storedResults(ctx: Context, attempt: Attempt): Promise<ReadonlyMap<string, unknown>> {
  const { rows } = await ctx.pool.query<{ name: string; result: unknown }>(
    "select name, detail -> 'result' as result from run_task where run_id = $1 and state = 'completed' and detail ? 'result' order by attempt",
    [attempt.runId],
  )
  return new Map(rows.map((row) => [row.name, row.result]))
}

async function startTask(ctx: Context, attempt: Attempt, task: TaskStart): Promise<void> {
  const text = `insert into run_task (run_id, attempt, name, state, started_at) select $1, $3, $4, 'running', $5 where ${HELD}`
  if ((await write(ctx, attempt, text, [attempt.attempt, toStorableText(task.name), toText(task.at)])) !== 1) throw fenced()
}

async function endTask(ctx: Context, attempt: Attempt, task: TaskEnd): Promise<void> {
  const detail = task.result === undefined ? null : toStorableJson({ result: task.result })
  const text = `update run_task set state = $5, ended_at = $6, tries = $7, problem = $9,
      detail = nullif(coalesce(detail, '{}') || coalesce($8::jsonb, '{}'), '{}')
    where run_id = $1 and attempt = $3 and name = $4 and ${HELD}`
  const problem = task.problem === undefined ? null : toShownText(task.problem)
  const values = [attempt.attempt, toStorableText(task.name), task.state, toText(task.at), task.tries, detail, problem]
  if ((await write(ctx, attempt, text, values)) !== 1) throw fenced()
}

/** Notes a wait beside those before it: `detail.waits`, drawn on the run's page. */
async function noteWait(ctx: Context, attempt: Attempt, wait: TaskWait): Promise<void> {
  const text = `update run_task set tries = $5, problem = $7,
      detail = jsonb_build_object('waits', coalesce(detail -> 'waits', '[]') || $6::jsonb)
    where run_id = $1 and attempt = $3 and name = $4 and ${HELD}`
  const stored = toStorableJson({ from: wait.at, until: wait.until })
  const values = [attempt.attempt, toStorableText(wait.name), wait.tries, stored, toShownText(wait.problem)]
  if ((await write(ctx, attempt, text, values)) !== 1) throw fenced()
}

async function writeLog(ctx: Context, attempt: Attempt, entries: readonly LogEntry[]): Promise<void> {
  const rows = entries.map((entry) => ({
    at: toText(entry.at),
    level: entry.level,
    message: toShownText(entry.message.slice(0, 4000)),
    data: entry.data === undefined ? null : bounded(entry.data),
  }))
  const text = `insert into run_log (run_id, attempt, at, level, message, data)
    select $1, $3, x.at, x.level, x.message, nullif(x.data, 'null'::jsonb)
    from jsonb_to_recordset($4::jsonb) as x(at timestamptz, level text, message text, data jsonb) where ${HELD}`
  if ((await write(ctx, attempt, text, [attempt.attempt, toStorableJson(rows)])) !== entries.length) throw fenced()
}

async function writeRejections(ctx: Context, attempt: Attempt, rejections: readonly Rejection[]): Promise<void> {
  const byKey = new Map(
    rejections.map((r) => [`${r.task}\n${r.key}`, { ...r, reason: toShownText(r.reason), at: toText(r.at), row: bounded(r.row) }]),
  )
  const text = `insert into run_rejection (run_id, task, key, reason, row, at)
    select $1, x.task, x.key, x.reason, nullif(x.row, 'null'::jsonb), x.at
    from jsonb_to_recordset($3::jsonb) as x(task text, key text, reason text, row jsonb, at timestamptz) where ${HELD}
    on conflict (run_id, task, key) do update set reason = excluded.reason, row = excluded.row, at = excluded.at`
  if ((await write(ctx, attempt, text, [toStorableJson([...byKey.values()])])) !== byKey.size) throw fenced()
}

async function countRejections(ctx: Context, attempt: Attempt): Promise<number> {
  const { rows } = await ctx.pool.query<{ count: string }>('select count(*) from run_rejection where run_id = $1', [attempt.runId])
  return Number(rows[0]?.count ?? 0)
}

async function writeProgress(ctx: Context, attempt: Attempt, progress: ProgressReport): Promise<void> {
  const text = "update run set progress_done = $3, progress_total = $4, eta_at = $5 where id = $1 and fence = $2 and state = 'running'"
  const total = progress.total === null ? null : Math.round(progress.total)
  if ((await write(ctx, attempt, text, [Math.round(progress.done), total, toTextOrNull(progress.etaAt)])) !== 1) throw fenced()
}

async function writeCounters(ctx: Context, attempt: Attempt, counters: Record<string, Record<string, number>>): Promise<void> {
  const text = "update run set counters = $3 where id = $1 and fence = $2 and state = 'running'"
  if ((await write(ctx, attempt, text, [toStorableJson(counters)])) !== 1) throw fenced()
}

async function writeWaiting(ctx: Context, attempt: Attempt, words: string | null): Promise<void> {
  const text = "update run set waiting_for = $3 where id = $1 and fence = $2 and state = 'running'"
  if ((await write(ctx, attempt, text, [words])) !== 1) throw fenced()
}

/** A row as it is kept for replay; a huge one is not. */
function bounded(row: unknown): unknown {
  if (row === undefined) return null
  const text = toStorableJson(row)
  return text.length <= ROW_SIZE_MAX ? row : { tooLarge: text.length }
}
