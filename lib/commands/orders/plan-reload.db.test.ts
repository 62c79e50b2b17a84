import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { renewLease } from '#lib/commands/runs/claim-run.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { type Actor, person, visitor } from '#lib/domain/access/actor.ts'
import { getReloadForm } from '#lib/queries/runs/reload-form.ts'
import { getOrder, getOrdersOfRun, getReload } from '#lib/queries/runs/reload-order.ts'
import { getRunList } from '#lib/queries/runs/run-list.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { edgesInSql } from '#lib/testing/database/edges.ts'
import { listRuns, openOrderWorld, playRun, turn } from '#lib/testing/runs/order-world.ts'
import { lookNow } from './look-now.ts'
import { orderReload } from './order-reload.ts'
import { planReload } from './plan-reload.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let grace: Context

beforeEach(async () => {
  ;({ database, clock, ctx, grace } = await openOrderWorld())
})
afterEach(() => database.drop())

async function pastRun(flow: string, minutesAgo: number, tookMinutes: number, state = 'completed', problem: string | null = null) {
  await ctx.whole.query(
    `insert into run (id, flow, trigger, scheduled_for, created_at, started_at, ended_at, state, problem)
     values (gen_random_uuid(), $1, 'schedule', $2, $2, $2, $2::timestamptz + $3 * interval '1 minute', $4, $5)`,
    [flow, new Date(clock.now() - minutesAgo * 60_000), tookMinutes, state, problem],
  )
}

describe('the plan of a reload', () => {
  it('says what runs in which order, how long it takes, what it writes, who depends on it, and changes nothing', async () => {
    await turn(ctx, 'late', 21, 22)
    await pastRun('term', 60, 2)
    for (const minutes of [9, 4, 5]) await pastRun('course', 60 + minutes, minutes)
    expect(await planReload(ctx, 'courses')).toEqual({
      feed: { key: 'courses', name: 'Courses', owner: 'Cora', isFresh: true, heldBy: null },
      steps: [
        {
          position: 1,
          flow: 'term',
          job: null,
          jobName: null,
          isOwn: false,
          usualMs: 120_000,
          writes: [{ key: 'lake/term', name: 'term' }],
        },
        {
          position: 2,
          flow: 'course',
          job: null,
          jobName: null,
          isOwn: true,
          usualMs: 300_000,
          writes: [{ key: 'lake/course', name: 'course' }],
        },
      ],
      goodAgain: { kind: 'by', at: clock.now() + 420_000, lastsMs: 420_000, ifAnswering: [] },
      dependants: [{ key: 'seats', name: 'Seats' }],
      watched: [],
      elsewhere: [],
      hasUnseenCause: false,
    })
    expect((await ctx.whole.query('select 1 from reload_order')).rowCount).toBe(0)
  })

  it.each(['paused', 'maintenance'])('of a feed that is not judged says so, and runs all the same: %s', async (reason) => {
    await ctx.whole.query("update status_span set status = 'maintenance', reason = $1 where subject_id = 12", [reason])
    const plan = await planReload(ctx, 'courses')
    expect([plan?.feed.heldBy, plan?.steps.map(({ flow }) => flow)]).toEqual([reason, ['course']])
    const { orderId } = await orderReload(grace, { feed: 'courses' })
    await playRun(ctx, 'course', 'completed')
    expect((await getOrder(grace, orderId))?.state).toBe('done')
  })

  it('names the system that must answer first, as long as it does not', async () => {
    await ctx.whole.query("insert into blind (connection_key, from_at, reason) values ('lake', now(), 'source-unreachable')")
    await pastRun('seat', 60, 1)
    expect((await planReload(ctx, 'seats'))?.goodAgain).toMatchObject({ kind: 'by', ifAnswering: ['lake'] })
  })

  it('of what nobody loads has no step, and of what is wrong before it says whom to ask', async () => {
    await ctx.whole.query(edgesInSql([24, 22]))
    await turn(ctx, 'stale', 24)
    expect(await planReload(ctx, 'board')).toMatchObject({ steps: [], feed: { owner: 'board@example.edu' } })
    expect((await planReload(ctx, 'courses'))?.watched).toEqual([{ key: 'looker/board', name: 'board', owner: 'board@example.edu' }])
    expect(await planReload(ctx, 'nothing')).toBeNull()
  })

  it('shows those who do not see all of it no name and no word of the rest, and the same steps', async () => {
    await turn(ctx, 'stale', 21, 22)
    for (const ago of [30, 20, 10]) await pastRun('term', ago, 1, 'failed', `No answer of sis, try ${ago}.`)
    await ctx.whole.query(
      "insert into connection_state (key, name, kind, probe_every_ms) values ('sis', 'sis of ours', 'http', 1000), ('term', null, 'http', 1000)",
    )
    // A connection that is seen may be called like a flow that is not.
    await ctx.whole.query("update asset set connection_key = 'term' where subject_id = 24")
    await ctx.whole.query("insert into blind (connection_key, from_at, reason) values ('sis', now(), 'source-unreachable')")
    const plan = await planReload(grace, 'courses')
    expect(plan?.steps.map(({ flow }) => flow)).toEqual([null, null])
    expect(plan?.goodAgain).toEqual({ kind: 'no-date', because: 'the last 3 runs of a system you may not see failed in the same way' })
    expect(JSON.stringify(plan)).not.toMatch(/term|sis|Tess/)
    expect(await planReload(grace, 'terms')).toBeNull()
    expect(await getReloadForm(grace, 'courses')).toBeNull()
    expect(await getReloadForm(grace, 'seats')).toMatchObject({ flow: 'seat' })
  })
})

