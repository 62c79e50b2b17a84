import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { ContractView } from '#lib/queries/catalogue/asset-contracts.ts'
import { ContractNotes } from './contract-notes.tsx'

const kept: ContractView = {
  ...{
    id: 1,
    versions: [],
    key: 'lake/crm.customer',
    asset: 'Customers',
    onBreak: 'stop',
    isOfFiles: false,
    records: null,
    file: null,
    seenAt: 0,
    broken: null,
    noted: [],
    announced: [],
    mended: [],
    address: null,
  },
  held: {
    name: 'Customers',
    version: '1.0.0',
    owner: null,
    consumers: [],
    fields: [],
    promised: [],
    levels: [],
    until: null,
    supportedUntil: null,
  },
}
const words = (contracts: ContractView[], isTold = false) =>
  renderToStaticMarkup(<ContractNotes contracts={contracts} isTold={isTold} />).replaceAll(/<[^>]*>/g, '')

test('a feed tells of contracts that are broken or will change, and of no other', () => {
  expect(words([kept])).toBe('')
  const broken = { from: 0, to: null, status: 'stale' as const, version: '1.0.0', words: 'the field "email" is gone' }
  expect(words([kept, { ...kept, broken }])).toMatch(
    /The contract about Customers is broken since .*: the field &quot;email&quot; is gone\.$/,
  )
  expect(words([kept, { ...kept, broken }], true)).toBe('')
  expect(
    words(
      [
        { ...kept, broken },
        { ...kept, key: 'lake/b', broken },
      ],
      true,
    ),
  ).toContain('is broken since')
  const announced = [{ version: '2.0.0', from: 0, words: ['the field "email" is gone', 'the field "phone" came'] }]
  expect(words([{ ...kept, announced }])).toMatch(
    /^Announced for .* about Customers: version 2\.0\.0\. The field &quot;email&quot; is gone; the field &quot;phone&quot; came\.$/,
  )
})
