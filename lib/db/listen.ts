import type { PoolClient } from 'pg'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { whenAborted } from '#lib/platform/when-aborted.ts'
import type { Context, Sql } from './context.ts'

/** What a page shows has changed. Triggers of the tables notify it, too. */
const CHANGE = 'tidemark_change'
/** Somebody wants something of the workers. */
const REQUEST = 'tidemark_worker'

const RECONNECT_MS_MAX = 15 * SECOND_MS

/** Wakes whoever listens for changes, once the transaction is committed. */
export async function notifyChange(sql: Sql): Promise<void> {
  await sql.query("select pg_notify($1, '')", [CHANGE])
}

/** Wakes the workers, once the transaction is committed: a request, a cancellation, a run handed back. */
export async function notifyWorkers(sql: Sql): Promise<void> {
  await sql.query("select pg_notify($1, '')", [REQUEST])
}

export interface Listeners {
  onChange(): void
  onRequest?(): void
}

/**
 * Listens until the signal aborts, connecting again when the connection is lost. A notification only says that it is time to read the
 * rows: whoever listens is also called once listening has begun and once it is interrupted, and reads them regularly anyway.
 */
export async function listen(ctx: Context, signal: AbortSignal, listeners: Listeners): Promise<void> {
  let waitMs = SECOND_MS
  while (!signal.aborted) {
    try {
      await listenOnce(ctx, signal, listeners, () => {
        waitMs = SECOND_MS
      })
    } catch (error) {
      if (!signal.aborted) ctx.log.warn('lost the connection that listens for changes', { error: toInternalMessage(error) })
    }
    callAll(listeners)
    await ctx.clock.sleep(waitMs, signal)
    waitMs = Math.min(waitMs * 2, RECONNECT_MS_MAX)
  }
}

function callAll(listeners: Listeners): void {
  listeners.onChange()
  listeners.onRequest?.()
}

async function listenOnce(ctx: Context, signal: AbortSignal, listeners: Listeners, onBegun: () => void): Promise<void> {
  const client = await ctx.pool.connect()
  try {
    client.on('notification', ({ channel }) => (channel === CHANGE ? listeners.onChange() : listeners.onRequest?.()))
    await client.query(listeners.onRequest ? `listen ${REQUEST}; listen ${CHANGE}` : `listen ${CHANGE}`)
    onBegun()
    callAll(listeners)
    await Promise.race([whenAborted(signal), whenLost(client)])
  } finally {
    client.release(true)
  }
}

function whenLost(client: PoolClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('error', reject)
    client.once('end', resolve)
  })
}
