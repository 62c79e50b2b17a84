import { takeFlowPushes } from '#lib/commands/push/take-flow-pushes.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { WakeSignal } from '#lib/platform/wake-signal.ts'
import type { JobServices } from './job-kind.ts'
import { NotificationVerifier } from './verify-notification.ts'

const CHECK_AGAIN_MS = 5 * SECOND_MS

/** Carries over what is pushed to flows until the worker stops: when woken, and every five seconds. Apart from what tells of loads, which no silence of SNS is to hold up. */
export async function sweepFlowPushes({ ctx, signal }: JobServices, wakeSignal: WakeSignal): Promise<void> {
  const notifications = new NotificationVerifier(ctx.clock)
  while (!signal.aborted) {
    try {
      await takeFlowPushes(ctx, notifications, signal)
    } catch (error) {
      if (!signal.aborted) ctx.log.error('what was pushed to flows could not be carried over', { error: toInternalMessage(error) })
    }
    await wakeSignal.wait(CHECK_AGAIN_MS, signal)
  }
}
