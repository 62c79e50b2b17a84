import { describe, expect, it } from 'vitest'
import { at } from '#lib/testing/history/domain-builders.ts'
import { type FoundKey, KEY_LENGTH_MAX, seenKeys } from './found-keys.ts'
import { KEYS_MAX, keyPromiseSchema } from './key-promise.ts'

const NOW = at('2026-03-02T12:00')
const promise = (more: object = {}) => keyPromiseSchema.parse({ key: 'shop', of: 'seen', each: '1d', ...more })
const row = (key: string, text: string, precision: 'instant' | 'day' = 'instant'): FoundKey => ({ key, time: { at: at(text), precision } })
const seen = (found: readonly FoundKey[], clock = 'writtenAt', more: object = {}) => seenKeys(promise(more), clock, found, NOW)

describe('what a statement found of keys', () => {
  it('is the newest row of each, but for what lies ahead, reads as no time, or is not of today yet', () => {
    const found = [
      row('a', '2026-03-02T11:00'),
      row('b', '2026-03-02T12:02'),
      { key: 'c', time: null },
      row('d', '2026-03-02T23:59', 'day'),
    ]
    expect(seen(found)).toEqual({
      ...{ column: 'shop', eachMs: 86_400_000, isWritten: true, expected: null },
      found: [
        { key: 'a', at: at('2026-03-02T11:00') },
        { key: 'd', at: at('2026-03-02T23:59') },
      ],
    })
  })

  it('tells nothing of writing by a clock of events, and which keys are named', () => {
    expect(seen([], 'dataThroughAt', { of: ['a', 7] })).toMatchObject({ isWritten: false, expected: ['a', '7'], found: [] })
  })

  it.each([
    [
      'more of them than anybody could tell apart',
      Array.from({ length: KEYS_MAX + 1 }, (_, n) => row(`${n}`, '2026-03-02T11:00')),
      'more than 200 values within 30 d',
    ],
    ['values that are no keys', [row('x'.repeat(KEY_LENGTH_MAX + 1), '2026-03-02T11:00')], 'more than 200 characters'],
  ])('is refused in words: %s', (_, found, words) => {
    expect(seen(found)).toContain(words)
  })
})
