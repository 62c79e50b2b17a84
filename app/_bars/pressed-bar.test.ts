import { expect, it } from 'vitest'
import { LARGE, SMALL } from './bar-strokes.ts'
import { pressedDay, pressedPath } from './pressed-bar.ts'

const UNTIL = '2026-11-30'

it.each([
  [SMALL, '447,5', '2026-11-30'],
  [SMALL, '440,0', '2026-11-29'],
  [SMALL, '0,0', '2026-09-02'],
  [LARGE, '1070,39', '2026-11-30'],
  [LARGE, '1067,39', '2026-11-29'],
  [LARGE, '9999,39', '2026-11-30'],
])('what is pressed of a row is the day at that pixel', (size, pixel, day) => {
  const [, bar = ''] = `${pressedPath(UNTIL, size)}?${pixel}`.split('?bar=')
  expect(pressedDay(UNTIL, bar)).toBe(day)
})

it.each(['', '5', '5?1', '7?10,10', '5?a,b', '5?123456,1'])('what no browser adds is no day: %j', (bar) => {
  expect(pressedDay(UNTIL, bar)).toBeNull()
})
