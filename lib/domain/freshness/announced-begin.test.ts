import { expect, test } from 'vitest'
import { at } from '#lib/testing/history/domain-builders.ts'
import { readBegin } from './announced-begin.ts'

const NOW = at('2026-11-29T12:00')
const read = (written: string) => readBegin(written, 'America/New_York', NOW)

test('announced work begins when the clocks of the page show it', () => {
  expect([read('2026-12-01 22:00'), read('2026-12-01T22:00'), read('2026-12-02T03:00Z')]).toEqual(Array(3).fill(at('2026-12-02T03:00')))
})

test('a form that was filled in within this minute begins now', () => {
  expect(read('2026-11-29T07:00')).toBe(NOW)
})

test.each([
  ['tomorrow', 'is no day and time'],
  ['2026-13-01 22:00', 'is no day and time'],
  ['2026-11-29 06:58', 'has passed'],
  ['2028-01-01 00:00', 'more than a year ahead'],
])('%s is refused in words', (written, words) => {
  expect(read(written)).toEqual({ problem: expect.stringContaining(words) })
})
