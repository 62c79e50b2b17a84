import { expect, it, test } from 'vitest'
import { failuresInARow, isNightly, keepsFailing, type PastEnd } from './failures-in-a-row.ts'

const end = (problem: string | null, more: Partial<PastEnd> = {}): PastEnd => ({ state: 'failed', problem, ...more })

test.each<[string, PastEnd[], number]>([
  ['none that ended', [], 0],
  ['one that went well', [end(null, { state: 'completed' }), end('no')], 0],
  ['the newest only, where the one before failed otherwise', [end('no'), end('nay'), end('no')], 1],
  ['those up to the last that went well', [end('no'), end('no'), end('no', { state: 'partial' }), end('no')], 2],
  ['those up to one that somebody cancelled', [end('no'), end('no', { state: 'cancelled' }), end('no')], 1],
  ['all, whatever numbers their words hold', [end('Page 3.'), end('Page 17.'), end('Page 4.'), end('Page 5.'), end('Page 6.')], 5],
  ['those without words that ended alike', [end(null), end(null), end(null, { state: 'timed-out' })], 2],
  [
    'those of the same kind at the same step, however they were told',
    ['a', 'b'].map((w) => end(w, { failure: 'refused 401', place: 'read 3' })),
    2,
  ],
  ['not those at another step', ['load', 'read'].map((place) => end('a', { failure: 'refused 401', place })), 1],
])('in a row failed %s', (_, ends, count) => {
  expect(failuresInARow(ends)).toBe(count)
})

it('keeps failing from the third time on', () => {
  expect([2, 3].map((times) => keepsFailing(Array.from({ length: times }, () => end('no'))))).toEqual([false, true])
})

test.each([
  ['at two each night', ['2026-11-03T07:00:00Z', '2026-11-02T07:00:00Z', '2026-11-01T06:00:00Z', '2026-10-31T06:00:00Z'], true],
  ['late each evening', ['2026-11-03T03:30:00Z', '2026-11-02T03:30:00Z'], true],
  ['at noon', ['2026-11-03T17:00:00Z', '2026-11-02T17:00:00Z'], false],
  ['twice in one night', ['2026-11-03T07:00:00Z', '2026-11-03T06:00:00Z'], false],
  ['before and after midnight of one night', ['2026-11-03T07:00:00Z', '2026-11-03T04:00:00Z'], false],
  ['after midnight, then before it', ['2026-11-04T04:00:00Z', '2026-11-03T07:00:00Z'], true],
  ['every other night', ['2026-11-03T07:00:00Z', '2026-11-01T07:00:00Z'], false],
])('runs %s are nightly or not, by the clocks of their zone', (_, times, nightly) => {
  expect(isNightly(times.map(Date.parse), 'America/New_York')).toBe(nightly)
})
