import { describe, expect, it } from 'vitest'
import { toTermCode } from './term-code.ts'

describe('a term code', () => {
  it.each([
    ['2267', '2267'],
    [' 2267 ', '2267'],
    [2267, '2267'],
    ['0899', '0899'],
  ])('%j is the term %s', (written, code) => {
    expect(toTermCode(written)).toBe(code)
  })

  it.each([
    ['226799'],
    ['02267'],
    ['226'],
    ['22 67'],
    ['FALL'],
    ['22.7'],
    ['+226'],
    ['２２６７'],
    [226_799],
    [22.7],
    [-226],
    [''],
    [null],
    [undefined],
    [['2267']],
  ])('%j is none', (written) => {
    expect(toTermCode(written)).toBeNull()
  })
})
