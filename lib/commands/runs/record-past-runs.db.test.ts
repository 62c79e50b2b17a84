import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import type { PastRun } from '#lib/db/runs/past-runs.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAge, anAsset, calendarDays } from '#lib/testing/catalogues/state-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, runIs, seen, spansOf, stateOf } from '#lib/testing/history/state-world.ts'
import { passTime, playRuns, runHistoryOf } from '#lib/testing/runs/play-runs.ts'
import { planRuns } from './plan-runs.ts'
import { recordPastRuns } from './record-past-runs.ts'

const START = Date.parse('2026-10-30T15:00:00Z')
/** One in the morning in New York, the night after the start. */
const FIRST_TICK = Date.parse('2026-10-31T05:00:00Z')
const FLOWS = ['term', 'course', 'person'] as const

const FLOW_ASSETS = [
  anAsset('nightly', { flow: 'term', policies: [aDeadline()], blindAfterMs: null }),
  anAsset('nightly by service', { flow: 'term', policies: [aDeadline({ graceMs: 5 * MINUTE_MS })], blindAfterMs: null }),
  anAsset('daily', { flow: 'course', feed: 'courses', policies: [calendarDays()], blindAfterMs: null }),
  anAsset('aged', { flow: 'person', feed: 'people', policies: [anAge(20 * HOUR_MS, 40 * HOUR_MS, 'loadedAt')], blindAfterMs: null }),
  anAsset('written', { flow: 'person', feed: 'people', policies: [anAge(20 * HOUR_MS, 40 * HOUR_MS)], blindAfterMs: null }),
  anAsset('watched', { feed: 'people' }),
]

function declareFlows(ctx: Context) {
  return declare(ctx, FLOW_ASSETS, { courses: 'academic', people: 'academic' })
}

/** Ticks are local: the clocks go back on the second night. */
function tickOf(night: number): Instant {
  return FIRST_TICK + night * DAY_MS + (night >= 2 ? HOUR_MS : 0)
}

const oneRun = fc.record({
  flow: fc.constantFrom(...FLOWS),
  night: fc.integer({ min: 0, max: 4 }),
  state: fc.constantFrom('completed' as const, 'completed' as const, 'partial' as const, 'failed' as const, 'timed-out' as const),
  delayMs: fc.integer({ min: SECOND_MS, max: 3 * HOUR_MS }),
  lastsMs: fc.integer({ min: SECOND_MS, max: 4 * HOUR_MS }),
  rejected: fc.constantFrom(0, 1, 30),
  isIncomplete: fc.boolean(),
  rowsLoaded: fc.constantFrom(0, 12),
})
type Drawn = typeof oneRun extends fc.Arbitrary<infer R> ? R : never

/** Some nights of some flows: at most one run of a flow each night, the tick left out where nothing was drawn for it. */
const nights = fc.uniqueArray(oneRun, { minLength: 3, maxLength: 12, selector: ({ flow, night }) => `${flow} ${night}` })

function toPastRun({ flow, night, state, delayMs, lastsMs, rejected, isIncomplete, rowsLoaded }: Drawn): PastRun {
  const scheduledFor = tickOf(night)
  const startedAt = scheduledFor + delayMs
  const endedAt = startedAt + lastsMs
  const isGood = state === 'completed' || state === 'partial'
  const incomplete = state === 'partial' && isIncomplete ? 'One of four terms could not be read.' : null
  const summary = { rowsSeen: 1000, counts: { seen: 1000 }, rowsByAsset: { 'lake/daily': 3 }, incomplete }
  const task = { name: 'load', tries: 2, startedAt, endedAt, problem: isGood ? null : 'It broke.' }
  const rejection = (n: number) => ({ task: 'load', key: `row ${n}`, reason: 'no title', at: startedAt })
  return {
    ...{ flow, trigger: 'schedule', scheduledFor, createdAt: scheduledFor - DAY_MS, requestedBy: null, state, startedAt, endedAt },
    ...{ rowsLoaded: isGood ? rowsLoaded : 0, report: isGood ? summary : null, problem: isGood ? incomplete : 'It broke.' },
    internalProblem: isGood ? null : 'Error: it broke',
    counters: { load: { rows: rowsLoaded } },
    tasks: [{ ...task, state: isGood ? 'completed' : 'failed' }],
    log: [{ at: startedAt, level: 'info', message: `reads ${flow}` }],
    rejections: state === 'partial' ? Array.from({ length: rejected }, (_, n) => rejection(n)) : [],
  }
}

function missed(flow: string, night: number): PastRun {
  const at = tickOf(night)
  const nothing = { requestedBy: null, rowsLoaded: 0, report: null, problem: null, internalProblem: null }
  const never = { state: 'missed' as const, startedAt: null, endedAt: at, counters: {}, tasks: [], log: [], rejections: [] }
  return { flow, trigger: 'schedule', scheduledFor: at, createdAt: at - DAY_MS, ...nothing, ...never }
}

