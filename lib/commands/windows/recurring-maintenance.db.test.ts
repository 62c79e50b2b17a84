import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { look, seen, spansOf } from '#lib/testing/history/state-world.ts'
import { openMaintenanceWorld, START, SUNDAYS, TERMS } from '#lib/testing/worlds/maintenance-world.ts'
import { changeSeries, endSeries } from './change-series.ts'
import { changeWindow } from './change-window.ts'
import { closeWindow, endPauses } from './close-window.ts'
import { expandAllSeries } from './expand-series.ts'
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

describe('maintenance that comes again', () => {
  it('has a window for each time within two months, by the clocks of the page, across their change', async () => {
    const id = await world.sundays()
    expect(await world.times()).toEqual([
      '10-25 06:00–08:00',
      '11-01 07:00–09:00',
      '11-08 07:00–09:00',
      '11-15 07:00–09:00',
      '11-22 07:00–09:00',
      '11-29 07:00–09:00',
      '12-06 07:00–09:00',
      '12-13 07:00–09:00',
      '12-20 07:00–09:00',
    ])
    expect((await world.windows())[0]).toMatchObject({ note: 'Patches', by: 'Ada', series: id })
    expect(await world.audited()).toEqual({
      actor: 'Ada',
      action: 'window.open',
      target: 'feed:terms',
      reason: 'Patches',
      before: null,
      after: { series: id, rule: 'Sundays 02:00–04:00', zone: 'America/New_York', first: '2026-10-20', note: 'Patches' },
      refusal: null,
    })
  })

  it('gets more of them as time goes on, each once, however many workers look at once', async () => {
    await world.sundays()
    expect(await expandAllSeries(admin)).toBe(0)
    clock.set(START + 14 * DAY_MS)
    const made = await Promise.all(Array.from({ length: 4 }, () => expandAllSeries(admin)))
    expect(made.reduce((sum, one) => sum + one, 0)).toBe(2)
    expect((await world.times()).slice(-3)).toEqual(['12-20 07:00–09:00', '12-27 07:00–09:00', '01-03 07:00–09:00'])
  })

  it('makes none in the past when no worker was there for longer than that', async () => {
    await world.sundays()
    clock.set(START + 100 * DAY_MS)
    expect(await expandAllSeries(admin)).toBe(9)
    expect((await world.times())[9]).toBe('01-31 07:00–09:00')
  })

  it('hides what turns late in it, without anybody doing anything more', async () => {
    await look(admin, [seen('lake/a', { writtenAt: Date.parse('2026-10-25T06:30:00Z') - 30 * DAY_MS })])
    await world.sundays()
    for (const time of ['06:00', '06:30', '08:00']) {
      clock.set(Date.parse(`2026-10-25T${time}:00Z`))
      await sweepDue(admin)
    }
    expect((await spansOf(admin, 'lake/a')).slice(-2)).toEqual(['maintenance/maintenance 25 06:30–25 08:00', 'late/overdue 25 08:00–'])
  })

  it('is over when its last day has passed', async () => {
    const id = await world.sundays({ lastDay: '2026-10-25' })
    clock.set(Date.parse('2026-10-25T07:59:00Z'))
    await expandAllSeries(admin)
    expect(await world.endedAt(id)).toBeNull()
    clock.set(Date.parse('2026-10-25T08:00:00Z'))
    await expandAllSeries(admin)
    expect(await world.endedAt(id)).toEqual(new Date(clock.now()))
    expect(await world.times()).toEqual(['10-25 06:00–08:00'])
  })

  it('rests while its subject is not in the catalogue, and goes with it under a new name', async () => {
    const id = await world.sundays()
    clock.set(START + 14 * DAY_MS)
    await admin.whole.query("update subject set removed_at = now() where key = 'terms'")
    expect(await expandAllSeries(admin)).toBe(0)
    await admin.whole.query("update subject set removed_at = null where key = 'terms'")
    expect(await expandAllSeries(admin)).toBe(2)
    expect(await world.endedAt(id)).toBeNull()
  })
})

describe('one time of it', () => {
  it('that is withdrawn does not come back', async () => {
    await world.sundays()
    await closeWindow(ctx, { windowId: (await world.windows())[1]?.id ?? 0 })
    clock.set(START + 7 * DAY_MS)
    await expandAllSeries(admin)
    expect((await world.times()).slice(0, 2)).toEqual(['10-25 06:00–08:00', '11-08 07:00–09:00'])
  })

  it('is not withdrawn with what was announced once', async () => {
    await world.sundays()
    await expect(endPauses(ctx, { ...TERMS, name: 'Terms' })).rejects.toMatchObject({
      publicMessage: 'Terms is not paused by itself. Its maintenance comes again by a rule, which is ended on its page.',
    })
    const from = START + DAY_MS
    await openWindow(ctx, { subject: TERMS, kind: 'maintenance', from, to: from + HOUR_MS, note: null })
    await endPauses(ctx, { ...TERMS, name: 'Terms' })
    expect(await world.times()).toHaveLength(9)
  })

  it('can be moved, but not over another', async () => {
    await world.sundays()
    const windowId = (await world.windows())[0]?.id ?? 0
    const from = Date.parse('2026-10-26T06:00:00Z')
    await changeWindow(ctx, { windowId, from, to: from + HOUR_MS, note: 'Patches' })
    expect((await world.times())[0]).toBe('10-26 06:00–07:00')
    const other = Date.parse('2026-11-01T08:00:00Z')
    await expect(changeWindow(ctx, { windowId, from: other, to: other + HOUR_MS, note: null })).rejects.toMatchObject({ code: 'conflict' })
    await expect(changeWindow(ctx, { windowId, from, to: null, note: null })).rejects.toMatchObject({ code: 'invalid' })
    await expandAllSeries(admin)
    expect((await world.times())[0]).toBe('10-26 06:00–07:00')
  })
})

