import { describe, expect, it } from 'vitest'
import { allOfTodaySince, type FeedToday, isOfToday } from './fresh-today.ts'

const DAY = 1000
const fresh = (...loads: (number | null)[]): FeedToday => ({ status: 'fresh', reason: 'on-time', loads })

describe('a feed', () => {
  it.each<[string, FeedToday, boolean]>([
    ['that was loaded today and is fresh', fresh(1000, 1200), true],
    ['that was loaded with nothing new', { ...fresh(1100), reason: 'idle' }, true],
    ['of which nobody knows a load, fresh though it is', fresh(null), false],
    ['of which one table has no load that is known', fresh(1200, null), true],
    ['of which one table is of yesterday', fresh(1200, 999), false],
    ['that is fresh by what came yesterday', { ...fresh(1200), reason: 'due' }, false],
    ['that is late although it was loaded', { status: 'late', reason: 'old-data', loads: [1200] }, false],
    ['that cannot be seen', { status: 'unknown', reason: 'probe-failed', loads: [1200] }, false],
    ['that nothing is promised of, loaded today', { status: null, reason: null, loads: [1200] }, true],
    ['that nothing is promised of, never loaded', { status: null, reason: null, loads: [null] }, false],
    ['without assets', { status: null, reason: null, loads: [] }, false],
  ])('%s: %j', (_, feed, expected) => {
    expect(isOfToday(feed, DAY)).toBe(expected)
  })
})

it('several are of today since the last of them was loaded', () => {
  expect(allOfTodaySince([fresh(1100), fresh(1300, 1200, null)], DAY)).toBe(1300)
  expect(allOfTodaySince([fresh(1100), fresh(900)], DAY)).toBeNull()
  expect(allOfTodaySince([fresh(null)], DAY)).toBeNull()
  expect(allOfTodaySince([], DAY)).toBeNull()
})
