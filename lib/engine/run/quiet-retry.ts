import type { RetryOptions } from '#lib/engine/flow.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { oneTry, waitWithoutSlot } from './one-try.ts'
import { backoffOf, isRetryable, waitBeforeRetryMs } from './retry.ts'
import { currentScope } from './scope.ts'

interface RetryEnvironment {
  clock: Clock
  random: () => number
  signal: AbortSignal
}

/** Makes the `retry` of one run: a task's tries without its ledger row. Throws what the last try threw, or the reason of a stop. */
export function createRetry(env: RetryEnvironment) {
  return async function retry<T>(options: RetryOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = currentScope()?.signal ?? env.signal
    for (let tries = 1; ; tries++) {
      try {
        return await oneTry(env.clock, signal, options.timeoutMs, work)
      } catch (error) {
        await waitOrThrow(env, signal, options, tries, error)
      }
    }
  }
}

async function waitOrThrow(
  env: RetryEnvironment,
  signal: AbortSignal,
  options: RetryOptions,
  tries: number,
  error: unknown,
): Promise<void> {
  if (signal.aborted) throw signal.reason
  if (tries > (options.retries ?? 0) || !isRetryable(error)) throw error
  const waitMs = waitBeforeRetryMs(tries, backoffOf(options), error, env.random())
  options.onWait?.(waitMs, error)
  await waitWithoutSlot(env.clock, waitMs, signal)
  if (signal.aborted) throw signal.reason
}
