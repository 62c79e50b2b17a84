import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { ComingForReader } from '#lib/queries/catalogue/coming-changes.ts'
import { ComingNotes } from './coming-notes.tsx'

const phone: ComingForReader = {
  reader: { key: 'lake/segments', name: 'Segments' },
  source: { key: 'lake/customer', name: 'Customers' },
  ...{ contract: 'Customer', owner: 'CRM team', version: '2.0.0', from: 0, words: ['phone goes'] },
}
const words = (coming: ComingForReader[], isNamed = true) =>
  renderToStaticMarkup(<ComingNotes coming={coming} isNamed={isNamed} />).replaceAll(/<[^>]*>/g, '')

test('what reads a contract that will change is told before when it has to be ready, for what, and whom to ask', () => {
  expect(words([])).toBe('')
  const told = 'has to be ready for version 2.0.0 of the contract Customer about Customers, from which it is made: phone goes.'
  expect(words([phone])).toMatch(/^Before Thu 1 Jan .* Segments has to be ready/)
  expect(words([phone])).toContain(`${told} It has a column of that name. Ask CRM team.`)
  expect(words([{ ...phone, owner: null }], false)).toMatch(/ this has to be .*of that name\.$/)
  expect(words(Array.from({ length: 7 }, (_, n) => ({ ...phone, version: `${n}` })))).toContain('And 2 more coming changes.')
})
