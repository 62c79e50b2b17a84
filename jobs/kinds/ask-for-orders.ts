import { z } from 'zod'
import { collectRuns } from '#jobs/worker/collect-runs.ts'
import { openConnection } from '#jobs/worker/connections.ts'
import { defineJobKind, type JobServices } from '#jobs/worker/job-kind.ts'
import { advanceOrders } from '#lib/commands/orders/advance-orders.ts'
import { ASK_LIMIT_MS, type AskedStep, claimDueSteps, giveBack, keyOf, recordStarted, settleAsked } from '#lib/commands/orders/job-steps.ts'
import type { Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { isWaitedFor, type JobStep, noteTried } from '#lib/db/runs/reload-jobs.ts'
import { isOver } from '#lib/domain/runs/external-run.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'

/** Starts the jobs that open orders want of a connection, and asks it for the runs that they wait for. */
export default defineJobKind({
  input: z.object({ connection: z.string() }),
  key: ({ connection }) => connection,
  parallel: 4,
  async run(services, { connection }) {
    const { ctx } = services
    const steps = await claimDueSteps(ctx, connection)
    if (steps.length === 0) return
    const over = new AbortController()
    const limit = limitOf(services, over.signal)
    const asked = await ask(services, connection, steps, AbortSignal.any([services.signal, limit])).finally(() => over.abort())
    if (services.signal.aborted) await giveBack(ctx, steps)
    else await settleAsked(ctx, connection, asked)
    await advanceOrders(ctx)
  },
})

function limitOf({ ctx }: JobServices, over: AbortSignal): AbortSignal {
  const limit = new AbortController()
  const words = `It took longer than ${formatDuration(ASK_LIMIT_MS)} to answer.`
  const tookTooLong = new TidemarkError('timeout', { publicMessage: words, retryable: true })
  void ctx.clock.sleep(ASK_LIMIT_MS, over).then(() => over.aborted || limit.abort(tookTooLong))
  return limit.signal
}

/** How it went with each step: what goes wrong with one holds up no other, and whoever is not let in has failed with all. */
async function ask(services: JobServices, key: string, steps: readonly JobStep[], signal: AbortSignal): Promise<AskedStep[]> {
  const asked: AskedStep[] = []
  try {
    const { connector, connection } = await openConnection(services, key, signal)
    await withSession(connector, connection, async (session) => {
      const followed = steps.filter(({ hasRun }) => hasRun)
      for (const step of steps.filter(({ hasRun }) => !hasRun)) {
        // Cancelled while others were started: nothing begins for it.
        if (!(await isWaitedFor(services.ctx.pool, step))) continue
        const { hasEnded, ...started } = await start(services, key, session, { step, signal })
        if (hasEnded === true) followed.push({ ...step, hasRun: true })
        else asked.push(started)
      }
      if (followed.length > 0) asked.push(...(await follow(services, key, session, { steps: followed, signal })))
    })
  } catch (error) {
    const left = steps.filter((step) => !asked.some((one) => keyOf(one.step) === keyOf(step)))
    asked.push(...left.map((step) => failed(services, step, because(signal, error))))
  }
  return asked
}

async function start(
  services: JobServices,
  key: string,
  session: Session,
  { step, signal }: { step: JobStep; signal: AbortSignal },
): Promise<AskedStep & { hasEnded?: boolean }> {
  if (session.start === undefined) return { step, problem: `Jobs of ${key} cannot be started from here.`, isFinal: true }
  try {
    // One that began before what comes first had succeeded may have read what was wrong.
    const since = step.isFirst ? null : step.begunAt
    const noteTry = (mayHaveBegun: boolean) => noteTried(services.ctx.pool, step, mayHaveBegun ? services.ctx.clock.now() : null)
    const run = await session.start(step.job, { parameters: {}, key: keyOf(step), since, triedAt: step.triedAt, noteTry })
    await recordStarted(services.ctx, key, step, run)
    services.ctx.log.info('a job was started for an order', { connection: key, job: step.job, run: run.externalId, order: step.orderId })
    return { step, problem: null, hasEnded: isOver(run.state) }
  } catch (error) {
    return failed(services, step, because(signal, error))
  }
}

async function follow(
  services: JobServices,
  key: string,
  session: Session,
  { steps, signal }: { steps: readonly JobStep[]; signal: AbortSignal },
): Promise<AskedStep[]> {
  const { runs } = session
  if (runs === undefined) return steps.map((step) => ({ step, problem: `${key} tells of no runs any more.` }))
  try {
    await collectRuns(services, key, (since) => runs.call(session, since), { signal, onHeard: () => {} })
    return steps.map((step) => ({ step, problem: null }))
  } catch (error) {
    return steps.map((step) => failed(services, step, because(signal, error)))
  }
}

/** What broke it off says more than what that made of it. */
function because(signal: AbortSignal, error: unknown): unknown {
  return signal.aborted ? signal.reason : error
}

/** A run that goes on is asked for again, whatever the answer: only what could not be started may have failed for good. */
function failed({ ctx, signal }: JobServices, step: JobStep, error: unknown): AskedStep {
  if (!signal.aborted)
    ctx.log.warn('a connection could not be asked for an order', { order: step.orderId, job: step.job, error: toInternalMessage(error) })
  const isFinal = isTidemarkError(error) && !error.retryable && !step.hasRun
  return { step, problem: toPublicMessage(error), isFinal, retryAfterMs: isTidemarkError(error) ? error.retryAfterMs : undefined }
}
