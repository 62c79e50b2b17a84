import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Connection } from './connector.ts'

const TRIES_MAX = 4
const WAIT_MS = 250
/** All that one request may take, in timeouts of its connection. */
const TIMEOUTS = 4

/** A request by a client that is not ours. */
export interface Asking<T> {
  system: string
  /** What the client throws, in our words. */
  toError(thrown: unknown): TidemarkError
  /** The client has learnt from what it threw, and will do better at once. */
  hasLearnt?(thrown: unknown): boolean
  /** The answer is read later: it gives its turn back itself. */
  holds?(answer: T, end: () => void): void
  send(signal: AbortSignal): Promise<T>
}

/** Asks when its turn has come, and again where the system asks for patience. Whether trouble on the wire is worth another try is for who asks. */
export async function askPatiently<T>(connection: Connection<{ timeout: number }>, asking: Asking<T>): Promise<T> {
  const { clock, signal, turns } = connection
  for (let tries = 1; ; tries++) {
    const end = (await turns?.take(signal)) ?? (() => {})
    try {
      const answer = await within(connection, asking)
      if (asking.holds === undefined) end()
      else asking.holds(answer, end)
      return answer
    } catch (thrown) {
      end()
      const error = signal.aborted ? cancelled(asking.system, thrown) : asking.toError(thrown)
      const waitMs = waitAfter(asking, thrown, error, tries)
      if (waitMs === null) throw error
      await clock.sleep(waitMs, signal)
    }
  }
}

/** How long to wait until the request is sent again; null: it is not. */
function waitAfter<T>({ hasLearnt }: Asking<T>, thrown: unknown, error: TidemarkError, tries: number): number | null {
  if (tries === TRIES_MAX) return null
  if (tries === 1 && hasLearnt?.(thrown) === true) return 0
  // Only what answered wants to be asked again.
  if (!error.retryable || error.status === undefined) return null
  return error.retryAfterMs ?? WAIT_MS * 2 ** tries * (0.5 + Math.random())
}

function cancelled(system: string, cause: unknown): TidemarkError {
  return new TidemarkError('cancelled', { publicMessage: `The request to ${system} was cancelled.`, cause })
}

async function within<T>({ settings, signal }: Connection<{ timeout: number }>, { system, send }: Asking<T>): Promise<T> {
  const total = new AbortController()
  const totalMs = settings.timeout * TIMEOUTS
  const timer = setTimeout(() => total.abort(), totalMs).unref()
  try {
    return await send(AbortSignal.any([signal, total.signal]))
  } catch (error) {
    if (!total.signal.aborted) throw error
    const publicMessage = `${system} was not done after ${Math.round(totalMs / SECOND_MS)} s.`
    throw new TidemarkError('timeout', { publicMessage, cause: error, retryable: true })
  } finally {
    clearTimeout(timer)
  }
}
