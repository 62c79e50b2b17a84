import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planRuns } from '#lib/commands/runs/plan-runs.ts'
import { releaseLostRuns } from '#lib/commands/runs/release-lost-runs.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { person } from '#lib/domain/access/actor.ts'
import { getReloadForm } from '#lib/queries/runs/reload-form.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { listRuns, openOrderWorld, type PlayedRun, playRun, readOrder, turn } from '#lib/testing/runs/order-world.ts'
import { advanceOrders } from './advance-orders.ts'
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
const audit = async () => {
  const { rows } = await ctx.whole.query(
    "select actor, action, target, reason, refusal, after ->> 'joined' as joined from audit order by id",
  )
  return rows
}

describe('one order', () => {
  it('is what twenty presses in ten seconds by two people are, one of them after the run began: one run, both stand on it', async () => {
    const orders = new Set<string>()
    for (let press = 0; press < 10; press++) {
      const both = await Promise.all([ada, grace].map((by) => orderReload(by, { feed: 'courses', reason: 'SAP is back' })))
      for (const { orderId } of both) orders.add(orderId)
      if (press === 4) await play('course')
      clock.set(clock.now() + 1000)
    }
    expect(orders.size).toBe(1)
    expect(await listRuns(ctx)).toMatchObject([{ flow: 'course', state: 'running' }])
    const { rows } = await ctx.whole.query('select ordered_by, joined_by from reload_order')
    expect(rows.map((row) => [row.ordered_by, ...row.joined_by].sort())).toEqual([['Ada', 'Grace']])
    const entries = await audit()
    expect(entries).toHaveLength(20)
    expect(entries.filter(({ joined }) => joined === 'true')).toHaveLength(19)
    expect(entries[0]).toMatchObject({ action: 'feed.reload', target: 'feed:courses', reason: 'SAP is back', refusal: null })
  })

  it('is begun by the press, and done with its last run; pressing again then is another one', async () => {
    const { orderId } = await orderReload(ada, { feed: 'courses' })
    expect(await readOrder(ctx, orderId)).toBe('open: course running')
    await play('course', 'completed')
    expect(await readOrder(ctx, orderId)).toBe('done: course done')
    expect((await orderReload(ada, { feed: 'courses' })).orderId).not.toBe(orderId)
  })

  it('goes on, the same, when the worker of its run is killed in the middle', async () => {
    const { orderId } = await orderReload(ada, { feed: 'courses' })
    const first = await play('course')
    await clock.advance(30_001)
    await releaseLostRuns(ctx)
    expect(await readOrder(ctx, orderId)).toBe('open: course running')
    expect((await orderReload(grace, { feed: 'courses' })).orderId).toBe(orderId)
    expect(await play('course', 'completed')).toMatchObject({ runId: first.runId, attempt: 2 })
    expect(await readOrder(ctx, orderId)).toBe('done: course done')
  })

  it('is mended by the sweep when a worker died right after the end of its run', async () => {
    await turn(ctx, 'late', 21, 22)
    const { orderId } = await orderReload(ada, { feed: 'courses' })
    await ctx.whole.query("update run set state = 'completed', ended_at = $1", [new Date(clock.now())])
    await Promise.all([advanceOrders(ctx), advanceOrders(database.context(clock)), advanceOrders(ctx)])
    expect(await readOrder(ctx, orderId)).toBe('open: term done, course running')
    expect(await flowsRun()).toEqual(['course', 'term'])
  })

  it('whose run has vanished begins it anew', async () => {
    const { orderId } = await orderReload(ada, { feed: 'courses' })
    await ctx.whole.query('delete from run_log')
    await ctx.whole.query('delete from run')
    await advanceOrders(ctx)
    expect(await readOrder(ctx, orderId)).toBe('open: course running')
    expect(await flowsRun()).toEqual(['course'])
  })

  it('keeps who and why in the name and the log of its run', async () => {
    await orderReload(ada, { feed: 'courses', reason: ' SAP is back ' })
    expect(await listRuns(ctx)).toMatchObject([{ requestedBy: 'Ada' }])
    expect((await ctx.whole.query('select message from run_log')).rows).toEqual([{ message: 'Reloaded by Ada: SAP is back' }])
  })
})

