import { expect, test } from 'vitest'
import { type Failure, failureInWords } from './failure-words.ts'

const SAYS = 'Nobody was loaded, because SAP could not be read.'

test.each<[Partial<Failure>, string]>([
  [{}, SAYS],
  [{ says: 'KeyError: term' }, 'KeyError: term.'],
  [{ says: 'What now?' }, 'What now?'],
  [{ says: 'It goes on …' }, 'It goes on …'],
  [{ says: null }, 'The run that should have loaded it did not succeed.'],
  [{ inARow: 2 }, `${SAYS} It failed in the same way for the second time in a row.`],
  [{ inARow: 5 }, `${SAYS} It failed in the same way for the fifth time in a row.`],
  [{ inARow: 11 }, `${SAYS} It failed in the same way for the 11th time in a row.`],
  [{ inARow: 22 }, `${SAYS} It failed in the same way for the 22nd time in a row.`],
  [{ inARow: 28 }, `${SAYS} It failed in the same way for the 28th time in a row.`],
  [{ inARow: 30, isMore: true }, `${SAYS} It has failed in the same way more than 30 times in a row.`],
  [{ inARow: 5, isNightly: true }, `${SAYS} Five nights in a row the same error.`],
  [{ inARow: 14, isNightly: true }, `${SAYS} 14 nights in a row the same error.`],
  [{ inARow: 30, isMore: true, isNightly: true }, `${SAYS} More than 30 nights in a row the same error.`],
  [{ inARow: 1, isNightly: true }, SAYS],
])('a failure is told in its own words, with how often it was so', (failure, words) => {
  expect(failureInWords({ says: SAYS, inARow: 1, isMore: false, isNightly: false, ...failure })).toBe(words)
})
