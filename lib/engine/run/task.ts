import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { TaskOptions } from '#lib/engine/flow.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import type { RunLedger } from './ledger.ts'
import { oneTry, waitWithoutSlot } from './one-try.ts'
import { backoffOf, isRetryable, waitBeforeRetryMs } from './retry.ts'
import { currentScope } from './scope.ts'
import { asStored, isStorable } from './stored-result.ts'

interface TaskEnvironment {
  clock: Clock
  random: () => number
  ledger: RunLedger
  signal: AbortSignal
  stored: ReadonlyMap<string, unknown>
  warn: (message: string) => void
}

/** Makes the `task` of one run: each name once, each start and end in the ledger. */
export function createTaskRunner(env: TaskEnvironment) {
  const started = new Set<string>()
  return async function task<T>(name: string, options: TaskOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (env.stored.has(name)) return asStored<T>(env.stored.get(name))
    if (started.has(name)) throw new TidemarkError('internal', { publicMessage: `The flow has two tasks called "${name}".` })
    started.add(name)
    await env.ledger.startTask({ name, at: env.clock.now() })
    return runTries(env, name, options, work)
  }
}

async function runTries<T>(
  env: TaskEnvironment,
  name: string,
  options: TaskOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = currentScope()?.signal ?? env.signal
  for (let tries = 1; ; tries++) {
    try {
      const result = await oneTry(env.clock, signal, options.timeoutMs, work)
      const stored = isStorable(result) ? { result } : {}
      await env.ledger.endTask({ name, at: env.clock.now(), state: 'completed', tries, ...stored })
      return result
    } catch (error) {
      const again = tries <= (options.retries ?? 0) && isRetryable(error) && !signal.aborted
      if (again) await waitToRetry(env, signal, name, options, tries, error)
      if (!again || signal.aborted) throw await ended(env, signal, name, tries, error)
    }
  }
}

/** Writes down how the task ended; answers what to throw: the stop itself where that is why. */
async function ended(env: TaskEnvironment, signal: AbortSignal, name: string, tries: number, error: unknown): Promise<unknown> {
  const cause: unknown = signal.aborted ? signal.reason : error
  const state = signal.aborted ? 'cancelled' : 'failed'
  await env.ledger.endTask({ name, at: env.clock.now(), state, tries, problem: toPublicMessage(cause) }).catch(() => {})
  return cause
}

async function waitToRetry(
  env: TaskEnvironment,
  signal: AbortSignal,
  name: string,
  options: TaskOptions,
  tries: number,
  error: unknown,
): Promise<void> {
  const waitMs = waitBeforeRetryMs(tries, backoffOf(options), error, env.random())
  env.warn(`Task ${name} failed on try ${tries} and waits ${formatDuration(waitMs)}: ${toPublicMessage(error)}`)
  const at = env.clock.now()
  await env.ledger.taskWaits({ name, at, tries, until: at + waitMs, problem: toPublicMessage(error) }).catch(() => {})
  await env.ledger.waiting(`Task ${name} waits to be tried again.`).catch(() => {})
  await waitWithoutSlot(env.clock, waitMs, signal)
  await env.ledger.waiting(null).catch(() => {})
}