/** Every tick of every flow up to the last night, those nobody was there for as missed. */
function wholeHistory(drawn: readonly Drawn[]): PastRun[] {
  const ran = new Map(drawn.map((one) => [`${one.flow} ${one.night}`, toPastRun(one)]))
  return FLOWS.flatMap((flow) => [0, 1, 2, 3, 4].map((night) => ran.get(`${flow} ${night}`) ?? missed(flow, night)))
}

const END = tickOf(4) + 20 * HOUR_MS

describe('runs of the past, recorded at once', () => {
  it('leave exactly what the same runs leave when a worker executes them step by step', async () => {
    await fc.assert(
      fc.asyncProperty(nights, async (drawn) => {
        const [live, told] = await Promise.all([createTestDatabase(), createTestDatabase()])
        try {
          const liveClock = new FakeClock(START)
          const liveCtx = live.context(liveClock)
          await declareFlows(liveCtx)
          await playRuns(
            liveCtx,
            liveClock,
            wholeHistory(drawn).filter((run) => run.state !== 'missed'),
          )
          await passTime(liveCtx, liveClock, tickOf(5) - SECOND_MS)
          liveClock.set(tickOf(5))
          await planRuns(liveCtx)

          const toldClock = new FakeClock(START)
          const toldCtx = told.context(toldClock)
          await declareFlows(toldCtx)
          toldClock.set(END)
          await recordPastRuns(toldCtx, wholeHistory(drawn))
          await passTime(toldCtx, toldClock, tickOf(5) - SECOND_MS)

          expect(await runHistoryOf(toldCtx)).toEqual(await runHistoryOf(liveCtx))
          expect(await stateOf(toldCtx)).toEqual(await stateOf(liveCtx))
        } finally {
          await Promise.all([live.drop(), told.drop()])
        }
      }),
      { numRuns: 6, seed: 20261120, endOnFailure: true },
    )
  }, 240_000)
})

describe('a past run', () => {
  let database: TestDatabase
  let clock: FakeClock
  let ctx: Context

  beforeEach(async () => {
    database = await createTestDatabase()
    clock = new FakeClock(START)
    ctx = database.context(clock)
    await declareFlows(ctx)
  })
  afterEach(() => database.drop())

  const good = toPastRun({
    ...{
      flow: 'term',
      night: 0,
      state: 'completed',
      delayMs: SECOND_MS,
      lastsMs: MINUTE_MS,
      rejected: 0,
      isIncomplete: false,
      rowsLoaded: 12,
    },
  })
  const count = async (table: string) => Number((await ctx.pool.query(`select count(*) as n from ${table}`)).rows[0].n)

  it('is recorded once, however often it is told', async () => {
    clock.set(END)
    expect(await recordPastRuns(ctx, [good])).toEqual({ runs: 1, arrivals: 2 })
    expect(await recordPastRuns(ctx, [good])).toEqual({ runs: 0, arrivals: 0 })
    expect([await count('run'), await count('run_task'), await count('run_log'), await count('arrival')]).toEqual([1, 1, 1, 2])
  })

  it('takes the place of the row that waited for it', async () => {
    await planRuns(ctx)
    const waiting = await ctx.pool.query("select id from run where flow = 'term'")
    clock.set(END)
    await recordPastRuns(ctx, [good])
    const { rows } = await ctx.pool.query("select id, state, waiting_for from run where flow = 'term'")
    expect(rows).toEqual([{ id: waiting.rows[0].id, state: 'completed', waiting_for: null }])
  })

  it('leaves alone what a worker has begun', async () => {
    const startedAt = good.scheduledFor + SECOND_MS
    clock.set(startedAt)
    const id = '00000000-0000-4000-8000-000000000001'
    await runIs(ctx, { id, flow: 'term', state: 'running', scheduledFor: good.scheduledFor, startedAt, endedAt: null })
    await ctx.pool.query('update run set attempt = 1')
    clock.set(END)
    expect(await recordPastRuns(ctx, [good])).toEqual({ runs: 0, arrivals: 0 })
    expect((await ctx.pool.query('select state from run')).rows).toEqual([{ state: 'running' }])
  })

  it('is on the page with the next sweep, and says nothing about what others fill', async () => {
    await look(ctx, [seen('lake/watched', { writtenAt: START })])
    clock.set(good.endedAt)
    await recordPastRuns(ctx, [good])
    await passTime(ctx, clock, good.endedAt + MINUTE_MS)
    expect((await spansOf(ctx, 'lake/nightly')).at(-1)).toBe('fresh/on-time 31 05:01–')
    expect(await spansOf(ctx, 'lake/watched')).toEqual(['fresh/on-time 30 15:00–30 15:15', 'unknown/probe-failed 30 15:15–'])
  })

  it('cannot end before it begins, after now, or well without having begun', async () => {
    clock.set(END)
    const refused = { code: 'invalid' }
    await expect(recordPastRuns(ctx, [{ ...good, endedAt: good.scheduledFor - 1 }])).rejects.toMatchObject(refused)
    await expect(recordPastRuns(ctx, [good, { ...good, endedAt: END + 1 }])).rejects.toMatchObject(refused)
    await expect(recordPastRuns(ctx, [{ ...good, startedAt: null }])).rejects.toMatchObject(refused)
    expect(await count('run')).toBe(0)
  })
})
