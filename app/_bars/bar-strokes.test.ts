import { expect, test } from 'vitest'
import { readDays } from '#lib/queries/shared/day-cells.ts'
import { barStrokes, daysInWords, SMALL } from './bar-strokes.ts'

const strokes = (days: string) => barStrokes(readDays(days), SMALL)

test('runs of equal days become one stroke each', () => {
  expect(strokes('fffll.f')).toEqual([
    { className: 'f', d: 'M0 14h15m15 0h5' },
    { className: 'l', d: 'M15 14h10' },
    { className: 'n', d: 'M25 14h5' },
  ])
})

test('a gap in our sight is drawn over the day, not instead of it', () => {
  expect(strokes('fLo')).toEqual([
    { className: 'f', d: 'M0 14h5' },
    { className: 'l', d: 'M5 14h5' },
    { className: 'n', d: 'M10 14h5' },
    { className: 'b', d: 'M5 14h10' },
  ])
})

test('a stale minute is two pixels of a day that is fresh otherwise', () => {
  expect(strokes('f(s2f26)')).toEqual([
    { className: 'f', d: 'M0 14h5' },
    { className: 'ps', d: 'M6.5 27v1' },
    { className: 'pf', d: 'M6.5 0v26' },
  ])
})

test('the parts of a day differ in shape, and what was not promised leaves its place empty', () => {
  expect(strokes('(l7u7m7.7)')).toEqual([
    { className: 'pl', d: 'M1 22v6' },
    { className: 'pu', d: 'M1.5 15v2' },
    { className: 'pm', d: 'M1.5 8v6' },
  ])
})

test('parts of several days are one path, in steps from where the last one ended', () => {
  expect(strokes('(l6f22)(l6f22)(u9f19)(l6f22)(u2f26)')).toEqual([
    { className: 'pl', d: 'M1 23v5m5 0v-5m10 0v5' },
    { className: 'pf', d: 'M1.5 0v22m5 0v-22m5 0v19m5-19v22m5-22v26' },
    { className: 'pu', d: 'M11.5 20v6m10 1v1' },
  ])
})

test('a day of several statuses with a gap in our sight has both', () => {
  expect(strokes('(S14f14)').map(({ className }) => className)).toEqual(['ps', 'pf', 'b'])
})

test('a row of days in words leaves out what did not happen', () => {
  expect(daysInWords(readDays('ff(L2f26)u..'))).toBe('days by their worst status: 2 fresh, 1 late, 1 unknown')
  expect(daysInWords(readDays('......'))).toBe('no history yet')
})
