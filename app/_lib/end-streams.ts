import { sessionsNow } from '#lib/access/sessions.ts'
import { sightsOfTokens } from '#lib/access/token-use.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import type { WebProcess } from './web-process.ts'

const LOOK_MS = 5 * SECOND_MS

/**
 * Ends the event streams and gates of sessions and tokens that have ended, of strangers once the page is private, and of readers who see something else by now,
 * until the process stops.
 */
export async function endStreams(web: Pick<WebProcess, 'context' | 'listeners' | 'stopping'>): Promise<void> {
  const { context, stopping } = web
  while (!stopping.signal.aborted) {
    await context.clock.sleep(LOOK_MS, stopping.signal)
    try {
      await look(web)
    } catch (error) {
      context.log.warn('could not look whether the readers of events are still signed in', { error: toInternalMessage(error) })
    }
  }
}

async function look({ context, listeners }: Pick<WebProcess, 'context' | 'listeners'>): Promise<void> {
  const readers = [...listeners]
  if (readers.length === 0) return
  const sessionIds = readers.flatMap(({ sessionId }) => sessionId ?? [])
  const tokenIds = readers.flatMap(({ tokenId }) => tokenId ?? [])
  const sessions = await sessionsNow(context, sessionIds)
  const tokens = await sightsOfTokens(context, tokenIds)
  const page = await getPageAccess(context)
  for (const { sessionId, tokenId, audience, end } of readers) {
    if (sessionId !== null && sessions.get(sessionId)?.audience !== audience) end()
    if (tokenId !== null && tokens.get(tokenId) !== audience) end()
    if (sessionId === null && tokenId === null && (page.isPrivate || page.publicAudience !== audience)) end()
  }
}
