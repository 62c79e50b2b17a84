import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { ContractView } from '#lib/queries/catalogue/asset-contracts.ts'
import { aContract } from '#lib/testing/contracts/a-contract.ts'
import { ContractNotes } from './contract-notes.tsx'

const words = (contracts: ContractView[], isTold = false) =>
  renderToStaticMarkup(<ContractNotes contracts={contracts} isTold={isTold} />).replaceAll(/<[^>]*>/g, '')

test('a feed tells of contracts that are broken or will change, and of no other', () => {
  expect(words([aContract()])).toBe('')
  const broken = { from: 0, to: null, status: 'stale' as const, version: '1.0.0', words: 'the field "email" is gone' }
  expect(words([aContract(), aContract({ broken })])).toMatch(
    /The contract about Customers is broken since .*: the field &quot;email&quot; is gone\.$/,
  )
  expect(words([aContract(), aContract({ broken })], true)).toBe('')
  expect(words([aContract({ broken }), aContract({ key: 'lake/b', broken })], true)).toContain('is broken since')
  const begins = {
    kind: 'begins' as const,
    version: '2.0.0',
    at: 0,
    changes: ['email goes', 'phone comes'],
    isBreaking: true,
    ends: '1.0.0',
  }
  expect(words([aContract({ coming: [begins] })])).toMatch(
    /^Announced for .* about Customers: version 2\.0\.0, in which email goes, phone comes; 1\.0\.0 ends then\. Before that who reads it has to be ready to do without what goes or changes\.$/,
  )
  expect(words([aContract({ coming: [{ ...begins, changes: [], ends: null }] })])).toMatch(/version 2\.0\.0, in which no field changes\.$/)
  expect(words([aContract({ coming: [{ kind: 'ends', version: '1.0.0', at: 0 }] })])).toMatch(
    /^Version 1\.0\.0 of the contract about Customers ends on .*, and no version takes its place\.$/,
  )
})
