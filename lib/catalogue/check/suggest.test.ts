import { describe, expect, it } from 'vitest'
import { didYouMean, editDistance, suggestion } from './suggest.ts'

describe('what somebody probably meant', () => {
  it.each([
    ['polcy', ['policy', 'page', 'promised'], 'policy'],
    ['Policy', ['policy'], 'policy'],
    ['stale_after', ['lateAfter', 'staleAfter'], 'staleAfter'],
    ['lake/term_rwa.data', ['lake/term_raw.data', 'lake/course_raw.data'], 'lake/term_raw.data'],
    ['xyz', ['policy'], null],
    ['a', ['b'], null],
    ['anything', [], null],
  ])('by %s among %j is %s', (written, known, meant) => {
    expect(didYouMean(written, known)).toBe(meant)
  })

  it('is said, or what there is, or what to do when there is nothing', () => {
    expect(suggestion('polcy', ['policy'], 'Take it out.')).toBe('Did you mean "policy"?')
    expect(suggestion('xyz', ['a', 'b'], 'Take it out.')).toBe('There is: a, b.')
    expect(
      suggestion(
        'xyz',
        Array.from({ length: 20 }, (_, i) => `n${i}`),
        '',
      ),
    ).toMatch(/n11, and 8 more\.$/)
    expect(suggestion('xyz', [], 'Take it out.')).toBe('Take it out.')
  })

  it('counts edits, a swap of neighbours as one, and gives up early', () => {
    expect(editDistance('policy', 'polciy', 3)).toBe(1)
    expect(editDistance('kitten', 'sitting', 3)).toBe(3)
    expect(editDistance('kitten', 'sitting', 2)).toBe(3)
    expect(editDistance('', 'abc', 3)).toBe(3)
  })
})
