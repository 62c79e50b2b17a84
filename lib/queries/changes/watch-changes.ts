import type { Context } from '#lib/db/context.ts'
import { listen } from '#lib/db/listen.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { createWakeSignal } from '#lib/platform/wake-signal.ts'
import { type ChangeSequence, getChangeSequence } from './change-sequence.ts'

const POLL_MS = 15 * SECOND_MS

/** What moved between two readings of the marks. */
export interface Movement {
  statuses: boolean
  facts: boolean
  runs: boolean
  before: ChangeSequence
  after: ChangeSequence
}

/**
 * Tells `onMovement` whenever what the page shows has changed, one call at a time. NOTIFY only wakes: the marks are read
 * again after it, after a lost connection and every 15 seconds. Ends when the signal aborts.
 */
export async function watchChanges(ctx: Context, signal: AbortSignal, onMovement: (movement: Movement) => Promise<void>): Promise<void> {
  const wakeSignal = createWakeSignal(ctx.clock)
  const listening = listen(ctx, signal, { onChange: wakeSignal.wake })
  let before: ChangeSequence | null = null
  while (!signal.aborted) {
    before = await compare(ctx, before, onMovement)
    await wakeSignal.wait(POLL_MS, signal)
  }
  await listening
}

async function compare(
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
    // Meanwhile the page shows what was last known, so with the first answer everything counts as changed.
    return before === null ? null : { ...before, facts: '' }
  }
}
