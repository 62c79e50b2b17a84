import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { advanceOrders } from '#lib/commands/orders/advance-orders.ts'
import { cancelOrder } from '#lib/commands/orders/cancel-order.ts'
import { claimDueSteps, keyOf } from '#lib/commands/orders/job-steps.ts'
import { planReload } from '#lib/commands/orders/plan-reload.ts'
import { listDueJobSteps } from '#lib/db/runs/reload-jobs.ts'
import { stepInWords } from '#lib/domain/orders/order-words.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { PretendScheduler } from '#lib/testing/connectors/pretend-scheduler.ts'
import { openJobOrderWorld } from '#lib/testing/runs/job-order-world.ts'
import { playRun, readOrder, turn } from '#lib/testing/runs/order-world.ts'

const world = await openJobOrderWorld()
const { clock, ctx, ada, grace, ask, askLater, order, stepOf, theRun } = world
let etl: PretendScheduler

beforeEach(async () => {
  etl = await world.beginAnew()
})
afterAll(() => world.database.drop())

const unavailable = (more: { retryAfterMs?: number } = {}) =>
  new TidemarkError('unavailable', { publicMessage: 'The scheduler cannot be reached.', retryable: true, ...more })

describe('a job of another system in an order', () => {
  it('is a step of the plan, begins when what comes before it has succeeded, and is followed to its end', async () => {
    await turn(ctx, 'stale', 21, 22, 23)
    const plan = await planReload(ada, 'seats')
    expect(plan?.steps.map(({ flow, job, writes }) => [flow, job, writes[0]?.key])).toEqual([
      ['term', null, 'lake/term'],
      [null, 'etl/courses', 'lake/course'],
      ['seat', null, 'lake/seat'],
    ])
    const id = await order(ada, 'seats')
    await ask()
    expect(etl.wishes).toEqual([])
    await playRun(ctx, 'term', 'completed')
    expect(await readOrder(ctx, id)).toBe('open: term done, etl/courses running, seat waiting')
    expect(await listDueJobSteps(ctx.pool, clock.now())).toEqual(['etl'])
    await ask()
    expect(await stepOf(id, 2)).toMatchObject({ flow: null, job: 'etl/courses', external: { job: 'courses', state: 'scheduled' } })
    etl.begin(theRun())
    await askLater()
    expect(await stepOf(id, 2)).toMatchObject({ external: { state: 'running', url: 'https://scheduler.example/runs/1' }, problem: null })
    etl.finish(theRun())
    await askLater()
    expect(await readOrder(ctx, id)).toBe('open: term done, etl/courses done, seat running')
    await playRun(ctx, 'seat', 'completed')
    expect(await readOrder(ctx, id)).toBe('done: term done, etl/courses done, seat done')
    expect(etl.wishes).toHaveLength(1)
  })

  it('is asked for once by whoever presses, and by however many workers', async () => {
    const id = await order()
    expect(await order(grace)).toBe(id)
    await Promise.all([ask(), ask(), ask()])
    expect(etl.wishes).toEqual([`${id}/1`])
    const { rows } = await ctx.whole.query("select after from audit where action = 'feed.reload' order by id desc limit 2")
    expect(rows.map(({ after }) => after)).toEqual([{ order: id, joined: true }, expect.objectContaining({ runs: ['etl/courses'] })])
  })

  it('is started once where the worker was killed between its start and its note', async () => {
    const id = await order()
    const [step] = await claimDueSteps(ctx, 'etl')
    if (step !== undefined) await etl.start(step.job, { key: keyOf(step), since: null, triedAt: null, noteTry: async () => {} })
    await ask()
    expect(etl.wishes).toHaveLength(1)
    etl.finish(etl.begin(theRun()))
    await askLater(4 * MINUTE_MS)
    expect(etl.runs).toHaveLength(1)
    expect(await readOrder(ctx, id)).toBe('done: etl/courses done')
  })

  it('that had ended before its start was noted counts for what its system lists that it wrote', async () => {
    const id = await order()
    const [step] = await claimDueSteps(ctx, 'etl')
    if (step !== undefined) await etl.start(step.job, { key: keyOf(step), since: null, triedAt: null, noteTry: async () => {} })
    etl.finish(etl.begin(theRun()), 'success', { touched: ['another'] })
    const loads = '(select count(*)::int from arrival where run_id = r.id) as loads'
    const runs = async () => (await ctx.whole.query(`select state, writes, ${loads} from external_run r`)).rows
    etl.patience = 0
    await askLater(4 * MINUTE_MS)
    expect(await runs()).toEqual([{ state: 'running', writes: null, loads: 0 }])
    etl.patience = null
    await askLater(MINUTE_MS)
    expect(await readOrder(ctx, id)).toBe('done: etl/courses done')
    expect(await runs()).toEqual([{ state: 'completed', writes: ['another'], loads: 0 }])
  })

  it('is started once where the answer was lost, and where it was told to wait waits', async () => {
    const id = await order()
    etl.startFaults = [
      { error: unavailable({ retryAfterMs: 5 * MINUTE_MS }), hasStarted: false },
      { error: unavailable(), hasStarted: true },
    ]
    await ask()
    expect(await stepOf(id)).toMatchObject({ state: 'running', external: null, problem: 'The scheduler cannot be reached.' })
    await askLater(4 * MINUTE_MS)
    expect(etl.wishes).toHaveLength(1)
    for (const ms of [MINUTE_MS, 20 * SECOND_MS]) await askLater(ms)
    expect([etl.wishes.length, etl.runs.length]).toEqual([3, 1])
    expect(await stepOf(id)).toMatchObject({ external: { externalId: '1' }, problem: null })
  })

  it('that goes on already is taken up, but as a later step only if it began after what comes before had succeeded', async () => {
    etl.begin(etl.queue('courses', clock.now()))
    const id = await order()
    await ask()
    expect([etl.runs.length, (await stepOf(id))?.external?.externalId]).toEqual([1, '1'])
    await turn(ctx, 'stale', 21, 22)
    const seats = await order(ada, 'seats')
    clock.set(clock.now() + MINUTE_MS)
    await playRun(ctx, 'term', 'completed')
    await ask()
    expect([etl.runs.length, (await stepOf(seats, 2))?.external?.externalId]).toEqual([2, '2'])
  })
})

