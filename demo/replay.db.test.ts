import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { planRuns } from '#lib/commands/runs/plan-runs.ts'
import { recordPastRuns } from '#lib/commands/runs/record-past-runs.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { listFlows } from '#lib/db/runs/flows.ts'
import { getSetting, putSetting } from '#lib/db/settings.ts'
import { DAY_MS, HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { stateOf } from '#lib/testing/history/state-world.ts'
import { passTime, playRuns, runHistoryOf } from '#lib/testing/runs/play-runs.ts'
import { replay } from './replay.ts'
import { replayRuns } from './replay-runs.ts'

const FIRST_START = Date.parse('2026-11-20T17:00:00Z')
const loaded = await loadCatalogue('demo/catalogue', await loadExtensions())

let databases: TestDatabase[]
let clock: FakeClock
let ctx: Context

/** A database in which the demo's catalogue is in force since an instant, and nothing has happened yet. */
async function campusSince(from: Instant): Promise<{ ctx: Context; clock: FakeClock }> {
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  const database = await createTestDatabase()
  databases.push(database)
  const own = new FakeClock(from)
  const context = database.context(own)
  await syncCatalogue(context, loaded)
  return { ctx: context, clock: own }
}

beforeEach(() => {
  databases = []
})
afterEach(() => Promise.all(databases.map((database) => database.drop())))

const nothing = async () => {}

describe('the demo’s catalogue', () => {
  it('has twenty groups, thirty flows, and nothing wrong with it', () => {
    expect(loaded.ok ? [] : loaded.problems).toEqual([])
    if (!loaded.ok) return
    expect(loaded.catalogue.groups).toHaveLength(20)
    expect(loaded.catalogue.flows).toHaveLength(30)
    expect(loaded.catalogue.feeds.filter((feed) => feed.owner === null)).toEqual([])
  })
})

describe('the told runs of the campus', () => {
  it('are those a worker would have made, step by step', async () => {
    // A night in which a load failed, another one waited for it in vain, and somebody ran it again in the morning.
    const stretch = { from: FIRST_START - 11.6 * DAY_MS, to: FIRST_START - 11 * DAY_MS, firstStart: FIRST_START }
    const live = await campusSince(stretch.from)
    const { runs } = replayRuns(await listFlows(live.ctx.pool), stretch, null)
    const notable = runs.filter((run) => run.state !== 'completed' || run.trigger === 'manual')
    expect(notable.map((run) => `${run.flow} ${run.trigger} ${run.state} ${run.startedAt !== null}`).sort()).toEqual([
      'bookstore-course-list schedule failed false',
      'course manual completed true',
      'course schedule failed true',
    ])
    await playRuns(live.ctx, live.clock, runs)
    await passTime(live.ctx, live.clock, stretch.to)

    const told = await campusSince(stretch.from)
    told.clock.set(stretch.to)
    await recordPastRuns(told.ctx, runs)
    await sweepDue(told.ctx)
    await passTime(told.ctx, told.clock, stretch.to)

    const [was, is] = [await runHistoryOf(live.ctx), await runHistoryOf(told.ctx)]
    expect(is).toEqual(was)
    expect(await stateOf(told.ctx)).toEqual(await stateOf(live.ctx))
  }, 120_000)
})

describe('telling a stretch', () => {
  const first = { from: FIRST_START - 3 * DAY_MS, to: FIRST_START, firstStart: FIRST_START }
  const rows = async (text: string) => (await ctx.pool.query(text)).rows

  beforeEach(async () => {
    const campus = await campusSince(first.from)
    ctx = campus.ctx
    clock = campus.clock
    clock.set(first.to)
  })

  it('gives most of the campus a green present, some a yellow one, and leaves one grey', async () => {
    const campus = await campusSince(FIRST_START - 9 * DAY_MS)
    ctx = campus.ctx
    campus.clock.set(FIRST_START)
    await replay(ctx, { ...first, from: FIRST_START - 9 * DAY_MS }, nothing)
    const counts = await rows(
      `select p.status, count(*)::int as n from status_span p join subject s on s.id = p.subject_id
       where s.kind = 'feed' and p.to_at is null group by 1 order by 1`,
    )
    const of = (status: string) => counts.find((row) => row.status === status)?.n ?? 0
    expect(of('fresh')).toBeGreaterThan(25)
    expect(of('late')).toBeGreaterThanOrEqual(2)
    expect(of('late')).toBeLessThan(7)
    expect(of('stale')).toBeLessThan(3)
    expect(of('unknown')).toBe(1)
  })

  it('tells all of it or nothing, together with what is to be remembered of it', async () => {
    const interrupted = replay(ctx, first, () => Promise.reject(new Error('the lights went out')))
    await expect(interrupted).rejects.toThrow('the lights went out')
    expect(
      await rows('select (select count(*) from run)::int + (select count(*) from arrival)::int + (select count(*) from blind)::int as n'),
    ).toEqual([{ n: 0 }])
    await replay(ctx, first, (sql) => putSetting(sql, 'demo', { until: first.to }))
    expect(await getSetting(ctx.pool, 'demo')).toEqual({ until: first.to })
  })

  it('goes on after it, without a tick told twice or forgotten', async () => {
    await replay(ctx, first, nothing)
    await planRuns(ctx)
    const off = { from: first.to, to: first.to + 26 * HOUR_MS, firstStart: FIRST_START }
    clock.set(off.to)
    await replay(ctx, off, nothing)
    await planRuns(ctx)
    const whole = await campusSince(first.from)
    const flows = await listFlows(whole.ctx.pool)
    const told = replayRuns(flows, { ...first, to: off.to }, null).runs.filter((run) => run.trigger === 'schedule')
    const found = await rows(
      "select flow || ' ' || extract(epoch from scheduled_for) * 1000 as tick from run where trigger = 'schedule' and ended_at is not null order by 1",
    )
    expect(found.map((row) => Number.parseInt(row.tick.split(' ')[1], 10)).length).toBe(told.length)
    expect(await rows('select state, count(*)::int as n from run where ended_at is null group by 1')).toEqual([
      { state: 'scheduled', n: flows.length },
    ])
  })

  it('leaves a run that was cut off to the worker, which goes on with it', async () => {
    await replay(ctx, first, nothing)
    await planRuns(ctx)
    await ctx.pool.query(
      "update run set state = 'running', attempt = 1, started_at = scheduled_for, lease_until = scheduled_for where flow = 'term' and state = 'scheduled'",
    )
    const off = { from: first.to, to: first.to + 3 * DAY_MS, firstStart: FIRST_START }
    clock.set(off.to)
    await replay(ctx, off, nothing)
    const open = await rows("select state, attempt from run where flow = 'term' and ended_at is null")
    expect(open).toEqual([{ state: 'running', attempt: 1 }])
    const later = await rows(
      `select 1 from run where flow = 'term' and scheduled_for > '${new Date(first.to + 20 * HOUR_MS).toISOString()}'`,
    )
    expect(later).toEqual([])
    await planRuns(ctx)
    expect(await rows("select state from run where flow = 'term' and state in ('scheduled', 'missed') order by scheduled_for")).toEqual([
      { state: 'missed' },
      { state: 'scheduled' },
      { state: 'scheduled' },
    ])
  })

  it('hands the worker the ticks whose runs would not be over yet', async () => {
    const at = Date.parse('2026-11-21T06:00:02Z')
    clock.set(at)
    await replay(ctx, { ...first, to: at }, nothing)
    const { ready } = await planRuns(ctx)
    expect(ready.map((run) => run.flow)).toEqual(['term'])
  })
})
