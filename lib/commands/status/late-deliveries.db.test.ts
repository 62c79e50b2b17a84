import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { getAssetPage } from '#lib/queries/pages/asset-page.ts'
import { getSubjectDays } from '#lib/queries/pages/subject-bars.ts'
import { aDeadline, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, runIs, seen, stateOf } from '#lib/testing/history/state-world.ts'
import { rebuild } from './rebuild.ts'
import { rollUpDays } from './roll-up-days.ts'
import { sweepDue } from './sweep-due.ts'

/** One in the morning in New York. */
const tick = (night: number) => Date.parse('2026-11-20T06:00:00Z') + night * DAY_MS

let database: TestDatabase
let clock: FakeClock
let ctx: Context
beforeEach(async () => {
  database = await createTestDatabase()
  clock = new FakeClock(tick(0) - 12 * HOUR_MS)
  ctx = database.context(clock)
})
afterEach(() => database.drop())

/** The scheduled load of a night, come to its end at an instant. */
async function loads(night: number, endedAt: number): Promise<void> {
  const run = { id: `00000000-0000-4000-8000-00000000000${night}`, flow: 'term', scheduledFor: tick(night), startedAt: endedAt - MINUTE_MS }
  await passUntil(endedAt)
  await runIs(ctx, { ...run, state: 'completed', endedAt })
}

async function passUntil(at: number): Promise<void> {
  for (let due = (await sweepDue(ctx)).nextDueAt; due !== null && due <= at; due = (await sweepDue(ctx)).nextDueAt) clock.set(due)
  clock.set(at)
  await rollUpDays(ctx)
}

async function deliveriesOf(kind: 'asset' | 'feed' | 'group', key: string) {
  const days = (await getSubjectDays(ctx, { kind, key })) ?? []
  return days.flatMap(({ day, expected, missed, lateDeliveries }) =>
    expected === null
      ? []
      : [`${day} ${expected - (missed ?? 0)} of ${expected} ${lateDeliveries.map(({ words }) => words).join()}`.trim()],
  )
}

describe('a delivery that came late came', () => {
  beforeEach(() => declare(ctx, [anAsset('terms', { flow: 'term', policies: [aDeadline()], blindAfterMs: null })]))

  test('and says how late, wherever days are told', async () => {
    await loads(0, tick(0) + 8 * MINUTE_MS)
    await loads(1, tick(1) + 6 * HOUR_MS + 50 * MINUTE_MS)
    await passUntil(tick(1) + 24 * HOUR_MS)
    const told = ['2026-11-21 1 of 1 6 h 5 min late, 07:50', '2026-11-20 1 of 1', '2026-11-19 0 of 0']
    expect(await deliveriesOf('asset', 'lake/terms')).toEqual(told)
    expect(await deliveriesOf('feed', 'terms')).toEqual(told)
    expect(await deliveriesOf('group', 'records')).toEqual(told)
    const page = await getAssetPage(ctx, 'lake/terms')
    expect(page?.arrivals.map(({ late }) => late)).toEqual(['6 h 5 min late, 07:50', null])
    const [first, second] = [tick(0) + 8 * MINUTE_MS, tick(1) + 6 * HOUR_MS + 50 * MINUTE_MS]
    const lateAt = tick(1) + 45 * MINUTE_MS
    expect(page?.ages).toMatchObject([
      {
        clock: 'loadedAt',
        stretches: [
          { at: first, to: second, lateAt },
          { at: second, to: clock.now() },
        ],
      },
    ])
  })

  test('today already', async () => {
    await loads(0, tick(0) + 8 * MINUTE_MS)
    await passUntil(tick(1) + HOUR_MS)
    expect((await deliveriesOf('feed', 'terms'))[0]).toBe('2026-11-21 0 of 1')
    await loads(1, tick(1) + 6 * HOUR_MS + 50 * MINUTE_MS)
    expect((await deliveriesOf('asset', 'lake/terms'))[0]).toBe('2026-11-21 1 of 1 6 h 5 min late, 07:50')
    expect((await deliveriesOf('feed', 'terms'))[0]).toBe('2026-11-21 1 of 1 6 h 5 min late, 07:50')
  })

  test('also days after its tick: the day that missed it is told anew', async () => {
    await loads(0, tick(0) + 8 * MINUTE_MS)
    await passUntil(tick(3) - HOUR_MS)
    expect((await deliveriesOf('feed', 'terms')).slice(0, 2)).toEqual(['2026-11-22 0 of 1', '2026-11-21 0 of 1'])
    await loads(3, tick(3) + 10 * MINUTE_MS)
    expect((await deliveriesOf('feed', 'terms')).slice(0, 2)).toEqual([
      '2026-11-22 1 of 1 23 h 25 min late, 01:10 the day after',
      '2026-11-21 1 of 1 1 d 23 h 25 min late, 01:10 2 days after',
    ])
    const live = await stateOf(ctx)
    await rebuild(ctx, { assetIds: [3], from: 0, isThorough: true })
    await rebuild(ctx, { assetIds: [1, 2, 3], from: 0, isThorough: true })
    expect((await stateOf(ctx)).days).toEqual(live.days)
  })
})

test('one of which is learnt late that it came earlier is told as it was', async () => {
  await declare(ctx, [anAsset('terms', { policies: [aDeadline({ clock: 'writtenAt' })], blindAfterMs: 400 * HOUR_MS })])
  await look(ctx, [seen('lake/terms', { writtenAt: tick(0) })])
  await passUntil(tick(3) + HOUR_MS)
  await look(ctx, [seen('lake/terms', { writtenAt: tick(3) })])
  expect((await deliveriesOf('asset', 'lake/terms')).slice(0, 3)).toEqual([
    '2026-11-23 1 of 1',
    '2026-11-22 1 of 1 23 h 15 min late, 01:00 the day after',
    '2026-11-21 1 of 1 1 d 23 h 15 min late, 01:00 2 days after',
  ])
  await ctx.pool.query(
    `insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind)
     select id, 'writtenAt', $1, $2, 'connection:lake', $2, 'arrival' from subject where kind = 'asset'`,
    [new Date(tick(2) + 5 * HOUR_MS), new Date(clock.now())],
  )
  const { rows } = await ctx.pool.query<{ id: number }>(`select id from subject where kind = 'asset'`)
  await rebuild(ctx, { assetIds: rows.map(({ id }) => id), from: tick(2) + 5 * HOUR_MS })
  const live = await deliveriesOf('asset', 'lake/terms')
  expect(live.slice(1, 3)).toEqual([
    '2026-11-22 1 of 1 4 h 15 min late, 06:00',
    '2026-11-21 1 of 1 1 d 4 h 15 min late, 06:00 the day after',
  ])
  await rebuild(ctx, { assetIds: rows.map(({ id }) => id), from: 0, isThorough: true })
  expect(await deliveriesOf('asset', 'lake/terms')).toEqual(live)
})
