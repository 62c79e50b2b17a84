import { noteReceiving, RECEIVER_BEAT_MS } from '#lib/commands/push/follow-receiver.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { WebProcess } from './web-process.ts'

/** Says every few seconds that what is pushed is received here, until the process stops: its silence is known to the workers as a time in which nothing could be told. */
export async function keepReceiving({ context, stopping }: Pick<WebProcess, 'context' | 'stopping'>): Promise<void> {
  while (!stopping.signal.aborted) {
    try {
      await noteReceiving(context)
    } catch (error) {
      context.log.warn('could not note that what is pushed is received', { error: toInternalMessage(error) })
    }
    await context.clock.sleep(RECEIVER_BEAT_MS, stopping.signal)
  }
}
