import { followIncidents } from '#lib/commands/incidents/follow-incidents.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { WakeSignal } from '#lib/platform/wake-signal.ts'
import type { JobServices } from './job-kind.ts'

const CHECK_AGAIN_MS = 5 * SECOND_MS
/** While very much turns at once it is followed this often, and for a third of the time at most. */
const PAUSE_MS = SECOND_MS / 2
const PAUSE_FACTOR = 2

/** Follows incidents until the worker stops: when woken, and every five seconds. Not through the queue, so that they are told of within moments. */
export async function sweepIncidents({ ctx, signal }: JobServices, wakeSignal: WakeSignal): Promise<void> {
  while (!signal.aborted) {
    const begunAt = ctx.clock.now()
    try {
      const followed = await followIncidents(ctx)
      if (followed !== null) ctx.log.debug('incidents followed', { ...followed })
    } catch (error) {
      if (!signal.aborted) ctx.log.error('incidents could not be followed', { error: toInternalMessage(error) })
    }
    await ctx.clock.sleep(Math.max(PAUSE_MS, PAUSE_FACTOR * (ctx.clock.now() - begunAt)), signal)
    await wakeSignal.wait(CHECK_AGAIN_MS, signal)
  }
}