describe('a feed that is late because of its upstream', () => {
  it('has the flow of the upstream run first, and its own only then', async () => {
    await turn(ctx, 'stale', 21, 22, 23)
    const { orderId } = await orderReload(ada, { feed: 'seats' })
    expect(await readOrder(ctx, orderId)).toBe('open: term running, course waiting, seat waiting')
    await play('term', 'completed')
    expect(await readOrder(ctx, orderId)).toBe('open: term done, course running, seat waiting')
    await play('course', 'partial')
    await play('seat', 'completed')
    expect(await readOrder(ctx, orderId)).toBe('done: term done, course done, seat done')
  })

  it('does not have its own flow begin when that fails, and says why', async () => {
    await turn(ctx, 'stale', 21, 22)
    const { orderId } = await orderReload(ada, { feed: 'courses' })
    await play('term', 'failed', 'SAP cannot be reached.')
    expect(await readOrder(ctx, orderId)).toBe('failed: term failed, course skipped')
    expect(await flowsRun()).toEqual(['term'])
    const { rows } = await ctx.whole.query('select problem from reload_step where position = 1')
    expect(rows).toEqual([{ problem: 'SAP cannot be reached.' }])
  })

  it('of a system that its engineer may not see is loaded all the same, and shows them only that there is a step', async () => {
    await turn(ctx, 'stale', 21, 22)
    const { orderId } = await orderReload(grace, { feed: 'courses', reason: 'again' })
    expect(await flowsRun()).toEqual(['term'])
    await play('term', 'failed', 'No answer of sis.')
    const { rows } = await grace.pool.query('select flow, run_id, state, problem from reload_step where order_id = $1 order by position', [
      orderId,
    ])
    // The flow of the feed reads what is hidden, so it is not seen, either.
    expect(rows).toEqual([
      { flow: null, run_id: null, state: 'failed', problem: null },
      { flow: null, run_id: null, state: 'skipped', problem: null },
    ])
  })

  it('names in the log of the other flow nobody whom its readers may not see', async () => {
    await turn(ctx, 'late', 22, 23)
    await orderReload(ada, { feed: 'seats', reason: 'secret plan' })
    expect(await listRuns(ctx)).toMatchObject([{ flow: 'course', requestedBy: 'a reload' }])
    const { rows } = await ctx.whole.query('select message from run_log')
    expect(rows).toEqual([{ message: 'Runs for the reload of something made from it.' }])
  })
})

describe('runs of several orders', () => {
  it('are taken up: one that goes on with the same parameters serves both', async () => {
    await turn(ctx, 'late', 22, 23)
    const courses = await orderReload(ada, { feed: 'courses' })
    const seats = await orderReload(grace, { feed: 'seats' })
    expect(await flowsRun()).toEqual(['course'])
    await play('course', 'completed')
    expect(await readOrder(ctx, courses.orderId)).toBe('done: course done')
    expect(await readOrder(ctx, seats.orderId)).toBe('open: course done, seat running')
  })

  it('are not taken up with other parameters: another run waits its turn', async () => {
    await ctx.whole.query("update flow set settings = jsonb_set(settings, '{parameters}', '{\"all\": true}') where name = 'course'")
    const { runId } = await requestRun(ada, { flow: 'course', parameters: { all: false } })
    await turn(ctx, 'late', 22, 23)
    const seats = await orderReload(grace, { feed: 'seats' })
    expect(await readOrder(ctx, seats.orderId)).toBe('open: course running, seat waiting')
    expect((await listRuns(ctx)).filter(({ id }) => id !== runId)).toMatchObject([{ flow: 'course', state: 'scheduled' }])
  })

  it('are taken up from the schedule when their time has come', async () => {
    await ctx.whole.query("update flow set cron = '0 22 * * *', next_run_at = '2026-11-20T22:00:00Z' where name = 'course'")
    await planRuns(ctx)
    await orderReload(ada, { feed: 'courses' })
    const { rows } = await ctx.whole.query("select trigger from run where state <> 'missed' and scheduled_for <= $1", [
      new Date(clock.now()),
    ])
    expect(rows).toEqual([{ trigger: 'schedule' }])
  })
})

