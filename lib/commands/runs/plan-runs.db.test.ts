import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow, runsOf, setRunState } from '#lib/testing/runs/flow-rows.ts'
import { planRuns } from './plan-runs.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt('2026-03-02T15:00:00Z'))
})
afterEach(() => database.drop())

async function planAt(at: string) {
  clock.set(at)
  return planRuns(ctx)
}

const states = async (flow: string) => (await runsOf(ctx, flow)).map((run) => `${run.at} ${run.state}`)

describe('planning', () => {
  it('makes the next run of a flow a row, once', async () => {
    await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
    const plan = await planRuns(ctx)
    await planRuns(ctx)
    expect(await states('course')).toEqual(['2026-03-03T07:00 scheduled'])
    expect(plan).toMatchObject({ ready: [], missed: 0, nextDueAt: Date.parse('2026-03-03T07:00:00Z') })
  })

  it('says when a run is ready, and plans the one after it', async () => {
    await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
    await planRuns(ctx)
    const plan = await planAt('2026-03-03T07:00:00Z')
    expect(plan.ready).toMatchObject([{ flow: 'course' }])
    expect(await states('course')).toEqual(['2026-03-03T07:00 scheduled', '2026-03-04T07:00 scheduled'])
  })

  it('by two workers at the same moment makes the same rows', async () => {
    await insertFlow(ctx, { name: 'course', cron: '*/5 * * * *' })
    await Promise.all([planRuns(ctx), planRuns(database.context(clock))])
    clock.set('2026-03-02T15:22:00Z')
    await Promise.all([planRuns(ctx), planRuns(database.context(clock)), planRuns(ctx)])
    expect(await states('course')).toEqual([
      '2026-03-02T15:05 missed',
      '2026-03-02T15:10 missed',
      '2026-03-02T15:15 missed',
      '2026-03-02T15:20 overdue',
      '2026-03-02T15:25 scheduled',
    ])
  })

  it('calls a run overdue that nobody took within 15 s', async () => {
    await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
    await planRuns(ctx)
    expect((await planAt('2026-03-03T07:00:15Z')).overdue).toBe(0)
    expect((await planAt('2026-03-03T07:00:15.001Z')).overdue).toBe(1)
  })

  it('runs the newest tick after downtime and records the older ones as missed', async () => {
    await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
    await planRuns(ctx)
    const plan = await planAt('2026-03-05T12:00:00Z')
    expect(plan).toMatchObject({ ready: [{ flow: 'course' }], missed: 2 })
    expect(await states('course')).toEqual([
      '2026-03-03T07:00 missed',
      '2026-03-04T07:00 missed',
      '2026-03-05T07:00 overdue',
      '2026-03-06T07:00 scheduled',
    ])
  })

  it('does not call a run missed that has begun, and starts no other beside it', async () => {
    await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
    await planRuns(ctx)
    await planAt('2026-03-03T07:00:00Z')
    await ctx.pool.query("update run set state = 'crashed', attempt = 1 where scheduled_for = '2026-03-03T07:00:00Z'")
    await planAt('2026-03-04T07:00:00Z')
    expect((await runsOf(ctx, 'course')).map((run) => [run.state, run.waitingFor])).toEqual([
      ['crashed', null],
      ['scheduled', 'Waits for another run of this flow.'],
      ['scheduled', null],
    ])
  })

  it('follows a changed schedule', async () => {
    await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
    await planRuns(ctx)
    await ctx.pool.query("update flow set cron = '0 4 * * *', next_run_at = null")
    await planRuns(ctx)
    expect(await states('course')).toEqual(['2026-03-03T09:00 scheduled'])
  })

  it('takes back what it expected of a flow that is gone, and cancels what waits', async () => {
    await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
    await planRuns(ctx)
    await planAt('2026-03-03T07:00:00Z')
    await ctx.pool.query('update flow set removed_at = $1, next_run_at = null', [new Date(clock.now())])
    const plan = await planRuns(ctx)
    expect(await states('course')).toEqual(['2026-03-03T07:00 cancelled'])
    expect(plan.ended).toHaveLength(1)
  })
})

