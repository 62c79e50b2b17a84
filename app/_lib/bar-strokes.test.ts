import { expect, test } from 'vitest'
import { cellLetter, readCell } from '#lib/queries/day-cells.ts'
import { barStrokes, daysInWords, SMALL } from './bar-strokes.ts'

test('runs of equal days become one stroke each', () => {
  expect(barStrokes('fffll.f', SMALL)).toEqual([
    { className: 'f', d: 'M0 14h15M30 14h5' },
    { className: 'l', d: 'M15 14h10' },
    { className: 'n', d: 'M25 14h5' },
  ])
})

test('a gap in our sight is drawn over the day, not instead of it', () => {
  expect(barStrokes('fLo', SMALL)).toEqual([
    { className: 'f', d: 'M0 14h5' },
    { className: 'l', d: 'M5 14h5' },
    { className: 'n', d: 'M10 14h5' },
    { className: 'b', d: 'M5 14h10' },
  ])
})

test('every cell survives being written as a letter', () => {
  for (const status of ['fresh', 'late', 'stale', 'unknown', 'maintenance', null] as const) {
    for (const blind of [true, false]) expect(readCell(cellLetter({ status, blind }))).toEqual({ status, blind })
  }
})

test('a row of days in words leaves out what did not happen', () => {
  expect(daysInWords('ffLu..')).toBe('days by their worst status: 2 fresh, 1 late, 1 unknown')
  expect(daysInWords('......')).toBe('no history yet')
})
