import { expect, test } from 'vitest'
import { asLine, capital, endsSentence } from './sentences.ts'

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

test.each([
  ['nothing has arrived', 'Nothing has arrived'],
  ['late, as promised', 'Late, as promised'],
  ['hr_warehouse does not answer', 'hr_warehouse does not answer'],
  ['SAP is down', 'SAP is down'],
])('a line begins with a capital unless it begins with a name: %s', (words, line) => {
  expect(asLine(words)).toBe(line)
})
