import { expect, test } from 'vitest'
import { blockedInWords } from './blocked-words.ts'

const named = (...names: (string | null)[]) => names.map((name) => ({ name }))

test('names what holds something back, and how many more do', () => {
  expect(blockedInWords(named('Orders'), 'late')).toBe('Orders is late')
  expect(blockedInWords(named('Orders', 'People'), 'stale')).toBe('Orders and People are stale')
  expect(blockedInWords(named('Orders', 'People', 'Terms'), 'unknown')).toBe('Orders and 2 others are unknown')
})

test('says that there is something without a name, and not how much', () => {
  expect(blockedInWords(named(null), 'late')).toBe('something it is made from is late')
  expect(blockedInWords(named(null, null), 'late')).toBe('something it is made from is late')
  expect(blockedInWords(named(null, 'Orders'), 'late')).toBe('Orders and something else are late')
  expect(blockedInWords(named('A', null, 'B', 'C', null), 'late')).toBe('A, 2 others and something else are late')
})

test('a circle is what it is made from', () => {
  expect(blockedInWords([{ name: 'Tile', isCircular: true }, { name: 'Orders' }], 'unknown')).toBe('it is made from itself, by way of Tile')
  expect(blockedInWords([{ name: null, isCircular: true }], 'unknown')).toBe('it is made from itself')
})