describe('a job that does not do what was hoped for', () => {
  it('fails the order with its own words, and what comes after it is not begun', async () => {
    await turn(ctx, 'stale', 22, 23)
    const id = await order(ada, 'seats')
    await ask()
    etl.finish(etl.begin(theRun()), 'error', { message: 'relation "raw.crm" does not exist' })
    await askLater()
    expect(await readOrder(ctx, id)).toBe('failed: etl/courses failed, seat skipped')
    expect(await stepOf(id)).toMatchObject({ problem: 'relation "raw.crm" does not exist', external: { state: 'failed' } })
  })

  it.each([
    ['is unknown there', new TidemarkError('not-found', { publicMessage: 'There is no job courses.' }), 'There is no job courses.'],
    ['may not be started', new TidemarkError('refused', { publicMessage: 'The token may not.', status: 403 }), 'The token may not.'],
  ])('that %s fails it at once', async (_, error, problem) => {
    const id = await order()
    etl.startFaults = [{ error, hasStarted: false }]
    await ask()
    expect(await readOrder(ctx, id)).toBe('failed: etl/courses failed')
    expect((await stepOf(id))?.problem).toBe(problem)
  })

  it('that cannot be started for half an hour fails it, and nothing is started after that', async () => {
    const id = await order()
    etl.startFaults = Array.from({ length: 50 }, () => ({ error: unavailable(), hasStarted: false }))
    await ask()
    for (let minutes = 0; minutes < 30; minutes += 5) await askLater(5 * MINUTE_MS)
    expect(await stepOf(id)).toMatchObject({
      state: 'failed',
      problem: 'etl/courses could not be started for 30 min. The scheduler cannot be reached.',
    })
    etl.startFaults = []
    await askLater()
    expect([await readOrder(ctx, id), etl.runs.length]).toEqual(['failed: etl/courses failed', 0])
  })

  it('whose end a look tells, while nobody could ask for it, is done without a word of that', async () => {
    const id = await order()
    await ask()
    etl.begin(theRun())
    etl.patience = 0
    await askLater()
    expect((await stepOf(id))?.problem).not.toBeNull()
    await ctx.whole.query("update external_run set state = 'completed', ended_at = now()")
    await advanceOrders(ctx)
    expect(await stepOf(id)).toMatchObject({ state: 'done', problem: null })
  })

  it('whose run was deleted there ends it, once two lists lack it', async () => {
    const id = await order()
    await ask()
    await askLater()
    etl.delete(etl.begin(theRun()))
    for (const ms of [20 * SECOND_MS, 2 * MINUTE_MS]) await askLater(ms)
    expect(await readOrder(ctx, id)).toBe('failed: etl/courses cancelled')
    expect((await stepOf(id))?.problem).toBe('etl no longer lists this run.')
  })

  it('of which nobody can be asked for an hour is not waited for any longer; before that one answer is enough', async () => {
    const id = await order()
    await ask()
    etl.begin(theRun())
    etl.patience = 0
    for (const minutes of [1, 58]) await askLater(minutes * MINUTE_MS)
    expect(await stepOf(id)).toMatchObject({ state: 'running', problem: 'The scheduler asks us to come back later (HTTP 429).' })
    etl.patience = null
    await askLater(MINUTE_MS)
    expect(await stepOf(id)).toMatchObject({ state: 'running', problem: null })
    etl.patience = 0
    for (const minutes of [1, 60]) await askLater(minutes * MINUTE_MS)
    expect(await readOrder(ctx, id)).toBe('failed: etl/courses failed')
    const step = await stepOf(id)
    expect(step?.problem).toMatch(
      /^Nobody could be asked for 1 h how the run of etl\/courses goes; it may go on there\. The scheduler asks/,
    )
    expect(step && stepInWords(step)).toBe('no longer waited for; its run goes on in etl')
  })

  it('that goes on and on is waited for a day', async () => {
    const id = await order()
    await ask()
    etl.begin(theRun())
    for (const hours of [12, 11]) await askLater(hours * HOUR_MS)
    expect(await readOrder(ctx, id)).toBe('open: etl/courses running')
    await askLater(HOUR_MS)
    expect((await stepOf(id))?.problem).toMatch(/has not ended within 1 d/)
  })

  it('whose connection has left the catalogue, or can start nothing any more, fails it in words', async () => {
    await turn(ctx, 'stale', 21, 22)
    const id = await order()
    await ctx.whole.query("update connection_state set starts_jobs = false where key = 'etl'")
    await playRun(ctx, 'term', 'completed')
    await ctx.whole.query("update connection_state set starts_jobs = true where key = 'etl'")
    expect(await readOrder(ctx, id)).toBe('failed: term done, etl/courses failed')
    expect((await stepOf(id, 2))?.problem).toBe('etl/courses can no longer be started from here.')
  })
})