describe('what is refused', () => {
  it('is other parameters while an order is open, in words and with its page; the same are joined', async () => {
    await orderReload(ada, { feed: 'courses', parameters: { terms: ['2261'] } })
    await expect(orderReload(grace, { feed: 'courses' })).rejects.toMatchObject({
      code: 'conflict',
      publicMessage: 'A reload of Courses goes on with other parameters. When it has ended, order again.',
      feedKey: 'courses',
    })
    expect(await orderReload(grace, { feed: 'courses', parameters: { terms: ['2261'] } })).toMatchObject({ isJoined: true })
    expect((await audit()).map(({ refusal }) => refusal === null)).toEqual([true, false, true])
  })

  it('is the reload of what nobody can load, naming its owner', async () => {
    await expect(orderReload(ada, { feed: 'board' })).rejects.toMatchObject({
      publicMessage: 'Tidemark only watches Board: nothing here loads it. Ask board@example.edu.',
    })
  })

  it.each([
    ['dryRun', 'courses', { dryRun: true }, 'A dry run is no reload'],
    [
      'a parameter of a feed that several flows load',
      'both',
      { terms: [] },
      'Both is loaded by several flows, so a reload of it takes no parameters.',
    ],
    ['a parameter of a feed that a job loads, too', 'mixed', { terms: [] }, 'Mixed is loaded by a job of another system, too, so a reload'],
    [
      'a parameter of a feed that a job loads alone',
      'elsewhere',
      { terms: [] },
      'Elsewhere is loaded by a job of another system, which takes no',
    ],
    [
      'one where a job loads it, too, that cannot be started from here',
      'foreign',
      { terms: [] },
      'Foreign is loaded by a job of another system, too',
    ],
  ])('is %s', async (_, feed, parameters, words) => {
    await ctx.whole.query(`
      insert into subject (id, kind, key, name, created_at) values (15, 'feed', 'both', 'Both', now()), (25, 'asset', 'lake/b', 'b', now()), (26, 'asset', 'lake/c', 'c', now());
      insert into subject (id, kind, key, name, created_at) select 30 + i, 'feed', lower(x), x, now() from unnest('{Mixed,Elsewhere,Foreign}'::text[]) with ordinality as f(x, i);
      insert into subject (id, kind, key, name, created_at) select 40 + i, 'asset', 'lake/' || i, 'x', now() from generate_series(1, 5) i;
      insert into connection_state (key, kind, probe_every_ms, starts_jobs) values ('etl', 'test', 1000, true);
      insert into feed (subject_id, group_id) values (15, 2), (31, 2), (32, 2), (33, 2);
      insert into asset (subject_id, feed_id, asset_kind, connection_key, path, flow) values (25, 15, 'table', 'lake', 'b', 'seat'), (26, 15, 'table', 'lake', 'c', 'course'),
        (41, 31, 'table', 'lake', '1', 'course'), (43, 33, 'table', 'lake', '3', 'course');
      insert into asset (subject_id, feed_id, asset_kind, connection_key, path, job) values (42, 31, 'table', 'lake', '2', 'etl/courses'), (44, 32, 'table', 'lake', '4', 'etl/courses'),
        (45, 33, 'table', 'lake', '5', 'looker/pdt')`)
    await expect(orderReload(ada, { feed, parameters })).rejects.toMatchObject({
      code: 'invalid',
      publicMessage: expect.stringContaining(words),
    })
    expect(await flowsRun()).toEqual([])
    if (feed === 'mixed') expect(await getReloadForm(ada, feed)).toMatchObject({ flow: 'course', fields: [] })
  })

  it.each(['', 'x'.repeat(501)])('is what names no feed, however it is written', async (feed) => {
    await expect(orderReload(ada, { feed })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('is what somebody may not order, or does not see; each leaves one entry', async () => {
    const viewer = asActor(ctx, person({ id: 'v', name: 'Vera', role: 'viewer', audience: null }))
    await expect(orderReload(viewer, { feed: 'courses' })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(orderReload(grace, { feed: 'terms' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(orderReload(ada, { feed: 'nothing' })).rejects.toMatchObject({ code: 'not-found' })
    expect((await audit()).map(({ actor, refusal }) => [actor, refusal !== null])).toEqual([
      ['Vera', true],
      ['Grace', true],
      ['Ada', true],
    ])
    expect((await ctx.whole.query('select 1 from reload_order')).rowCount).toBe(0)
  })
})
