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
    { className: 'ps', d: 'M5 28V27h5V28' },
    { className: 'pf', d: 'M5 0V26h5V0' },
  ])
})

test('the parts of a day differ in shape, and what was not promised leaves its place empty', () => {
  expect(strokes('(l7u7m7.7)')).toEqual([
    { className: 'pl', d: 'M0 28V22h5V28' },
    { className: 'pu', d: 'M0 17V15h5V17' },
    { className: 'pm', d: 'M0 14V8h5V14' },
  ])
})

test('parts of several days are one path, and the unknown has dashes that end on a whole one', () => {
  expect(strokes('(l6f22)(l6f22)(u9f19)(l6f22)(u2f26)')).toEqual([
    { className: 'pl', d: 'M0 28V23h10V28h5V23h5V28' },
    { className: 'pf', d: 'M0 0V22h10V19h5V22h5V26h5V0' },
    { className: 'pu', d: 'M10 22V20h5V22M10 26V24h5V26M20 28V27h5V28' },
  ])
})

test('a day of several statuses with a gap in our sight has both', () => {
  expect(strokes('(S14f14)').map(({ className }) => className)).toEqual(['ps', 'pf', 'b'])
})

test('a row of days in words leaves out what did not happen', () => {
  expect(daysInWords(readDays('ff(L2f26)u..'))).toBe('days by their worst status: 2 fresh, 1 late, 1 unknown')
  expect(daysInWords(readDays('......'))).toBe('no history yet')
})
