import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { aContract } from '#lib/testing/contracts/a-contract.ts'
import { ContractLine } from './contract-line.tsx'

type Given = NonNullable<Parameters<typeof aContract>[0]>
const held = { name: 'Customer', version: '1.2.0', owner: 'CRM team', consumers: ['Billing', 'Marketing'] }
const parts = (given: Given) =>
  [...renderToStaticMarkup(<ContractLine contract={aContract({ held, ...given })} />).matchAll(/<span>(.*?)<\/span>/g)].map(
    ([, part = '']) => part.replaceAll(/<[^>]*>/g, ''),
  )

test('a contract in one line says its version, whether it is kept, whose it is, who reads by it, what comes and when it ends', () => {
  expect(parts({})).toEqual(['Customer 1.2.0 kept', 'promised by CRM team', 'read by Billing and Marketing', 'until further notice'])
  const begins = { kind: 'begins' as const, version: '2.0.0', at: 0, changes: ['phone goes'], isBreaking: true, ends: '1.2.0' }
  expect(parts({ coming: [begins] }).at(-1)).toBe('2.0.0 from 1 Jan: phone goes; 1.2.0 ends then')
  expect(parts({ coming: [{ kind: 'ends', version: '1.2.0', at: 0 }] }).at(-1)).toBe('1.2.0 ends on 1 Jan, and no version takes its place')
  const broken = { from: 0, to: null, status: 'stale' as const, version: '1.2.0', words: 'phone is gone (promised by CRM team)' }
  expect(parts({ broken })).toEqual([
    expect.stringMatching(/^Customer 1\.2\.0 broken since Thu 1 Jan .*: phone is gone \(promised by CRM team\)$/),
    'until further notice',
  ])
  expect(parts({ seenAt: null })[0]).toBe('Customer 1.2.0 not compared yet: nobody has told of its fields')
  expect(parts({ held: null })).toEqual(['Its contract does not hold yet'])
  expect(parts({ held: null, earlier: [{ version: '1', from: null, until: 0 }] })).toEqual(['Its contract has ended'])
})
