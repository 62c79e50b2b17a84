import { Client } from 'pg'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Log } from '#lib/platform/log.ts'

export interface WakeHandlers {
  /** A status has changed, or somebody wants the sweep to look. */
  onChange(): void
  /** Somebody asked for a run or a look, cancelled a run, or handed one back. */
  onRequest(): void
}

const RECONNECT_MS = 2 * SECOND_MS

/** Listens for what other processes announce, until the signal aborts. Only hints: everything is looked at regularly anyway. */
export async function listenForWakeSignals(
  options: { url: string; clock: Clock; log: Log; signal: AbortSignal },
  handlers: WakeHandlers,
): Promise<void> {
  const { clock, log, signal } = options
  while (!signal.aborted) {
    try {
      await listen(options.url, signal, handlers)
    } catch (error) {
      if (!signal.aborted) log.warn('lost the connection that hears of changes', { error: toInternalMessage(error) })
    }
    await clock.sleep(RECONNECT_MS, signal)
  }
}

async function listen(url: string, signal: AbortSignal, handlers: WakeHandlers): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'tidemark worker hints', keepAlive: true })
  const ended = new Promise<void>((resolve, reject) => {
    client.once('end', resolve)
    client.on('error', reject)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  ended.catch(() => {})
  client.on('notification', ({ channel }) => (channel === 'tidemark_change' ? handlers.onChange() : handlers.onRequest()))
  try {
    await client.connect()
    await client.query('listen tidemark_change; listen tidemark_worker')
    handlers.onChange()
    handlers.onRequest()
    await ended
  } finally {
    await client.end().catch(() => {})
  }
}
