import { createHash } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { Log } from '#lib/platform/log.ts'
import { sqlState } from './lake-error.ts'

/** `fence` grows with every claim of any run. */
export interface Holder {
  flow: string
  fence: number
  runId: string
  attempt: number
}

const TRIES_MAX = 20
const LOCK_NOT_AVAILABLE = '55P03'

export function applicationName(flow: string, fence: number): string {
  return `${applicationPrefix(flow)}${fence}`
}

function applicationPrefix(flow: string): string {
  if (/^[\w-]{1,36}$/.test(flow)) return `tidemark/${flow}/`
  const hash = createHash('sha256').update(flow).digest('hex').slice(0, 12)
  return `tidemark/${flow.replace(/[^\w-]/g, '').slice(0, 20)}~${hash}/`
}

/** Makes `holder` the only writer of its flow. The connections of an older worker, frozen or busy, are terminated, so that its open
 * transaction rolls back. Throws `fenced` when a newer attempt was here first. */
export async function raiseFence(pool: Pool, holder: Holder, effects: { clock: Clock; log: Log; signal: AbortSignal }): Promise<void> {
  for (let tries = 1; ; tries++) {
    await terminateOlder(pool, holder, effects.log)
    try {
      return await takeFence(pool, holder)
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE || tries >= TRIES_MAX || effects.signal.aborted) throw error
      effects.log.warn('an older attempt still holds the fence of this flow', { flow: holder.flow, tries })
      await effects.clock.sleep(250, effects.signal)
    }
  }
}

async function terminateOlder(pool: Pool, holder: Holder, log: Log): Promise<void> {
  const prefix = applicationPrefix(holder.flow)
  try {
    const { rowCount } = await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and left(application_name, length($1)) = $1
         and case when substr(application_name, length($1) + 1) ~ '^[0-9]{1,18}$'
             then substr(application_name, length($1) + 1)::bigint < $2 else false end`,
      [prefix, holder.fence],
    )
    if (rowCount) log.warn('ended connections of an older attempt', { flow: holder.flow, connections: rowCount })
  } catch (error) {
    log.warn('connections of older attempts could not be ended', { flow: holder.flow, error: String(error) })
  }
}

async function takeFence(pool: Pool, holder: Holder): Promise<void> {
  const client = await pool.connect()
  let broken = true
  try {
    await client.query("begin; set local lock_timeout = '1s'")
    const { rowCount } = await client.query(
      `insert into tidemark.flow_fence as f (flow, attempt, run) values ($1, $2, $3)
       on conflict (flow) do update set attempt = excluded.attempt, run = excluded.run where f.attempt <= excluded.attempt`,
      [holder.flow, holder.fence, holder.runId],
    )
    await client.query('commit')
    broken = false
    if (rowCount === 0) throw new RunStopped('fenced')
  } finally {
    client.release(broken)
  }
}

export interface Held {
  pid: number
  committed: { result: unknown } | null
}

/** Locks the fence row against a newer attempt until the transaction ends; throws `fenced` when one holds it already. */
export async function lockFence(client: PoolClient, holder: Holder, batch: { task: string; key: string } | null): Promise<Held> {
  const { rows } = await client.query<{ attempt: string; pid: number; done: boolean; result: unknown }>(
    `select f.attempt, pg_backend_pid() as pid, b.run is not null as done, b.result
     from tidemark.flow_fence f
     left join tidemark.load_batch b on b.run = $2 and b.task = $3 and b.batch_key = $4
     where f.flow = $1 for share of f`,
    [holder.flow, holder.runId, batch?.task ?? '', batch?.key ?? ''],
  )
  const row = rows[0]
  if (!row)
    throw new TidemarkError('internal', {
      publicMessage: `The lake has no fence for ${holder.flow}; it was changed by hand while a run was on.`,
    })
  if (Number(row.attempt) !== holder.fence) throw new RunStopped('fenced')
  return { pid: row.pid, committed: row.done ? { result: row.result } : null }
}
