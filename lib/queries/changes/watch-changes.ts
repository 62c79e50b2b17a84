import type { PoolClient } from 'pg'
import type { Context } from '#lib/db/context.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { type ChangeSequence, getChangeSequence } from './change-sequence.ts'

const POLL_MS = 15 * SECOND_MS
const RECONNECT_MS_MAX = 15 * SECOND_MS

/** What moved between two looks. */
export interface Movement {
  statuses: boolean
  facts: boolean
  runs: boolean
  before: ChangeSequence
  after: ChangeSequence
}

/**
 * Tells `onMovement` whenever what the page shows has changed, one call at a time. NOTIFY is only a hint: the marks are read
 * again after it, after a lost connection and every 15 seconds. Ends when the signal aborts.
 */
export async function watchChanges(ctx: Context, signal: AbortSignal, onMovement: (movement: Movement) => Promise<void>): Promise<void> {
  const wakeSignal = createWakeSignal()
  signal.addEventListener('abort', wakeSignal.wake)
  const listening = listen(ctx, signal, wakeSignal.wake)
  let before: ChangeSequence | null = null
  while (!signal.aborted) {
    before = await look(ctx, before, onMovement)
    await wakeSignal.wait(ctx, POLL_MS, signal)
  }
  await listening
}

async function look(
  ctx: Context,
  before: ChangeSequence | null,
  onMovement: (movement: Movement) => Promise<void>,
): Promise<ChangeSequence | null> {
  try {
    const after = await getChangeSequence(ctx)
    if (before === null) return after
    const statuses = after.lastChangeId !== before.lastChangeId
    const movement = { statuses, facts: after.facts !== before.facts, runs: after.runs !== before.runs, before, after }
    if (movement.statuses || movement.facts || movement.runs) await onMovement(movement)
    return after
  } catch (error) {
    ctx.log.warn('could not read what has changed; trying again', { error: toInternalMessage(error) })
    // What the page shows meanwhile is as last known: it is made anew when there is an answer, whatever has changed.
    return before === null ? null : { ...before, facts: '' }
  }
}

async function listen(ctx: Context, signal: AbortSignal, wake: () => void): Promise<void> {
  let waitMs = SECOND_MS
  while (!signal.aborted) {
    try {
      await listenOnce(ctx, signal, wake)
      waitMs = SECOND_MS
    } catch (error) {
      ctx.log.warn('lost the connection that listens for changes', { error: toInternalMessage(error) })
    }
    wake()
    await ctx.clock.sleep(waitMs, signal)
    waitMs = Math.min(waitMs * 2, RECONNECT_MS_MAX)
  }
}

async function listenOnce(ctx: Context, signal: AbortSignal, wake: () => void): Promise<void> {
  const client: PoolClient = await ctx.pool.connect()
  try {
    client.on('notification', wake)
    await client.query('listen tidemark_change')
    wake()
    await new Promise<void>((resolve, reject) => {
      client.once('error', reject)
      client.once('end', resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    client.release(true)
  }
}

/** Wakes a waiting loop at once, or the next wait if nobody waits right now. */
function createWakeSignal() {
  let rung = false
  let wake: (() => void) | null = null
  return {
    wake: () => {
      rung = true
      wake?.()
    },
    async wait(ctx: Context, ms: number, signal: AbortSignal): Promise<void> {
      if (!rung) {
        const early = new AbortController()
        wake = () => early.abort()
        await ctx.clock.sleep(ms, AbortSignal.any([signal, early.signal]))
        wake = null
      }
      rung = false
    },
  }
}
