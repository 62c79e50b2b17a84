import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planRuns } from '#lib/commands/runs/plan-runs.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { listRuns, openOrderWorld, type PlayedRun, playRun, readOrder, turn } from '#lib/testing/runs/order-world.ts'
import { orderReload } from './order-reload.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let ada: Context
let grace: Context

beforeEach(async () => {
  ;({ database, clock, ctx, ada, grace } = await openOrderWorld())
})
afterEach(() => database.drop())

const play = (...what: PlayedRun) => playRun(ctx, ...what)
const flowsRun = async () => (await listRuns(ctx)).map(({ flow }) => flow)

describe('Run now', () => {
  it('orders all feeds the flow writes, and is joined by a reload of each', async () => {
    await ctx.whole.query("update asset set flow = 'course' where subject_id = 23")
    const { runId } = await requestRun(ada, { flow: 'course' })
    for (const feed of ['courses', 'seats']) {
      const { orderId, isJoined } = await orderReload(grace, { feed })
      expect([isJoined, await readOrder(ctx, orderId)]).toEqual([true, 'open: course running'])
    }
    expect(await requestRun(ctx, { flow: 'course' })).toEqual({ runId, waitsFor: null, isJoined: true })
    expect(await flowsRun()).toEqual(['course'])
    await play('course', 'completed')
    expect((await ctx.whole.query("select 1 from reload_order where state = 'done'")).rowCount).toBe(2)
  })

  it('of a second flow of a feed adds to its open order, which ends with the last run', async () => {
    await ctx.whole.query('update asset set feed_id = 12 where subject_id = 23')
    await requestRun(ada, { flow: 'course' })
    await requestRun(ada, { flow: 'seat' })
    const { orderId } = await orderReload(ada, { feed: 'courses' })
    await play('course', 'completed')
    expect(await readOrder(ctx, orderId)).toBe('open: course done, seat running')
    await play('seat', 'completed')
    expect(await readOrder(ctx, orderId)).toBe('done: course done, seat done')
  })

  it.each([
    ['otherwise', [] as number[], { terms: ['2261'] }, 'other parameters'],
    ['later', [21, 22], {}, 'It will run course once what comes before it has succeeded.'],
  ])('is refused while an order runs the flow %s', async (_, late, parameters, words) => {
    await turn(ctx, 'late', ...late)
    await orderReload(ada, { feed: 'courses' })
    await expect(requestRun(ctx, { flow: 'course', parameters })).rejects.toMatchObject({
      code: 'conflict',
      publicMessage: expect.stringContaining(words),
      feedKey: 'courses',
    })
  })
})

describe('a dry run', () => {
  const dry = { flow: 'course', parameters: { dryRun: true } }
  it('is no order', async () => {
    await requestRun(ada, dry)
    expect((await ctx.whole.query('select 1 from reload_order')).rowCount).toBe(0)
    expect((await orderReload(ada, { feed: 'courses' })).isJoined).toBe(false)
  })

  it('that goes on makes way for one', async () => {
    await requestRun(ada, dry)
    const running = await play('course')
    await orderReload(ada, { feed: 'courses' })
    const { rows } = await ctx.whole.query('select cancel_at from run where id = $1', [running.runId])
    expect(rows[0].cancel_at).not.toBeNull()
  })

  it('that waits runs after it', async () => {
    await requestRun(ada, dry)
    clock.set(clock.now() + 1000)
    await orderReload(ada, { feed: 'courses' })
    const { ready } = await planRuns(ctx)
    const { rows } = await ctx.whole.query('select parameters from run where id = $1', [ready[0]?.runId])
    expect(rows[0].parameters).toEqual({})
  })
})

describe('a flow that leaves the catalogue', () => {
  const remove = (flow: string) => ctx.whole.query('update flow set removed_at = now() where name = $1', [flow])

  it('before its step begins ends the order in words', async () => {
    await turn(ctx, 'late', 21, 22)
    const { orderId } = await orderReload(ada, { feed: 'courses' })
    await remove('course')
    await play('term', 'completed')
    expect(await readOrder(ctx, orderId)).toBe('failed: term done, course failed')
    const { rows } = await ctx.whole.query('select problem from reload_step where position = 2')
    expect(rows[0].problem).toBe('The flow course is no longer in the catalogue.')
  })

  it('while its run waits ends the order with the run', async () => {
    const { orderId } = await orderReload(ada, { feed: 'courses' })
    await remove('course')
    await planRuns(ctx)
    expect(await readOrder(ctx, orderId)).toBe('failed: course cancelled')
  })

  it('with its feed ends the order, too', async () => {
    await turn(ctx, 'late', 21, 22)
    const { orderId } = await orderReload(ada, { feed: 'courses' })
    await ctx.whole.query('update subject set removed_at = now() where id in (12, 22)')
    await play('term', 'completed')
    expect(await readOrder(ctx, orderId)).toBe('failed: term done, course skipped')
  })

  it('or is paused holds no order open: what was asked for by hand runs all the same', async () => {
    const { orderId } = await orderReload(ada, { feed: 'courses' })
    await ctx.whole.query("insert into maintenance_window (flow, kind, from_at) values ('course', 'paused', now() - interval '1 h')")
    await planRuns(ctx)
    await play('course', 'completed')
    expect(await readOrder(ctx, orderId)).toBe('done: course done')
  })
})
