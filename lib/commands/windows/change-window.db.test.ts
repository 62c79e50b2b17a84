import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { openMaintenanceWorld, START, SUNDAYS, TERMS } from '#lib/testing/worlds/maintenance-world.ts'
import { changeSeries, endSeries } from './change-series.ts'
import { changeWindow } from './change-window.ts'
import { closeWindow } from './close-window.ts'
import { openWindow } from './open-window.ts'
import { planSeries } from './plan-series.ts'

let world: Awaited<ReturnType<typeof openMaintenanceWorld>>
let ctx: Context
let admin: Context
let clock: FakeClock

beforeAll(async () => {
  world = await openMaintenanceWorld()
  ;({ ctx, admin, clock } = world)
})
afterAll(() => world.database.drop())
beforeEach(() => world.reset())

describe('maintenance', () => {
  it.each([
    [{ from: 0, to: 0 }, 'must end after it begins'],
    [{ from: 0, to: 32 * DAY_MS }, 'lasts at most 31 d'],
  ])('of %o is refused in words', async ({ from, to }, words) => {
    const request = { subject: TERMS, kind: 'maintenance' as const, from: START + from, to: START + to, note: null }
    await expect(openWindow(ctx, request)).rejects.toMatchObject({ code: 'invalid', publicMessage: expect.stringContaining(words) })
    expect(await world.audited()).toMatchObject({ refusal: expect.stringContaining(words) })
  })
})

describe('maintenance of everything', () => {
  it('is announced, changed and ended by admins only', async () => {
    const from = START + HOUR_MS
    const window = { subject: null, kind: 'maintenance' as const, from, to: from + HOUR_MS, note: 'New disks' }
    await expect(openWindow(ctx, window)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(planSeries(ctx, { subject: null, recurrence: SUNDAYS, note: null })).rejects.toMatchObject({ code: 'forbidden' })
    const windowId = await openWindow(admin, window)
    const seriesId = await planSeries(admin, { subject: null, recurrence: SUNDAYS, note: null })
    for (const order of [
      () => closeWindow(ctx, { windowId }),
      () => changeWindow(ctx, { windowId, from: null, to: from + 2 * HOUR_MS, note: null }),
      () => endSeries(ctx, { seriesId }),
      () => changeSeries(ctx, { seriesId, recurrence: SUNDAYS, note: null }),
    ]) {
      await expect(order()).rejects.toMatchObject({ publicMessage: 'What covers everything takes the role admin; yours is engineer.' })
      expect(await world.audited()).toMatchObject({ actor: 'Ada', refusal: expect.stringContaining('admin') })
    }
    expect(await world.times()).toHaveLength(10)
    await endSeries(admin, { seriesId })
    await closeWindow(admin, { windowId })
    expect(await world.times()).toEqual([])
  })
})

describe('a window', () => {
  const plan = (from: number, to: number | null) => openWindow(ctx, { subject: TERMS, kind: 'maintenance', from, to, note: 'Disks' })

  it('that lies ahead is moved, with one entry that says how it was and is', async () => {
    const windowId = await plan(START + HOUR_MS, START + 2 * HOUR_MS)
    const before = await world.audits()
    await changeWindow(ctx, { windowId, from: START + 3 * HOUR_MS, to: START + 4 * HOUR_MS, note: 'More disks' })
    expect(await world.times()).toEqual(['10-20 15:00–16:00'])
    expect(await world.audits()).toBe(before + 1)
    expect(await world.audited()).toMatchObject({
      action: 'window.change',
      target: `window:${windowId}`,
      before: { from: '2026-10-20T13:00:00.000Z', note: 'Disks' },
      after: { from: '2026-10-20T15:00:00.000Z', to: '2026-10-20T16:00:00.000Z', note: 'More disks' },
    })
  })

  it('that lies ahead is not moved into the past', async () => {
    const windowId = await plan(START + HOUR_MS, START + 2 * HOUR_MS)
    const change = { windowId, from: START - HOUR_MS, to: START + HOUR_MS, note: null }
    await expect(changeWindow(ctx, change)).rejects.toMatchObject({
      publicMessage: 'It would begin in the past. What was stays as it was.',
    })
  })

  it('that has begun is made longer or shorter, keeps its begin, and is not ended backwards', async () => {
    const windowId = await plan(START, START + HOUR_MS)
    clock.set(START + 30 * MINUTE_MS)
    await changeWindow(ctx, { windowId, from: null, to: START + 3 * HOUR_MS, note: 'Disks' })
    await changeWindow(ctx, { windowId, from: START, to: START + 2 * HOUR_MS, note: 'Disks' })
    expect(await world.times()).toEqual(['10-20 12:00–14:00'])
    await expect(changeWindow(ctx, { windowId, from: START - HOUR_MS, to: null, note: null })).rejects.toMatchObject({
      publicMessage: 'It has begun, so when it began stays as it was.',
    })
    await expect(changeWindow(ctx, { windowId, from: null, to: START + 10 * MINUTE_MS, note: null })).rejects.toMatchObject({
      publicMessage: 'It would have ended already. End it, or say a time that is still to come.',
    })
  })

  it('that has ended stays as it was', async () => {
    const windowId = await plan(START, START + HOUR_MS)
    clock.set(START + HOUR_MS)
    await expect(changeWindow(ctx, { windowId, from: null, to: START + 9 * HOUR_MS, note: null })).rejects.toMatchObject({
      publicMessage: 'It has ended. What was stays as it was.',
    })
    await closeWindow(ctx, { windowId })
    expect(await world.times()).toEqual(['10-20 12:00–13:00'])
  })
})
