import { takeRun } from '#lib/commands/runs/take-run.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { lookSoon } from '#lib/db/inbox/file-looks.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { beginJobStep } from '#lib/db/runs/reload-jobs.ts'
import {
  beginStep,
  endOrder,
  isFeedInForce,
  listFeedsOfFlow,
  listOpenOrderIds,
  listSteps,
  lockOrder,
  lockOrders,
  noteInLog,
  type ReloadOrderRow,
  type StepRow,
  updateSteps,
} from '#lib/db/runs/reload-orders.ts'
import { orderProgress, type StepFacts } from '#lib/domain/orders/order-progress.ts'
import { reloadedBy } from '#lib/domain/orders/order-words.ts'
import { jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'

/**
 * Moves open orders on by how their runs stand: those a run stands in, or all (null). Each in a transaction of its own; doing it twice, or at the same time, changes
 * nothing, so that the next sweep mends what a worker died on. One that cannot be moved holds up no other.
 */
export async function advanceOrders(ctx: Context, runId: string | null = null): Promise<void> {
  for (const id of await listOpenOrderIds(ctx.whole, runId)) {
    try {
      await withTransaction(ctx, async (sql) => {
        await lockOrders(sql)
        await advanceOrder(sql, id, ctx.clock.now())
      })
    } catch (error) {
      ctx.log.error('an order could not be moved on; the next sweep tries again', { order: id, error: toInternalMessage(error) })
    }
  }
}

/** Moves one order on, under the lock of all orders. */
export async function advanceOrder(sql: Sql, id: string, now: Instant): Promise<void> {
  const order = await lockOrder(sql, id)
  if (order?.state !== 'open') return
  const feedExists = await isFeedInForce(sql, order.feedId)
  for (;;) {
    const rows = await listSteps(sql, id)
    const { steps, begin, end } = orderProgress(rows.map(toFacts), feedExists)
    await updateSteps(sql, id, steps)
    if (end !== null) return endOrder(sql, id, end, now)
    const next = rows.find(({ position }) => position === begin)
    if (next === undefined) return
    const problem = await tryToBegin(sql, order, next, now)
    if (problem === null) return
    await updateSteps(sql, id, [{ position: next.position, state: 'failed', problem }])
  }
}

function toFacts({ position, state, flow, job, jobName, canBegin, run }: StepRow): StepFacts {
  return { position, state, name: flow ?? jobOfSystemInWords(job ?? '', jobName), isElsewhere: flow === null, canBegin, run }
}

/** Begins a step with the run that does it, or lets a worker start its job; answers in words why it cannot be. */
async function tryToBegin(sql: Sql, order: ReloadOrderRow, step: StepRow, now: Instant): Promise<string | null> {
  if (step.flow === null) {
    await beginJobStep(sql, order.id, step.position, now)
    await notifyWorkers(sql)
    return null
  }
  const isOwn = (await listFeedsOfFlow(sql, step.flow)).some(({ id }) => id === order.feedId)
  try {
    // Who sees a run of the feed's own flow sees the feed; of one upstream that need not be, so it names nobody.
    const requestedBy = isOwn ? order.orderedBy : 'a reload'
    await lookSoon(sql, step.flow, now)
    const runId = await takeRun(sql, now, { flow: step.flow, parameters: isOwn ? order.parameters : {}, requestedBy })
    await beginStep(sql, order.id, step.position, runId)
    await noteInLog(sql, runId, now, isOwn ? reloadedBy(order) : 'Runs for the reload of something made from it.')
    return null
  } catch (error) {
    // Thrown before anything was written.
    if (isTidemarkError(error)) return error.publicMessage
    throw error
  }
}
