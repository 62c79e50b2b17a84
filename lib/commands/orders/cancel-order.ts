import { act, asOrdered } from '#lib/access/act.ts'
import { cancelLockedRun } from '#lib/commands/runs/cancel-run.ts'
import { settleOutcome } from '#lib/commands/runs/settle-outcome.ts'
import type { Context, Sql } from '#lib/db/context.ts'
import { endOrder, listOpenOrderIds, listSteps, lockOrder, lockOrders, type StepRow, updateSteps } from '#lib/db/runs/reload-orders.ts'
import { lockRun } from '#lib/db/runs/runs.ts'
import type { StepNow } from '#lib/domain/orders/order-progress.ts'
import { isOver } from '#lib/domain/runs/external-run.ts'
import { isEnded } from '#lib/domain/runs/run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

export interface CancelledOrder {
  /** Its runs that were stopped, or asked to stop. */
  stopped: string[]
  /** Runs that go on: another order stands on them, or they run by their schedule. */
  goOn: string[]
  /** Runs of other systems that are waited for no longer, and go on there. */
  goOnElsewhere: string[]
}

/** Cancels an order at once: no further step begins, and what was asked for by hand and no other order stands on is stopped. An ended order is a conflict. */
export async function cancelOrder(ctx: Context, { orderId }: { orderId: string }): Promise<CancelledOrder> {
  const toSettle: string[] = []
  const result = await act(ctx, { action: 'order.cancel', target: { kind: 'order', key: orderId } }, async (sql) => {
    await lockOrders(sql)
    const order = await lockOrder(sql, orderId)
    if (order === undefined) throw new TidemarkError('not-found', { publicMessage: 'There is no such order.' })
    if (order.state !== 'open') throw new TidemarkError('conflict', { publicMessage: 'The order has ended already.' })
    const steps = await listSteps(sql, order.id)
    await updateSteps(sql, order.id, steps.flatMap(cancelled))
    await endOrder(sql, order.id, 'cancelled', ctx.clock.now())
    const runs = await stopRuns(ctx, sql, steps)
    toSettle.push(...runs.filter(({ end }) => end === 'cancelled').map(({ runId }) => runId))
    const idsOf = (goesOn: boolean) => runs.filter(({ end }) => (end === 'goes-on') === goesOn).map(({ runId }) => runId)
    const goOnElsewhere = steps.flatMap(({ state, run, externalRunId }) =>
      state === 'running' && run !== null && externalRunId !== null && !isOver(run.state) ? [externalRunId] : [],
    )
    const result: CancelledOrder = { stopped: idsOf(false), goOn: idsOf(true), goOnElsewhere }
    return { result, before: { state: 'open' }, after: { state: 'cancelled', ...result } }
  })
  for (const runId of toSettle) await settleOutcome(asOrdered(ctx), runId)
  return result
}

function cancelled({ position, state }: StepRow): StepNow[] {
  if (state !== 'waiting' && state !== 'running') return []
  return [{ position, state: state === 'waiting' ? 'skipped' : 'cancelled', problem: null }]
}

interface StoppedRun {
  runId: string
  end: 'cancelled' | 'cancelling' | 'goes-on'
}

/** Stops the runs that these steps stand on, but those that run by their schedule or in another open order. */
async function stopRuns(ctx: Context, sql: Sql, steps: readonly StepRow[]): Promise<StoppedRun[]> {
  const runs: StoppedRun[] = []
  for (const { state, runId } of steps) {
    const run = state === 'running' && runId !== null ? await lockRun(sql, runId) : undefined
    if (run === undefined || isEnded(run.state)) continue
    const isElses = run.trigger === 'schedule' || (await listOpenOrderIds(sql, run.id)).length > 0
    runs.push({ runId: run.id, end: isElses ? 'goes-on' : await cancelLockedRun(sql, run, ctx.clock.now()) })
  }
  return runs
}
