import { expect, it } from 'vitest'
import { QUESTION_LENGTH_MAX } from '#lib/domain/search/question.ts'
import { askedPath, nextPath, readAsked } from './catalogue-question.ts'
import { catalogueTitle } from './entry-words.ts'

const PLACE = JSON.stringify([1, 1, 4, 'terms', 'a'.repeat(32)])
const queryOf = (path: string) => Object.fromEntries(new URL(path, 'http://localhost').searchParams)

it('a place in a list is one for the question that it was handed out for, and for no other', () => {
  const asked = readAsked({ q: 'ter', group: 'records', kind: 'table' })
  const next = queryOf(nextPath(asked, PLACE))
  expect(readAsked(next)).toMatchObject({
    q: 'ter',
    after: PLACE,
    problem: null,
    question: { group: 'records', kind: 'table', owner: null },
  })
  for (const other of [{ q: 'terms' }, { kind: 'feed' }, { after: `${next['after']}x` }])
    expect(readAsked({ ...next, ...other })).toMatchObject({ after: null, problem: expect.stringContaining('no such place') })
})

it('contracts are asked for by their state, and named so in the title', () => {
  const asked = readAsked({ contract: 'broken' })
  expect(askedPath(asked)).toBe('/catalogue?contract=broken')
  const titled = (contract: string, total: number, q = '') => catalogueTitle(readAsked({ contract, q }), { answer: { total } as never })
  expect([titled('broken', 1), titled('any', 5), titled('kept', 2), titled('changing', 2, 'crm')]).toEqual([
    '1 asset whose contract is broken',
    '5 assets under a contract',
    '2 assets whose contract is kept',
    '2 whose contract changes for “crm”',
  ])
  expect(readAsked({ contract: 'torn' })).toMatchObject({ question: { contract: null }, problem: expect.stringContaining('contract') })
})

it('what cannot be understood is said, and what is typed at length is cut', () => {
  expect(readAsked({ q: 'ter', kind: 'fruit' })).toMatchObject({
    q: 'ter',
    question: { kind: null },
    problem: expect.stringContaining('kind'),
  })
  expect(readAsked({ q: ` ${'x'.repeat(500)}` })).toMatchObject({ q: 'x'.repeat(QUESTION_LENGTH_MAX), problem: null })
})
