import { describe, expect, it } from 'vitest'
import { fitsGlob } from './path-glob.ts'

describe('a pattern of keys', () => {
  it.each([
    ['looker/**', 'looker/12/3', true],
    ['looker/**', 'looker/', true],
    ['looker/**', 'lookers/12', false],
    ['looker/*', 'looker/12', true],
    ['looker/*', 'looker/12/3', false],
    ['lake/public.*', 'lake/public.orders', true],
    ['lake/public.*', 'lake/publicXorders', false],
    ['lake/*_raw.*', 'lake/term_raw.term_data', true],
    ['**/orders', 'a/b/c/orders', true],
    ['*/orders', 'a/b/orders', false],
    ['lake/a', 'lake/a', true],
    ['lake/a', 'lake/ab', false],
    ['lake/[a]+', 'lake/[a]+', true],
    ['lake/***', 'lake/a/b', true],
    ['lake/ü*', 'lake/überweisung', true],
  ])('%s and %s: %s', (pattern, key, fits) => expect(fitsGlob(pattern, key)).toBe(fits))

  it('made to be slow is answered like any other', () => {
    expect(fitsGlob(`lake/${'*a'.repeat(90)}b`, `lake/${'a'.repeat(450)}`)).toBe(false)
    expect(fitsGlob(`lake/${'**a'.repeat(60)}`, `lake/${'a'.repeat(450)}`)).toBe(true)
  })
})
