import { describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { GATHER_MS, type Pace, standingFirst, tellAt as tellItemAt } from './pace.ts'
import type { Route } from './route.ts'

const NOON = Date.parse('2026-11-20T12:00:00Z')
const MIDNIGHT = Date.parse('2026-11-21T00:00:00Z')
const FREE: Pace = { lastSentAt: null, sentToday: 0, budget: null, tomorrowAt: MIDNIGHT }
const PLAIN = { zone: 'UTC', quiet: null, digest: [] }
const tellAt = (now: number, happenedAt: number, route: Pick<Route, 'zone' | 'quiet' | 'digest'> | null, pace: Pace) =>
  tellItemAt(now, { happenedAt, notBefore: happenedAt, route }, pace)
const NIGHT = { from: '22:00', to: '07:00' }

describe('something is told', () => {
  test('at once, where nothing holds it back', () => {
    expect(tellAt(NOON, NOON, PLAIN, FREE)).toEqual({ at: NOON, hold: null })
    expect(tellAt(NOON, NOON, null, { ...FREE, lastSentAt: NOON - GATHER_MS, sentToday: 5, budget: 6 })).toEqual({ at: NOON, hold: null })
  })

  test('not before it is to be told, and then as if it had happened then', () => {
    const soon = { happenedAt: NOON, notBefore: NOON + 15 * MINUTE_MS, route: { ...PLAIN, quiet: { from: '12:10', to: '13:00' } } }
    expect(tellItemAt(NOON, { ...soon, route: null }, FREE)).toEqual({ at: NOON + 15 * MINUTE_MS, hold: null })
    expect(tellItemAt(NOON, soon, FREE)).toEqual({ at: NOON + HOUR_MS, hold: 'quiet' })
  })

  test('with what else happens, where its receiver was told something a moment ago', () => {
    expect(tellAt(NOON, NOON, PLAIN, { ...FREE, lastSentAt: NOON - 1 })).toEqual({ at: NOON - 1 + GATHER_MS, hold: 'gather' })
  })

  test('tomorrow, where the budget of the day is spent', () => {
    expect(tellAt(NOON, NOON, PLAIN, { ...FREE, sentToday: 6, budget: 6 })).toEqual({ at: MIDNIGHT, hold: 'budget' })
    expect(tellAt(NOON, NOON, PLAIN, { ...FREE, sentToday: 6 })).toEqual({ at: NOON, hold: null })
  })

  test('after the quiet hours, also what the budget put off into them', () => {
    const at = NOON + 11 * HOUR_MS
    const morning = Date.parse('2026-11-21T07:00:00Z')
    expect(tellAt(at, at, { ...PLAIN, quiet: NIGHT }, FREE)).toEqual({ at: morning, hold: 'quiet' })
    expect(tellAt(NOON, NOON, { ...PLAIN, quiet: NIGHT }, { ...FREE, sentToday: 1, budget: 1 })).toEqual({ at: morning, hold: 'quiet' })
  })

  test('at the next time of its digest, and at once when that has come', () => {
    const digest = { ...PLAIN, digest: ['16:00', '08:00'] }
    const four = NOON + 4 * HOUR_MS
    expect(tellAt(NOON, NOON, digest, FREE)).toEqual({ at: four, hold: 'digest' })
    expect(tellAt(four + MINUTE_MS, NOON, digest, FREE)).toEqual({ at: four + MINUTE_MS, hold: null })
  })

  test('after quiet hours that a digest falls into', () => {
    const digest = { ...PLAIN, digest: ['06:00'], quiet: NIGHT }
    expect(tellAt(NOON, NOON, digest, FREE)).toEqual({ at: Date.parse('2026-11-21T07:00:00Z'), hold: 'quiet' })
  })
})

test('of what goes out together what stands comes before what is over, and what happened first before the rest', () => {
  const item = (name: string, happenedAt: number, isOver = false) => ({ name, happenedAt, isOver })
  const all = [item('over', 1, true), item('second', 3), item('first', 2), item('over later', 4, true)]
  expect(standingFirst(all).map(({ name }) => name)).toEqual(['first', 'second', 'over', 'over later'])
})
