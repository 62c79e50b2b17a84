import type { Health } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import { type OpeningTools, openWritten, type WrittenConnection } from './connections.ts'

const CHECK_TIMEOUT_MS = MINUTE_MS

/** Gets into a system as a run would. Rejects only when the signal aborts: any failure is the answer, in words without secrets. */
export async function checkConnection(tools: OpeningTools, key: string, written: WrittenConnection, signal: AbortSignal): Promise<Health> {
  try {
    return await withinLimit(tools, signal, (limited) => {
      const { connector, connection } = openWritten(tools, key, written, limited)
      return withSession(connector, connection, (session) => session.check())
    })
  } catch (error) {
    signal.throwIfAborted()
    tools.log.warn('a connection could not be checked', { connection: key, error: toInternalMessage(error) })
    return { ok: false, detail: toPublicMessage(error), credentialExpiresAt: null }
  }
}

/** Does its work within a minute; also limits a connector that ignores its signal. */
export async function withinLimit<T>({ clock }: OpeningTools, signal: AbortSignal, work: (limited: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController()
  const over = new AbortController()
  const tooLong = clock.sleep(CHECK_TIMEOUT_MS, AbortSignal.any([signal, over.signal])).then(() => {
    limit.abort()
    throw new TidemarkError('timeout', {
      publicMessage: `It did not answer within ${CHECK_TIMEOUT_MS / 1000} s. Is the address right, and is it up?`,
    })
  })
  tooLong.catch(() => {})
  try {
    return await Promise.race([work(AbortSignal.any([signal, limit.signal])), tooLong])
  } finally {
    over.abort()
  }
}
