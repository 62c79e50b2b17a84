import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { changesOf, declare, look, seen, spansOf } from '#lib/testing/history/state-world.ts'
import { recordExternalRuns, recordLoadsBefore, recordRunsListed } from './record-external-runs.ts'

/** 00:00 in New York; the deadline there is 01:00 with 45 minutes of grace. */
const START = Date.parse('2026-11-20T05:00:00Z')
let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  await declare(ctx, [
    anAsset('orders', { policies: [aDeadline({ cron: '0 1 * * *' })], blindAfterMs: null, job: 'lake/nightly' }),
    anAsset('other', { policies: [aDeadline({ cron: '0 1 * * *' })], blindAfterMs: null, job: 'lake/other' }),
  ])
})
afterEach(() => database.drop())

const run = (own: Partial<ExternalRun> = {}): ExternalRun => ({
  ...{ job: 'nightly', externalId: '7', state: 'completed', scheduledAt: START + HOUR_MS, startedAt: START + HOUR_MS + MINUTE_MS },
  ...{ endedAt: START + 80 * MINUTE_MS, error: null, rows: 12, url: null, ...own },
})
const tell = (...runs: ExternalRun[]) => recordExternalRuns(ctx, 'lake', runs)
async function goTo(instant: Instant): Promise<void> {
  for (;;) {
    const { nextDueAt } = await sweepDue(ctx)
    if (nextDueAt === null || nextDueAt > instant) break
    clock.set(nextDueAt)
  }
  clock.set(instant)
}
const arrivals = async (key = 'lake/orders') => {
  const { rows } = await ctx.pool.query<{ text: string }>(
    `select clock || ' ' || to_char(at at time zone 'UTC', 'HH24:MI') || ' at ' || to_char(placed_at at time zone 'UTC', 'HH24:MI') || ' by ' || source as text
     from arrival a join subject s on s.id = a.asset_id where s.key = $1 order by a.id`,
    [key],
  )
  return rows.map(({ text }) => text)
}
const stored = async () =>
  (await ctx.pool.query('select state, attempt, error, ended_at from external_run order by external_id')).rows as {
    state: string
    attempt: number
    error: string | null
    ended_at: Date | null
  }[]

