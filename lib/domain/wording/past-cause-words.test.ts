import { expect, it } from 'vitest'
import { pastCauseFirst, pastCauseInWords } from './past-cause-words.ts'

it.each([
  ['connection', 'sap', 'sap did not answer', 'sap did not answer'],
  ['flow', 'people', 'the flow people did not succeed', 'The flow people did not succeed'],
  ['job', 'dbt/nightly', 'the job dbt/nightly did not succeed', 'The job dbt/nightly did not succeed'],
  ['asset', 'terms', 'terms was not fresh', 'terms was not fresh'],
  ['unseen', 'A name', 'a system you may not see was not fresh', 'A system you may not see was not fresh'],
] as const)('a %s is said to have been wrong in its own way', (kind, name, words, first) => {
  expect(pastCauseInWords({ kind, name })).toBe(words)
  expect(pastCauseFirst({ kind, name })).toBe(first)
})
