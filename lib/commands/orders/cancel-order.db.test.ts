import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimRun } from '#lib/commands/runs/claim-run.ts'
import { finishRun } from '#lib/commands/runs/finish-run.ts'
import { planRuns } from '#lib/commands/runs/plan-runs.ts'
import type { Context } from '#lib/db/context.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { listRuns, openOrderWorld, readOrder, turn } from '#lib/testing/runs/order-world.ts'
import { cancelOrder } from './cancel-order.ts'
import { orderReload } from './order-reload.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let grace: Context

beforeEach(async () => {
  ;({ database, clock, ctx, grace } = await openOrderWorld())
})
afterEach(() => database.drop())

const order = async (feed: string) => (await orderReload(ctx, { feed })).orderId
const onlyRun = async () => (await listRuns(ctx))[0] ?? Promise.reject(new Error('there is no run'))
const claim = async () => (await claimRun(ctx, { runId: (await onlyRun()).id, owner: 'w' })) ?? Promise.reject(new Error('not taken'))

describe('cancelling an order', () => {
  it('whose run has not begun ends both at once, and what comes after never begins', async () => {
    await turn(ctx, 'late', 21, 22)
    const orderId = await order('courses')
    const run = await onlyRun()
    expect(await cancelOrder(ctx, { orderId })).toEqual({ stopped: [run.id], goOn: [], goOnElsewhere: [] })
    expect(await readOrder(ctx, orderId)).toBe('cancelled: term cancelled, course skipped')
    expect(await listRuns(ctx)).toMatchObject([{ flow: 'term', state: 'cancelled' }])
  })

  it('whose run goes on asks its worker to stop; whatever that ends as, the order stays cancelled', async () => {
    const orderId = await order('courses')
    const run = await claim()
    await cancelOrder(ctx, { orderId })
    expect(await listRuns(ctx)).toMatchObject([{ state: 'running' }])
    await finishRun(ctx, {
      runId: run.runId,
      fence: run.fence,
      state: 'completed',
      rowsLoaded: 1,
      report: null,
      problem: null,
      internalProblem: null,
    })
    expect(await readOrder(ctx, orderId)).toBe('cancelled: course cancelled')
  })

  it('makes room for another one', async () => {
    const first = await order('courses')
    await cancelOrder(ctx, { orderId: first })
    const second = await order('courses')
    expect(second).not.toBe(first)
    expect(await readOrder(ctx, second)).toBe('open: course running')
    expect((await listRuns(ctx)).map(({ state }) => state).sort()).toEqual(['cancelled', 'scheduled'])
  })

  it('leaves a run alone that another order stands on, until that is cancelled, too', async () => {
    await turn(ctx, 'late', 22, 23)
    const [courses, seats] = [await order('courses'), await order('seats')]
    const run = await onlyRun()
    expect(await cancelOrder(ctx, { orderId: courses })).toEqual({ stopped: [], goOn: [run.id], goOnElsewhere: [] })
    expect(await readOrder(ctx, seats)).toBe('open: course running, seat waiting')
    expect(await cancelOrder(ctx, { orderId: seats })).toEqual({ stopped: [run.id], goOn: [], goOnElsewhere: [] })
  })

  it('leaves a run of the schedule alone', async () => {
    await ctx.whole.query("update flow set cron = '0 22 * * *', next_run_at = '2026-11-20T22:00:00Z' where name = 'course'")
    const { ready } = await planRuns(ctx)
    const orderId = await order('courses')
    expect(await cancelOrder(ctx, { orderId })).toEqual({ stopped: [], goOn: [ready[0]?.runId], goOnElsewhere: [] })
  })

  it.each(['completed', 'failed'] as const)('that has ended (%s) comes too late', async (state) => {
    const orderId = await order('courses')
    const run = await claim()
    await finishRun(ctx, { runId: run.runId, fence: run.fence, state, rowsLoaded: 1, report: null, problem: null, internalProblem: null })
    await expect(cancelOrder(ctx, { orderId })).rejects.toMatchObject({ code: 'conflict', publicMessage: 'The order has ended already.' })
  })

  it('twice is refused, and each time leaves one entry', async () => {
    const orderId = await order('courses')
    await cancelOrder(ctx, { orderId })
    await expect(cancelOrder(ctx, { orderId })).rejects.toMatchObject({ code: 'conflict' })
    const { rows } = await ctx.whole.query("select target, refusal is null as done from audit where action = 'order.cancel' order by id")
    expect(rows).toEqual([
      { target: `order:${orderId}`, done: true },
      { target: `order:${orderId}`, done: false },
    ])
  })

  it('is for those who see its feed', async () => {
    const orderId = await order('terms')
    await expect(cancelOrder(grace, { orderId })).rejects.toMatchObject({
      code: 'not-found',
      publicMessage: 'There is no such order here.',
    })
    await expect(cancelOrder(ctx, { orderId: 'nothing' })).rejects.toMatchObject({ code: 'not-found' })
    expect(await readOrder(ctx, orderId)).toBe('open: term running')
    clock.set(clock.now() + 1)
  })
})