describe('a run of another system', () => {
  it('that completed loads what names its job, placed where it was scheduled, and nothing else', async () => {
    clock.set(START + 90 * MINUTE_MS)
    expect(await tell(run())).toEqual({ runs: 1, arrivals: 1, unusable: 0 })
    expect(await arrivals()).toEqual(['loadedAt 06:20 at 06:00 by job:lake'])
    expect(await arrivals('lake/other')).toEqual([])
    expect((await spansOf(ctx, 'lake/orders')).at(-1)).toBe('fresh/on-time 20 06:20–')
  })

  it('that somebody began lies where it began, and one of which neither is told at its end', async () => {
    clock.set(START + 2 * HOUR_MS)
    await tell(run({ scheduledAt: null }), run({ externalId: '8', scheduledAt: null, startedAt: null }))
    expect(await arrivals()).toEqual(['loadedAt 06:20 at 06:01 by job:lake', 'loadedAt 06:20 at 06:20 by job:lake'])
  })

  it('that is told twice, alone or in one list, changes nothing', async () => {
    clock.set(START + 2 * HOUR_MS)
    await tell(run(), run())
    const before = [await arrivals(), await changesOf(ctx, 'lake/orders')]
    expect(await tell(run())).toEqual({ runs: 0, arrivals: 0, unusable: 0 })
    expect([await arrivals(), await changesOf(ctx, 'lake/orders')]).toEqual(before)
    expect(await stored()).toHaveLength(1)
  })

  it('that is learnt later counts from when it ended', async () => {
    await goTo(START + 10 * HOUR_MS)
    expect(await spansOf(ctx, 'lake/orders')).toEqual(expect.arrayContaining([expect.stringMatching(/^(late|stale|unknown)\//)]))
    await tell(run())
    expect((await spansOf(ctx, 'lake/orders')).at(-1)).toBe('fresh/on-time 20 06:20–')
    expect(await changesOf(ctx, 'lake/orders')).toContain('(20 06:20 unknown → fresh)')
  })

  it('that ended in part writes and loads nothing, unless it is known to have written nothing', async () => {
    clock.set(START + 2 * HOUR_MS)
    await tell(run({ state: 'partial', rows: null }), run({ externalId: '8', state: 'partial', rows: 0 }))
    expect(await arrivals()).toEqual(['writtenAt 06:20 at 06:00 by job:lake'])
  })

  it('without new rows is a load, and its reason says so', async () => {
    clock.set(START + 2 * HOUR_MS)
    await tell(run({ rows: 0 }))
    expect((await spansOf(ctx, 'lake/orders')).at(-1)).toBe('fresh/idle 20 06:20–')
  })

  it('of which only some assets are told moves no other', async () => {
    clock.set(START + 2 * HOUR_MS)
    await tell(run({ writes: ['elsewhere'] }), run({ externalId: '8', job: 'other', writes: ['other'] }))
    expect([await arrivals(), await arrivals('lake/other')]).toEqual([[], ['loadedAt 06:20 at 06:00 by job:lake']])
  })

  it('that failed moves nothing, and is the reason once the limit has passed', async () => {
    clock.set(START + 80 * MINUTE_MS)
    await tell(run({ externalId: '6', scheduledAt: START - 23 * HOUR_MS, startedAt: START - 23 * HOUR_MS, endedAt: START - 22 * HOUR_MS }))
    await tell(run({ state: 'failed', error: 'Database Error in model orders' }))
    expect((await spansOf(ctx, 'lake/orders')).at(-1)).toMatch(/^fresh\/due/)
    await goTo(START + 3 * HOUR_MS)
    expect((await spansOf(ctx, 'lake/orders')).at(-1)).toBe('late/run-failed 20 06:45–')
  })

  it('that goes on much longer than usual is the reason, too', async () => {
    const before = Array.from({ length: 5 }, (_, n) => {
      const startedAt = START - (n + 1) * DAY_MS + HOUR_MS
      return run({ externalId: `before ${n}`, scheduledAt: startedAt, startedAt, endedAt: startedAt + 10 * MINUTE_MS })
    })
    await tell(...before)
    clock.set(START + 70 * MINUTE_MS)
    await tell(run({ state: 'running', endedAt: null }))
    await goTo(START + 3 * HOUR_MS)
    expect((await spansOf(ctx, 'lake/orders')).slice(-1)).toEqual(['late/run-hung 20 06:45–'])
  })

  it('is not measured by runs of which nobody knows when they began', async () => {
    await tell(run({ externalId: 'before', scheduledAt: null, startedAt: null, endedAt: START - HOUR_MS }))
    clock.set(START + 70 * MINUTE_MS)
    await tell(run({ state: 'running', scheduledAt: null, startedAt: START + 70 * MINUTE_MS, endedAt: null }))
    await goTo(START + 3 * HOUR_MS)
    expect((await spansOf(ctx, 'lake/orders')).slice(-1)).toEqual(['late/overdue 20 06:45–'])
  })

  it('that its system corrects takes back what it had moved, in the past, too', async () => {
    clock.set(START + 90 * MINUTE_MS)
    await tell(run())
    clock.set(START + 2 * HOUR_MS)
    expect(await tell(run({ state: 'failed', error: 'A test failed after all.' }))).toEqual({ runs: 1, arrivals: 0, unusable: 0 })
    expect(await arrivals()).toEqual([])
    expect((await spansOf(ctx, 'lake/orders')).every((span) => !span.startsWith('fresh'))).toBe(true)
    expect(await stored()).toEqual([expect.objectContaining({ state: 'failed', error: 'A test failed after all.' })])
  })

  it('that has ended is not begun again by an event from before, told by whoever', async () => {
    clock.set(START + 2 * HOUR_MS)
    await tell(run())
    await recordExternalRuns(ctx, 'lake', [run({ state: 'running', endedAt: null })], { by: 'job:push', at: clock.now() })
    await recordExternalRuns(ctx, 'lake', [run({ state: 'failed' })], { by: 'job:push', at: START + HOUR_MS })
    expect(await stored()).toEqual([expect.objectContaining({ state: 'completed' })])
  })

  it('that is begun again under its id takes its first end back, and counts when it ends well', async () => {
    clock.set(START + 2 * HOUR_MS)
    await tell(run({ state: 'failed', error: 'no' }))
    await tell(run({ attempt: 2, state: 'running', startedAt: clock.now(), endedAt: null }))
    expect(await stored()).toEqual([{ state: 'running', attempt: 2, error: null, ended_at: null }])
    clock.set(START + 3 * HOUR_MS)
    await tell(run({ attempt: 2, startedAt: START + 2 * HOUR_MS, endedAt: clock.now() }))
    expect(await arrivals()).toEqual(['loadedAt 08:00 at 06:00 by job:lake'])
  })

  it('has ended by now, though the clock of its system runs ahead', async () => {
    clock.set(START + 80 * MINUTE_MS)
    await tell(run({ endedAt: clock.now() + 20 * MINUTE_MS }))
    expect(await arrivals()).toEqual(['loadedAt 06:20 at 06:00 by job:lake'])
    expect((await spansOf(ctx, 'lake/orders')).at(-1)).toMatch(/^fresh\/on-time/)
  })

  it('without a job or an id is left out alone', async () => {
    clock.set(START + 2 * HOUR_MS)
    expect(await tell(run({ job: '' }), run(), run({ externalId: '' }))).toEqual({ runs: 1, arrivals: 1, unusable: 2 })
  })

  it('keeps what its job is called there, and a new name in its place', async () => {
    const names = async () => (await ctx.pool.query('select job, name from external_job order by job')).rows
    await tell(run({ jobName: ' Nightly build ' }), run({ externalId: '8', job: 'other', jobName: 'other' }))
    await tell(run())
    expect(await names()).toEqual([{ job: 'nightly', name: 'Nightly build' }])
    await tell(run({ jobName: `Build ${'x'.repeat(400)}` }))
    expect(await names()).toEqual([{ job: 'nightly', name: `${`Build ${'x'.repeat(400)}`.slice(0, 299)}…` }])
  })

  it('of a connection that there is not is nothing', async () => {
    expect(await recordExternalRuns(ctx, 'nowhere', [run()])).toEqual({ runs: 0, arrivals: 0, unusable: 0 })
  })
})

describe('a run that its system no longer lists', () => {
  it('is cancelled as far as anybody can tell when two lists, a minute apart, lack it', async () => {
    clock.set(START + 70 * MINUTE_MS)
    await tell(run({ state: 'running', endedAt: null }))
    const lists = (...ids: string[]) => recordRunsListed(ctx, 'lake', { ids, through: null })
    clock.set(START + 75 * MINUTE_MS)
    await lists()
    await tell(run({ state: 'running', endedAt: null }))
    await lists('7')
    clock.set(START + 80 * MINUTE_MS)
    await lists()
    expect(await stored()).toEqual([expect.objectContaining({ state: 'running' })])
    clock.set(START + 81 * MINUTE_MS)
    await lists()
    expect(await stored()).toEqual([
      { state: 'cancelled', attempt: 1, error: 'lake no longer lists this run.', ended_at: new Date(START + 81 * MINUTE_MS) },
    ])
    clock.set(START + 90 * MINUTE_MS)
    await tell(run({ endedAt: clock.now() }))
    expect(await arrivals()).toEqual(['loadedAt 06:30 at 06:00 by job:lake'])
  })
})

describe('an asset that comes to name a job', () => {
  it('is told of the last load before, once', async () => {
    clock.set(START + 2 * HOUR_MS)
    await tell(run({ job: 'hourly', externalId: '1', endedAt: START + 70 * MINUTE_MS }), run({ job: 'hourly', externalId: '2' }))
    await tell(run({ job: 'hourly', externalId: '3', state: 'failed', endedAt: START + 90 * MINUTE_MS }))
    await declare(ctx, [anAsset('hours', { policies: [anAge(3 * HOUR_MS, 6 * HOUR_MS, null)], blindAfterMs: null, job: 'lake/hourly' })])
    expect(await recordLoadsBefore(ctx, 'lake')).toBe(1)
    expect(await recordLoadsBefore(ctx, 'lake')).toBe(0)
    expect(await arrivals('lake/hours')).toEqual(['loadedAt 06:20 at 06:00 by job:lake'])
    expect((await spansOf(ctx, 'lake/hours')).at(-1)).toMatch(/^fresh/)
  })
})

it('a table that is looked at, too, is judged by whoever knows the latest, as with a run of ours', async () => {
  await declare(ctx, [
    anAsset('both', { policies: [anAge(3 * HOUR_MS, 6 * HOUR_MS, 'writtenAt')], blindAfterMs: DAY_MS, job: 'lake/nightly' }),
  ])
  await look(ctx, [seen('lake/both', { writtenAt: START - 5 * HOUR_MS })])
  expect((await spansOf(ctx, 'lake/both')).at(-1)).toMatch(/^late/)
  clock.set(START + 2 * HOUR_MS)
  await tell(run({ state: 'partial' }))
  expect((await spansOf(ctx, 'lake/both')).at(-1)).toBe('fresh/on-time 20 06:20–')
  clock.set(START + 3 * HOUR_MS)
  await look(ctx, [seen('lake/both', { writtenAt: START - 7 * HOUR_MS })])
  expect((await spansOf(ctx, 'lake/both')).at(-1)).toMatch(/^stale/)
})
