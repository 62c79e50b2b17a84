import { expect, it } from 'vitest'
import { REASONS } from '#lib/domain/freshness/status.ts'
import { pastCauseFirst, pastCauseInWords, pastReasonInWords } from './past-cause-words.ts'

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

it('a reason of what is over says nothing of now: it may be otherwise by then', () => {
  const words = REASONS.map((reason) => pastReasonInWords(reason))
  expect(new Set(words).size).toBe(REASONS.length)
  for (const text of words) expect(text).toMatch(/^[a-z].*[^.]$/)
  for (const text of words)
    expect(text.replace('it lives in', '').replace('it is made from', '')).not.toMatch(
      /\b(is|are|has|says|does|holds|takes|cannot|tells)\b/,
    )
  expect(pastReasonInWords('gone')).toBe('its system said that there was no such thing')
})
