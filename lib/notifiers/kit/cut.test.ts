import { expect, it } from 'vitest'
import { cut } from './cut.ts'

it('leaves alone what fits, and never ends within a character', () => {
  expect(cut('terms', 5)).toBe('terms')
  expect(cut('terms late', 6)).toBe('terms…')
  expect(cut('ab😀cd', 4)).toBe('ab…')
})