describe('nights on which the clocks change', () => {
  it('a skipped time runs once, shifted by the gap', async () => {
    clock.set('2026-03-07T15:00:00Z')
    await insertFlow(ctx, { name: 'nightly', cron: '30 2 * * *' })
    await planRuns(ctx)
    await planAt('2026-03-08T07:30:00Z')
    await planAt('2026-03-09T06:30:00Z')
    expect(await states('nightly')).toEqual(['2026-03-08T07:30 missed', '2026-03-09T06:30 scheduled', '2026-03-10T06:30 scheduled'])
  })

  it('a repeated time runs once, the first time', async () => {
    clock.set('2026-10-31T15:00:00Z')
    await insertFlow(ctx, { name: 'nightly', cron: '30 1 * * *' })
    await planRuns(ctx)
    for (const at of ['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z', '2026-11-01T06:30:10Z']) await planAt(at)
    expect(await states('nightly')).toEqual(['2026-11-01T05:30 overdue', '2026-11-02T06:30 scheduled'])
  })
})

describe('a flow after another', () => {
  beforeEach(async () => {
    await insertFlow(ctx, { name: 'term', cron: '0 1 * * *' })
    await insertFlow(ctx, { name: 'course', cron: '0 2 * * *', after: ['term'], timeoutMs: 4 * 3_600_000 })
    await planRuns(ctx)
  })
  const readyFlows = async (at: string) => (await planAt(at)).ready.map((run) => run.flow)
  const runOf = async (flow: string) => (await runsOf(ctx, flow))[0] ?? Promise.reject(new Error(`no run of ${flow}`))
  const endTerm = async (state: 'completed' | 'partial' | 'failed' | 'missed') =>
    setRunState(ctx, (await runOf('term')).id, state, clock.now())

  it('waits until that one has run', async () => {
    expect(await readyFlows('2026-03-03T07:00:00Z')).toEqual(['term'])
    expect(await runOf('course')).toMatchObject({ state: 'scheduled', waitingFor: 'Waits for the run of term that comes before it.' })
  })

  it('does not become overdue while it waits', async () => {
    await readyFlows('2026-03-03T07:30:00Z')
    expect((await runOf('course')).state).toBe('scheduled')
  })

  it.each(['completed', 'partial'] as const)('starts when that one ended %s', async (state) => {
    await readyFlows('2026-03-03T07:00:00Z')
    await endTerm(state)
    expect(await readyFlows('2026-03-03T07:00:05Z')).toEqual(['course'])
    expect((await runOf('course')).waitingFor).toBeNull()
  })

  it.each([
    ['failed', 'failed'],
    ['missed', 'was missed'],
  ] as const)('waits for a later good one when that one %s', async (state, words) => {
    await readyFlows('2026-03-03T07:00:00Z')
    await endTerm(state)
    expect(await readyFlows('2026-03-03T07:00:05Z')).toEqual([])
    expect((await runOf('course')).waitingFor).toBe(`Waits for a good run of term: the last one ${words}.`)
    await ctx.pool.query(
      "insert into run (id, flow, trigger, scheduled_for, created_at, state) values (gen_random_uuid(), 'term', 'manual', $1, $1, 'completed')",
      [new Date(clock.now())],
    )
    expect(await readyFlows('2026-03-03T08:00:00Z')).toEqual(['course'])
  })

  it('fails in words when its own time limit passes first', async () => {
    await readyFlows('2026-03-03T07:00:00Z')
    await endTerm('failed')
    expect(await readyFlows('2026-03-03T10:59:59Z')).toEqual([])
    expect((await runOf('course')).state).toBe('scheduled')
    await planAt('2026-03-03T11:00:00Z')
    expect(await runOf('course')).toMatchObject({
      state: 'failed',
      problem: 'It waited 4 h and could not start. It waited for a good run of term: the last one failed.',
    })
  })

  it('is not held up by a good run of the night before', async () => {
    await endTerm('completed')
    expect(await readyFlows('2026-03-04T07:00:00Z')).toEqual(['term'])
  })
})
