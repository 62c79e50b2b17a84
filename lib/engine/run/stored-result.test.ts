import { describe, expect, it } from 'vitest'
import { isStorable } from './stored-result.ts'

describe('a result that can be stored', () => {
  it.each([null, true, 0, -1.5, '', 'text', [], {}, [1, ['a', null]], { terms: ['2261'], counts: { new: 3, gone: undefined } }])(
    'is %j',
    (result) => {
      expect(isStorable(result)).toBe(true)
    },
  )

  it.each([
    ['nothing at all', undefined],
    ['not a number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a big integer', 1n],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a class', new (class Thing {})()],
    ['undefined inside a list', [undefined]],
    ['a date inside', { at: new Date(0) }],
    ['more than a quarter of a megabyte', 'x'.repeat(300_000)],
  ])('is not %s', (_, result) => {
    expect(isStorable(result)).toBe(false)
  })

  it('is not one that contains itself', () => {
    const round: Record<string, unknown> = {}
    round['self'] = round
    expect(isStorable(round)).toBe(false)
  })
})