describe('a cancelled order', () => {
  it('waits no longer, says that the run goes on there, and learns of one that was just being started', async () => {
    const id = await order()
    await ask()
    etl.begin(theRun())
    await askLater()
    const external = (await stepOf(id))?.external?.id
    expect(await cancelOrder(ada, { orderId: id })).toEqual({ stopped: [], goOn: [], goOnElsewhere: [external] })
    const words = async () => {
      const step = await stepOf(id)
      return step && stepInWords(step)
    }
    expect(await words()).toBe('no longer waited for; its run goes on in etl')
    expect(theRun().status).toBe('running')
    await askLater()
    expect(await readOrder(ctx, id)).toBe('cancelled: etl/courses cancelled')
    etl.finish(theRun())
    const second = await order()
    etl.meanwhile = () => cancelOrder(ada, { orderId: second })
    await ask()
    expect(await stepOf(second)).toMatchObject({ state: 'cancelled', external: { state: 'scheduled' } })
  })

  it('begins nothing any more, also where a worker has taken its step already', async () => {
    await ctx.whole.query("update asset set job = 'etl/board' where subject_id = 24")
    const orders = [await order(), await order(ada, 'board')]
    etl.meanwhile = () => Promise.allSettled(orders.map((orderId) => cancelOrder(ada, { orderId })))
    await ask()
    expect(etl.wishes).toHaveLength(1)
    await ctx.whole.query("update asset set job = 'looker/pdt' where subject_id = 24")
  })
})