describe('an order as it is read', () => {
  it('tells how its steps stand and when it will have ended, unless its worker is silent, and of a run for whom it runs', async () => {
    await turn(ctx, 'late', 22, 23)
    for (const flow of ['course', 'seat']) await pastRun(flow, 60, 3)
    const { orderId } = await orderReload(grace, { feed: 'seats', reason: 'again' })
    const { runId, fence } = await playRun(ctx, 'course')
    clock.set(clock.now() + 60_000)
    expect(await getOrder(ctx, orderId)).toMatchObject({ state: 'open', expectedAt: null })
    await renewLease(ctx, { runId, fence })
    expect(await getOrder(ctx, orderId)).toMatchObject({
      state: 'open',
      orderedBy: 'Grace',
      reason: 'again',
      feed: { key: 'seats' },
      steps: [
        { flow: 'course', state: 'running', run: { id: runId, state: 'running' } },
        { flow: 'seat', state: 'waiting', run: null },
      ],
      expectedAt: clock.now() + 5 * 60_000,
    })
    expect(await getOrdersOfRun(ctx, runId)).toMatchObject([{ by: 'Grace', reason: 'again', feedKey: 'seats' }])
  })

  it('is the open one, then the last that ended within a day; and says why no other can be given', async () => {
    const { orderId } = await orderReload(ctx, { feed: 'courses' })
    const refusalOf = async (by: Context) => (await getReload(by, 'courses')).refusal
    expect((await getReload(grace, 'courses')).order?.id).toBe(orderId)
    await playRun(ctx, 'course', 'completed')
    expect((await getReload(grace, 'courses')).order).toMatchObject({ id: orderId, state: 'done', expectedAt: null })
    expect(await refusalOf(grace)).toBeNull()
    expect(await refusalOf(asActor(ctx, person({ id: 'v', name: 'Vera', role: 'viewer', audience: null })))).toBe('role')
    expect(await refusalOf(asActor(ctx, { kind: 'visitor', id: null, name: null, role: 'viewer', audience: null }))).toBe('sign-in')
    clock.set(clock.now() + 25 * 3_600_000)
    expect((await getReload(grace, 'courses')).order).toBeNull()
  })

  it('of what nobody loads takes no role and no sign-in: it says that to everybody', async () => {
    const refusalOf = async (feed: string, actor: Actor) => (await getReload(asActor(ctx, actor), feed)).refusal
    const vera = person({ id: 'v', name: 'Vera', role: 'viewer', audience: null })
    for (const actor of [vera, visitor()]) {
      expect(await refusalOf('board', actor)).toBe('only-watched')
      expect(await refusalOf('courses', actor)).not.toBe('only-watched')
    }
    await ctx.whole.query(edgesInSql([22, 24]))
    await turn(ctx, 'stale', 22)
    expect(await refusalOf('board', vera)).toBe('role')
  })

  it('is there for those who see its feed', async () => {
    const { orderId } = await orderReload(ctx, { feed: 'terms' })
    const [run] = await listRuns(ctx)
    expect(await getOrder(grace, orderId)).toBeNull()
    expect(await getOrder(ctx, 'no id')).toBeNull()
    expect(await getOrdersOfRun(grace, run?.id ?? '')).toEqual([])
  })

  it('gives the runs in a list its reason, for those who see its feed', async () => {
    await ctx.whole.query(`delete from lineage_edge; ${edgesInSql([23, 21])}`)
    await turn(ctx, 'late', 23)
    const reasonsFor = async (reader: Context) => {
      const { underWay, ended } = await getRunList(reader, { flow: null, system: null, state: null, before: null })
      return [...underWay, ...ended].map(({ flow, orderReason }) => `${flow}: ${orderReason}`)
    }
    await orderReload(ctx, { feed: 'terms', reason: 'SIS is back' })
    expect([await reasonsFor(ctx), await reasonsFor(grace)]).toEqual([['seat: SIS is back'], ['seat: null']])
    clock.set(clock.now() + 60_000)
    await orderReload(grace, { feed: 'seats', reason: 'the board meets' })
    expect([await reasonsFor(ctx), await reasonsFor(grace)]).toEqual([['seat: SIS is back'], ['seat: the board meets']])
  })
})

describe('a look', () => {
  it('is taken at once at every system behind a feed, and not again a moment later', async () => {
    await ctx.whole.query("update connection_state set next_probe_at = now() + interval '1 day'")
    expect(await lookNow(grace, { feed: 'board' })).toEqual({ connections: ['looker'] })
    const { rows } = await ctx.whole.query('select key, next_probe_at <= $1 as due from connection_state order by key', [
      new Date(clock.now()),
    ])
    expect(rows).toEqual([
      { key: 'lake', due: false },
      { key: 'looker', due: true },
    ])
    await ctx.whole.query("update connection_state set ok_at = $1 where key = 'looker'", [new Date(clock.now())])
    await expect(lookNow(grace, { feed: 'board' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(lookNow(grace, { feed: 'terms' })).rejects.toMatchObject({ code: 'not-found' })
    const { rows: entries } = await ctx.whole.query(
      "select target, refusal is null as done from audit where action = 'feed.look' order by id",
    )
    expect(entries.map(({ done }) => done)).toEqual([true, false, false])
  })
})