describe('another rule', () => {
  it('is for what lies ahead: what was and what is going on stay as they are', async () => {
    const seriesId = await world.sundays()
    clock.set(Date.parse('2026-11-01T07:30:00Z'))
    await changeSeries(ctx, {
      seriesId,
      recurrence: { ...SUNDAYS, days: { every: 'week', interval: 2, weekdays: [6, 7] }, to: '05:00' },
      note: 'Disks',
    })
    expect((await world.times()).slice(0, 5)).toEqual([
      '10-25 06:00–08:00',
      '11-01 07:00–09:00',
      '11-07 07:00–10:00',
      '11-08 07:00–10:00',
      '11-21 07:00–10:00',
    ])
    expect((await world.windows()).map(({ note }) => note).slice(1, 3)).toEqual(['Patches', 'Disks'])
    expect(await world.audited()).toMatchObject({
      action: 'window.change',
      target: `series:${seriesId}`,
      before: { rule: 'Sundays 02:00–04:00', note: 'Patches' },
      after: { rule: 'Every 2 weeks, on Saturdays and Sundays 02:00–05:00', note: 'Disks' },
      refusal: null,
    })
  })

  it('lies never over the one that is going on', async () => {
    const seriesId = await world.sundays()
    clock.set(Date.parse('2026-10-25T06:10:00Z'))
    await changeSeries(ctx, { seriesId, recurrence: { ...SUNDAYS, from: '02:30', to: '05:00' }, note: null })
    expect((await world.times()).slice(0, 2)).toEqual(['10-25 06:00–08:00', '11-01 07:30–10:00'])
  })

  it('is none where only the note is another: withdrawn ones stay so', async () => {
    const seriesId = await world.sundays()
    await closeWindow(ctx, { windowId: (await world.windows())[0]?.id ?? 0 })
    await changeSeries(ctx, { seriesId, recurrence: { ...SUNDAYS }, note: 'Disks' })
    expect(await world.times()).toHaveLength(8)
    expect(new Set((await world.windows()).map(({ note }) => note))).toEqual(new Set(['Disks']))
  })
})

describe('the end of it', () => {
  it('takes back what lies ahead; what was stays, what is going on goes on', async () => {
    const seriesId = await world.sundays()
    clock.set(Date.parse('2026-11-01T07:30:00Z'))
    await endSeries(ctx, { seriesId })
    expect(await world.times()).toEqual(['10-25 06:00–08:00', '11-01 07:00–09:00'])
    expect(await world.audited()).toMatchObject({
      action: 'window.close',
      target: `series:${seriesId}`,
      after: { withdrawn: 7 },
      refusal: null,
    })
    clock.set(START + 30 * DAY_MS)
    expect(await expandAllSeries(admin)).toBe(0)
    const again = { publicMessage: 'This recurring maintenance has ended. Announce a new one.' }
    await expect(endSeries(ctx, { seriesId })).rejects.toMatchObject(again)
    await expect(changeSeries(ctx, { seriesId, recurrence: SUNDAYS, note: null })).rejects.toMatchObject(again)
    expect(await world.audited()).toMatchObject({ refusal: again.publicMessage })
  })
})

describe('what is refused', () => {
  it('is a rule over another about the same, with words that name it', async () => {
    await world.sundays()
    const before = await world.audits()
    const over = { days: { every: 'month', interval: 1, monthDay: 1 }, from: '03:30', to: '05:00' } as const
    await expect(world.sundays(over)).rejects.toMatchObject({
      code: 'conflict',
      publicMessage:
        'It would lie over what comes again already, “Sundays 02:00–04:00”, first on Sun 1 Nov 2026. Change that one, or choose another time.',
    })
    expect(await world.audits()).toBe(before + 1)
    await world.sundays({ from: '04:00', to: '05:00' })
    await planSeries(ctx, { subject: { kind: 'feed', key: 'other' }, recurrence: SUNDAYS, note: null })
    expect(await world.times()).toHaveLength(27)
  })

  it('is one of two that are planned at the same moment', async () => {
    const both = await Promise.allSettled([world.sundays(), world.sundays()])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await world.times()).toHaveLength(9)
  })

  it('is a rule that never comes, a flow, and what is not in the catalogue', async () => {
    await expect(world.sundays({ lastDay: '2026-10-24' })).rejects.toMatchObject({ code: 'invalid' })
    const of = (subject: Parameters<typeof planSeries>[1]['subject']) => planSeries(ctx, { subject, recurrence: SUNDAYS, note: null })
    await expect(of({ kind: 'flow', key: 'course' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(of({ kind: 'feed', key: 'nobody' })).rejects.toMatchObject({ code: 'not-found' })
    expect(await world.times()).toEqual([])
  })
})
