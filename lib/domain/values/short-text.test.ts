import { expect, it } from 'vitest'
import { shortText } from './short-text.ts'

it.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['a😀😀', 3, 'a…'],
  ['a😀b', 4, 'a😀b'],
  ['', 1, ''],
])('%j in %i characters is %j', (text, lengthMax, short) => {
  expect(shortText(text, lengthMax)).toBe(short)
})
