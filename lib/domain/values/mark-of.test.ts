import { expect, test } from 'vitest'
import { markOf } from './mark-of.ts'

test('texts that begin alike have other marks, each of seven characters and always the same', () => {
  const texts = ['', 'a', 'b', 'ä', 'ae', 'x'.repeat(400), `${'x'.repeat(400)}a`]
  const marks = texts.map(markOf)
  expect(new Set(marks).size).toBe(texts.length)
  for (const mark of marks) expect(mark).toMatch(/^[0-9a-z]{7}$/)
  expect(texts.map(markOf)).toEqual(marks)
})
