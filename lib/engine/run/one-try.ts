import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { orAborted } from '#lib/platform/when-aborted.ts'
import { currentScope, inScope } from './scope.ts'

/** Runs `work` once, at most for `timeoutMs`; rejects with the signal's reason as soon as that aborts. */
export async function oneTry<T>(
  clock: Clock,
  outer: AbortSignal,
  timeoutMs: number | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  const over = new AbortController()
  if (timeoutMs !== undefined)
    void clock.sleep(timeoutMs, over.signal).then(() => over.signal.aborted || limit.abort(tookTooLong(timeoutMs)))
  const signal = AbortSignal.any([outer, limit.signal])
  try {
    return await orAborted(
      inScope({ signal, slot: currentScope()?.slot ?? null }, () => work(signal)),
      signal,
    )
  } finally {
    over.abort()
  }
}

/** Waits before the next try; the slot of a `map` is given to others meanwhile. */
export async function waitWithoutSlot(clock: Clock, waitMs: number, signal: AbortSignal): Promise<void> {
  const wait = () => clock.sleep(waitMs, signal)
  const slot = currentScope()?.slot
  await (slot ? slot.whileWaiting(wait) : wait())
}

function tookTooLong(timeoutMs: number): TidemarkError {
  return new TidemarkError('timeout', { publicMessage: `It took longer than ${formatDuration(timeoutMs)}.`, retryable: true })
}
