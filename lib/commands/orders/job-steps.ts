import { recordExternalRuns } from '#lib/commands/runs/record-external-runs.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { claimJobSteps, type JobStep, noteAsked, noteJobRun } from '#lib/db/runs/reload-jobs.ts'
import { lockOrders, updateSteps } from '#lib/db/runs/reload-orders.ts'
import { ASK_EVERY_MS, nextTryAt, whyGivenUp } from '#lib/domain/orders/job-step.ts'
import { type ExternalRun, isOver, jobKey } from '#lib/domain/runs/external-run.ts'
import { jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { advanceOrder } from './advance-orders.ts'

/** A system may take so long to start jobs and to tell of their runs. */
export const ASK_LIMIT_MS = 2 * MINUTE_MS

/**
 * Takes what a connection has to be asked about for open orders: jobs to be started, runs to be followed. Nobody else asks it before the time limit is over, so
 * that a worker that dies in the middle delays an order by that much; the key of a step keeps the next one from starting it twice.
 */
export function claimDueSteps(ctx: Context, connection: string): Promise<JobStep[]> {
  return withTransaction(ctx, async (sql) => {
    await lockOrders(sql)
    const now = ctx.clock.now()
    return claimJobSteps(sql, connection, now, now + ASK_LIMIT_MS + MINUTE_MS)
  })
}

/** What a step is called where its job is started: the same however often that is tried. */
export function keyOf({ orderId, position }: Pick<JobStep, 'orderId' | 'position'>): string {
  return `${orderId}/${position}`
}

/**
 * Records the run that does a step, as its system told it just now: it is one of the connection's runs, and the step's. How it has ended, and what it wrote,
 * is told where runs are listed: until then it goes on.
 */
export async function recordStarted(ctx: Context, connection: string, step: JobStep, run: ExternalRun): Promise<void> {
  await recordExternalRuns(ctx, connection, [isOver(run.state) ? { ...run, state: 'running', endedAt: null, error: null } : run])
  await withTransaction(ctx, async (sql) => {
    await lockOrders(sql)
    await noteJobRun(sql, step, { connection, externalId: run.externalId })
  })
}

/** How asking about a step ended. */
export interface AskedStep {
  step: JobStep
  /** Why it went wrong, in public words; null: it went well. */
  problem: string | null
  /** Nothing but a change there or in the catalogue would help. */
  isFinal?: boolean
  retryAfterMs?: number | undefined
}

/**
 * Notes how asking went, gives up what has failed for good or for too long, and moves the orders on. Each step in a transaction of its own: one that cannot be
 * settled is given back, to be asked about again, and holds up no other.
 */
export async function settleAsked(ctx: Context, connection: string, asked: readonly AskedStep[]): Promise<void> {
  for (const one of asked) {
    try {
      await settleStep(ctx, connection, one)
    } catch (error) {
      const { orderId: order, job } = one.step
      ctx.log.error('a step of an order could not be settled; it is asked about again', { order, job, error: toInternalMessage(error) })
      // Where that cannot be written either, others have their turn all the same, and the claim runs out.
      await giveBack(ctx, [one.step], ASK_EVERY_MS).catch(() => {})
    }
  }
}

function settleStep(
  ctx: Context,
  connection: string,
  { step: asked, problem: told, isFinal = false, retryAfterMs }: AskedStep,
): Promise<void> {
  return withTransaction(ctx, async (sql) => {
    await lockOrders(sql)
    const now = ctx.clock.now()
    for (const step of await noteAsked(sql, [{ ...asked, problem: told, nextAt: nextTryAt(now, retryAfterMs) }], now)) {
      await advanceOrder(sql, step.orderId, now)
      const problem = isFinal
        ? step.problem
        : whyGivenUp({ ...step, name: jobOfSystemInWords(jobKey(connection, step.job), step.jobName) }, now)
      if (problem === null) continue
      await updateSteps(sql, step.orderId, [{ position: step.position, state: 'failed', problem }], { from: 'running' })
      await advanceOrder(sql, step.orderId, now)
    }
  })
}

/** Gives steps back, undone: whoever asks next, at once or after a while, does it, and looks first for what may have begun. */
export function giveBack(ctx: Context, steps: readonly JobStep[], afterMs = 0): Promise<void> {
  return withTransaction(ctx, async (sql) => {
    await lockOrders(sql)
    const now = ctx.clock.now()
    await noteAsked(
      sql,
      steps.map((step) => ({ ...step, nextAt: now + afterMs })),
      now,
    )
  })
}
