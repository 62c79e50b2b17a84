import { expect, test } from 'vitest'
import { capital, endsSentence } from './sentences.ts'

test.each([
  ['it failed', 'It failed'],
  ['SAP failed', 'SAP failed'],
  ['7 rows', '7 rows'],
  ['', ''],
])('%j begins a line as %j', (words, first) => {
  expect(capital(words)).toBe(first)
})

test('a sentence ends with a stop, or what stands for one', () => {
  expect(['Why?', 'Go on …', 'It failed.', 'No!', 'It failed', 'It failed:', ''].map(endsSentence)).toEqual([
    ...[true, true, true, true],
    ...[false, false, false],
  ])
})
