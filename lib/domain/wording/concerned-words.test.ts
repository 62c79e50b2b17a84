import { expect, it } from 'vitest'
import type { ConcernedReader } from '#lib/domain/contracts/concerned-readers.ts'
import { concernedInPieces, concernedInWords } from './concerned-words.ts'

const reader = (name: string, of: Partial<ConcernedReader> = {}): ConcernedReader => ({
  ...{ name, subject: null, group: null, owners: [], isNamed: true, isBelow: false },
  ...of,
})
const SALES = { key: 'sales', name: 'Sales' }
const LEADS = reader('Leads', { subject: { kind: 'feed', key: 'leads' }, group: SALES, owners: ['ann', 'bob', 'cy'] })

it.each<[ConcernedReader[], boolean, string | null]>([
  [[], false, null],
  [[reader('Finance')], false, 'It concerns who reads it: Finance.'],
  [
    [LEADS, reader('Finance', { owners: ['fin'] })],
    true,
    'It concerned who reads it: Leads (Sales, ask ann or bob) and Finance (ask fin).',
  ],
  [[reader('Sales', { subject: { kind: 'group', key: 'sales' }, group: SALES })], false, 'It concerns who reads it: Sales.'],
  [['a', 'b', 'c', 'd', 'e'].map((name) => reader(name)), false, 'It concerns who reads it: a, b, c, d and e.'],
  [['a', 'b', 'c', 'd', 'e', 'f'].map((name) => reader(name)), false, 'It concerns who reads it: a, b, c, d and 2 more.'],
])('whom a broken contract concerns is a sentence: %#', (readers, isOver, words) => {
  expect(concernedInWords(readers, isOver)).toBe(words)
})

it('what has a page is told by its name alone, to be a link', () => {
  expect(concernedInPieces([LEADS])[1]).toEqual({ kind: 'feed', key: 'leads', name: 'Leads' })
})
