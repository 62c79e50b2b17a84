import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, spansOf } from '#lib/testing/history/state-world.ts'
import { recordPastRuns } from './record-past-runs.ts'

const START = Date.parse('2026-11-19T00:00:00Z')

let database: TestDatabase
let clock: FakeClock
let ctx: Context
beforeEach(async () => {
  database = await createTestDatabase()
  clock = new FakeClock(START)
  ctx = database.context(clock)
  const written = anAge(20 * HOUR_MS, 40 * HOUR_MS)
  await declare(ctx, [
    anAsset('people', { flow: 'person', policies: [written], blindAfterMs: null }),
    anAsset('people by service', { flow: 'person', policies: [written], blindAfterMs: null }),
  ])
})
afterEach(() => database.drop())

interface Ended {
  state?: 'completed' | 'partial'
  rowsLoaded: number
  rowsRemoved?: number
  removedByAsset?: Record<string, number>
  refused?: number
}

/** A run of two minutes at this moment, asked for by hand. */
async function ended({ state = 'partial', rowsLoaded, rowsRemoved, removedByAsset, refused = 0 }: Ended): Promise<void> {
  const at = clock.now()
  clock.set(at + 5 * MINUTE_MS)
  await recordPastRuns(ctx, [
    {
      ...{ flow: 'person', trigger: 'manual', scheduledFor: at, createdAt: at, requestedBy: null, state, startedAt: at },
      ...{ endedAt: at + 2 * MINUTE_MS, rowsLoaded, problem: null, internalProblem: null, counters: {}, tasks: [], log: [] },
      report: {
        ...{ rowsSeen: 100, counts: {}, rowsByAsset: {}, incomplete: null },
        ...(rowsRemoved === undefined ? {} : { rowsRemoved }),
        ...(removedByAsset === undefined ? {} : { removedByAsset }),
      },
      rejections: Array.from({ length: refused }, (_, n) => ({ task: 'load', key: `row ${n}`, reason: 'no name', at })),
    },
  ])
  await sweepDue(ctx)
}

async function moved(): Promise<string[]> {
  const { rows } = await ctx.pool.query<{ text: string }>(
    `select s.key || ' ' || a.clock as text from arrival a join subject s on s.id = a.asset_id order by a.id`,
  )
  return rows.map((row) => row.text)
}

describe('a run moves writtenAt', () => {
  it('of what it put rows into, and nothing of what it put none into', async () => {
    await ended({ rowsLoaded: 7, refused: 50, removedByAsset: { 'lake/people by service': 7 } })
    expect(await moved()).toEqual(['lake/people writtenAt'])
  })

  it('not when it put every row aside: what was late stays late', async () => {
    await ended({ rowsLoaded: 5, refused: 50 })
    clock.set(START + DAY_MS)
    await sweepDue(ctx)
    await ended({ rowsLoaded: 0, refused: 99 })
    expect((await spansOf(ctx, 'lake/people')).at(-1)).toBe('late/overdue 19 20:02–')
  })

  it('not when it only removed: such a run proves a load if it completed, and nothing if it did not', async () => {
    await ended({ rowsLoaded: 30, rowsRemoved: 30, refused: 50 })
    expect(await moved()).toEqual([])
    await ended({ state: 'completed', rowsLoaded: 30, rowsRemoved: 30 })
    expect(await moved()).toEqual(['lake/people loadedAt', 'lake/people by service loadedAt'])
  })
})

describe('where a load lies among the ticks of a deadline', () => {
  it('is when it was scheduled for, however late it began and ended, or when it began if somebody asked for it', async () => {
    const nothing = { requestedBy: null, problem: null, internalProblem: null, counters: {}, tasks: [], log: [], rejections: [] }
    const load = { ...nothing, flow: 'person', createdAt: START, state: 'completed' as const, rowsLoaded: 1, report: null }
    clock.set(START + 2 * DAY_MS)
    await recordPastRuns(ctx, [
      { ...load, trigger: 'schedule', scheduledFor: START + HOUR_MS, startedAt: START + 3 * HOUR_MS, endedAt: START + 30 * HOUR_MS },
      { ...load, trigger: 'manual', scheduledFor: START + 31 * HOUR_MS, startedAt: START + 32 * HOUR_MS, endedAt: START + 33 * HOUR_MS },
    ])
    const { rows } = await ctx.pool.query<{ at: Date; placed_at: Date }>('select distinct at, placed_at from arrival order by at')
    expect(rows.map(({ at, placed_at }) => [at.getTime(), placed_at.getTime()])).toEqual([
      [START + 30 * HOUR_MS, START + HOUR_MS],
      [START + 33 * HOUR_MS, START + 32 * HOUR_MS],
    ])
  })
})
