import { followContracts } from '#lib/commands/contracts/follow-contracts.ts'
import { advanceOrders } from '#lib/commands/orders/advance-orders.ts'
import { followReceiver } from '#lib/commands/push/follow-receiver.ts'
import { takeMessages } from '#lib/commands/push/take-messages.ts'
import { planRuns } from '#lib/commands/runs/plan-runs.ts'
import { releaseLostRuns } from '#lib/commands/runs/release-lost-runs.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import { listDueChecks } from '#lib/db/catalogue/connection-checks.ts'
import { listDueConnections } from '#lib/db/catalogue/connections.ts'
import { listDueAddresses } from '#lib/db/catalogue/contract-addresses.ts'
import { isSyncDue, listDueDiscoveries } from '#lib/db/catalogue/discoveries.ts'
import { listDuePulses } from '#lib/db/catalogue/pulses.ts'
import { type LookWay, listDueLooks } from '#lib/db/inbox/file-looks.ts'
import { getNextMessageAt } from '#lib/db/messages/messages.ts'
import { askForLooks } from '#lib/db/push/push-artifacts.ts'
import { hasWaiting } from '#lib/db/push/push-inbox.ts'
import { listDueCancels } from '#lib/db/runs/jobs-of-runs.ts'
import { listDueJobSteps } from '#lib/db/runs/reload-jobs.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { WakeSignal } from '#lib/platform/wake-signal.ts'
import { readIdentities } from './identities.ts'
import type { JobServices } from './job-kind.ts'
import type { WakeUps } from './wake-ups.ts'

const CHECK_AGAIN_MS = 5 * SECOND_MS
const KIND_OF_WAY: Record<LookWay, string> = { queue: 'empty-queue', listing: 'look-for-files' }
const AFTER_ERROR_MS = SECOND_MS

/** Turns statuses when they are due, until the worker stops: by a timer on the earliest, checked every five seconds and when woken. Not
 * through the queue, so that nothing stands between a deadline and its status. */
export async function sweepStatuses(services: JobServices, wakeSignal: WakeSignal, onSwept: () => void): Promise<void> {
  const { ctx, signal } = services
  while (!signal.aborted) {
    let waitMs = AFTER_ERROR_MS
    try {
      const { swept, nextDueAt } = await sweepDue(ctx)
      if (swept > 0) ctx.log.debug('statuses swept', { swept })
      waitMs = untilNext(nextDueAt, ctx.clock.now())
      onSwept()
    } catch (error) {
      if (!signal.aborted) ctx.log.error('the sweep of statuses failed', { error: toInternalMessage(error) })
    }
    await wakeSignal.wait(waitMs, signal)
  }
}

/** Timers fire up to a millisecond early, and an instant that another worker is busy with must not be asked for in a tight loop. */
export function untilNext(nextDueAt: Instant | null, now: Instant): number {
  if (nextDueAt === null) return CHECK_AGAIN_MS
  return Math.min(Math.max(nextDueAt - now + 1, 50), CHECK_AGAIN_MS)
}

/** Makes the next runs, ends lost leases, looks whether somebody receives what is pushed and whether contracts are kept, moves orders on and starts what is ready; the queue carries
 * what this worker has no room for, pulses, probes, checks, discoveries, looks for files, contracts at addresses, what orders want of other systems, what is to be cancelled there, messages. */
export async function planSweep(services: JobServices, wakeUps: WakeUps): Promise<void> {
  const { ctx } = services
  await releaseLostRuns(ctx)
  await followReceiver(ctx)
  // What cannot be judged holds up no run: one that requires a contract waits for it by itself.
  await followContracts(ctx).catch((error) => ctx.log.error('contracts could not be judged', { error: toInternalMessage(error) }))
  await advanceOrders(ctx)
  const { ready } = await planRuns(ctx)
  for (const { runId } of ready) if (!(await take(services, runId))) await wakeUps.send('run-flow', { runId })
  const now = ctx.clock.now()
  for (const connection of await listDuePulses(ctx.pool, now)) await wakeUps.send('pulse-connection', { connection })
  await sendProbes(services, wakeUps)
  for (const connection of await listDueChecks(ctx.pool, now)) await wakeUps.send('check-connection', { connection })
  for (const connection of await listDueDiscoveries(ctx.pool, now)) await wakeUps.send('discover-connection', { connection })
  for (const connection of await listDueJobSteps(ctx.pool, now)) await wakeUps.send('ask-for-orders', { connection })
  for (const connection of await listDueCancels(ctx.pool, now)) await wakeUps.send('cancel-jobs', { connection })
  for (const { connection, way } of await listDueLooks(ctx.pool, now)) await wakeUps.send(KIND_OF_WAY[way], { connection })
  for (const url of await listDueAddresses(ctx.pool, now)) await wakeUps.send('read-contract', { url })
  if (await isSyncDue(ctx.pool, now)) await wakeUps.send('sync-catalogue')
  const nextMessageAt = await getNextMessageAt(ctx.pool)
  if (nextMessageAt === null || nextMessageAt > now) return
  await wakeUps.send('send-messages')
  await wakeUps.send('tell-receivers')
}

/** Sends the probes that are due, with what decides whose turn it is. */
export async function sendProbes({ ctx }: JobServices, wakeUps: WakeUps): Promise<void> {
  for (const { key, okAt, failures } of await listDueConnections(ctx.pool, ctx.clock.now())) {
    await wakeUps.send('probe-connection', { connection: key, isAlive: okAt !== null && failures === 0 })
  }
}

/** Not through the queue: somebody may be waiting. One run that cannot be claimed holds up no other work. */
function take(services: JobServices, runId: string): Promise<boolean> {
  return services.runs.take(services, runId).catch((error) => {
    services.ctx.log.error('a run could not be claimed; the next sweep tries again', { run: runId, error: toInternalMessage(error) })
    return true
  })
}

/** Carries over what other systems push, and has it looked at where it is a file, until the worker stops: when woken, and every five seconds. Not through the queue, so that it shows within moments. */
export async function sweepInbox(services: JobServices, wakeSignal: WakeSignal): Promise<void> {
  const { ctx, signal } = services
  while (!signal.aborted) {
    try {
      await askForLooks(ctx.pool, ctx.clock.now())
      while (!signal.aborted && (await hasWaiting(ctx.whole)) && (await takeMessages(ctx, await readIdentities(services))) > 0)
        await ctx.clock.sleep(0, signal)
    } catch (error) {
      if (!signal.aborted) ctx.log.error('what was pushed could not be carried over', { error: toInternalMessage(error) })
    }
    await wakeSignal.wait(CHECK_AGAIN_MS, signal)
  }
}
