import { sessionsNow } from '#lib/access/sessions.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { WebProcess } from './web-process.ts'

const LOOK_MS = 5 * SECOND_MS

/** Ends the event streams of sessions that have ended, and of readers who see something else by now, until the process stops. */
export async function endStreams(web: Pick<WebProcess, 'context' | 'listeners' | 'stopping'>): Promise<void> {
  const { context, listeners, stopping } = web
  while (!stopping.signal.aborted) {
    await context.clock.sleep(LOOK_MS, stopping.signal)
    const ids = [...listeners].flatMap(({ sessionId }) => sessionId ?? [])
    if (ids.length === 0) continue
    try {
      const goOn = await sessionsNow(context, ids)
      for (const listener of [...listeners]) {
        if (listener.sessionId === null) continue
        const actor = goOn.get(listener.sessionId)
        if (actor === undefined || actor.audience !== listener.audience) listener.end()
      }
    } catch (error) {
      context.log.warn('could not look whether the readers of events are still signed in', { error: toInternalMessage(error) })
    }
  }
}
