import { expect, test } from 'vitest'
import { standsSince } from './stands-since.ts'

test.each([
  [
    'its last turn, where only the reason is another since',
    'fresh',
    90,
    [
      { at: 20, to: 'fresh' },
      { at: 10, to: 'late' },
    ],
    20,
  ],
  ['what is known of it, where it turned into something else last', 'late', 90, [{ at: 20, to: 'fresh' }], 90],
  ['what is known of it, where its turn was later or is not known', 'fresh', 90, [{ at: 95, to: 'fresh' }], 90],
  ['what is known of it, where it never turned', 'fresh', 90, [], 90],
  ['nothing, where it has none', null, null, [{ at: 20, to: null }], null],
] as const)('a status stands since %s', (_, status, since, turns, expected) => {
  expect(standsSince({ status, since }, turns)).toBe(expected)
})
