import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, seen } from '#lib/testing/history/state-world.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { sweepIncidents } from './sweep-incidents.ts'

/** Of the machine; the worker's own time is the clock's. */
const PATIENT = { timeout: 10_000 }
const START = Date.parse('2026-11-10T00:00Z')
let database: TestDatabase
let clock: FakeClock
let ctx: Context
beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  await declare(ctx, [anAsset('terms', { blindAfterMs: null, policies: [anAge(HOUR_MS, 9 * HOUR_MS)] })])
  await look(ctx, [seen('lake/terms', { writtenAt: START })])
})
afterAll(() => database.drop())

const openedSince = async (at: number) => {
  const { rows } = await ctx.whole.query<{ count: number }>('select count(*)::int as count from incident where opened_at >= $1', [
    new Date(at),
  ])
  return rows[0]?.count ?? 0
}
const isLate = () => look(ctx, [seen('lake/terms', { writtenAt: clock.now() - 2 * HOUR_MS })])
const isFresh = () => look(ctx, [seen('lake/terms', { writtenAt: clock.now() })])

/** Sweeps until the end of a test; it waits until it is told to go on, and the clock is set only while it waits. */
function sweeping() {
  const stop = new AbortController()
  const waits: { ms: number; goOn: () => void }[] = []
  const wakeSignal = { wake: () => {}, wait: (ms: number) => new Promise<void>((goOn) => void waits.push({ ms, goOn })) }
  const over = sweepIncidents(testServices(ctx, { signal: stop.signal }), wakeSignal)
  const waiting = (times: number) => expect.poll(() => clock.advance(SECOND_MS).then(() => waits.length), PATIENT).toBe(times)
  const end = () => {
    stop.abort()
    for (const { goOn } of waits) goOn()
    return over
  }
  return { waits, waiting, end, goOn: () => waits.at(-1)?.goOn() }
}

test('incidents are followed, at the latest five seconds after the last time, until the worker stops', async () => {
  const { waits, waiting, goOn, end } = sweeping()
  await waiting(1)
  const since = clock.now()
  await isLate()
  expect(await openedSince(since)).toBe(0)
  goOn()
  await waiting(2)
  expect(await openedSince(since)).toBe(1)
  expect(waits.map(({ ms }) => ms)).toEqual([5 * SECOND_MS, 5 * SECOND_MS])
  await end()
  await isFresh()
  expect(waits).toHaveLength(2)
})

test('what fails once is tried again', async () => {
  const { waiting, goOn, end } = sweeping()
  await waiting(1)
  clock.set(clock.now() + HOUR_MS / 2)
  const since = clock.now()
  await isLate()
  await ctx.whole.query('alter table incident rename to incident_away')
  goOn()
  await waiting(2)
  await ctx.whole.query('alter table incident_away rename to incident')
  goOn()
  await waiting(3)
  expect(await openedSince(since)).toBe(1)
  await end()
})
