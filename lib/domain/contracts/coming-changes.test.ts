import { expect, test } from 'vitest'
import { aField } from '#lib/testing/contracts/fields.ts'
import { comingChanges } from './coming-changes.ts'
import type { TermsVersion } from './contract-terms.ts'

const [id, phone, email] = [aField('id', 'integer'), aField('phone', 'text'), aField('email', 'text')]
const version = (name: string, from: number | null, fields: TermsVersion['fields']): TermsVersion => {
  return { id: 'c', name: 'C', version: name, status: 'active', from, owner: null, consumers: [], description: null, fields }
}
const terms = { versions: [version('1', null, [id, phone, email]), version('2', 100, [id, email]), version('3', 200, [id])] }
const named = (...names: string[]) => names.map((name) => ({ name }))

test('what a reader has, too, is told with the version that breaks it, until that has begun', () => {
  const gone = (field: string) => [`${field} goes`]
  expect(comingChanges(terms, named('ID', 'Phone', 'email'), 50)).toEqual([
    { version: '2', from: 100, words: gone('phone') },
    { version: '3', from: 200, words: gone('email') },
  ])
  expect(comingChanges(terms, named('phone'), 50)).toEqual([{ version: '2', from: 100, words: gone('phone') }])
  expect(comingChanges(terms, named('phone'), 100)).toEqual([])
  expect(comingChanges(terms, named('id', 'other'), 50)).toEqual([])
  expect(comingChanges(terms, [], 50)).toEqual([])
})
