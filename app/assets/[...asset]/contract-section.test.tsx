import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { aContract } from '#lib/testing/contracts/a-contract.ts'
import { ContractSection } from './contract-section.tsx'

const aVersion = {
  ...{ id: 'x', name: 'x', version: '1', status: 'active', from: null, owner: null, consumers: [], description: null },
  fields: [],
}
const words = (given: Parameters<typeof aContract>[0]) =>
  renderToStaticMarkup(<ContractSection contract={aContract(given)} readers={[]} fields={[]} />).replaceAll(/<[^>]*>/g, '')

test.each<[string, Parameters<typeof aContract>[0], RegExp]>([
  ['columns that were told of', {}, /Kept when they were last told of: its columns, unchanged since .*, are what is promised\./],
  ['columns nobody has told of', { seenAt: null }, /Nobody has told of its columns yet/],
  ['no file yet', { isOfFiles: true, seenAt: null }, /Nobody has told of its records yet/],
  [
    'a file that is seen',
    { isOfFiles: true, file: 'in/a' },
    /Kept: the records of in\/a, the last file that landed, are what is promised\./,
  ],
  ['a file of which the name is not', { isOfFiles: true }, /Kept: the records of the last file that landed are what is promised\./],
  [
    'an address that is silent',
    {
      address: { url: 'https://crm.example/x', goodAt: 0, problem: { kind: 'silent', words: 'It had an error.', since: 0 } },
      versions: [aVersion],
    },
    /The address of the contract has not answered as it should since .*: It had an error\. What it said before stays in force\..*Read fromhttps:\/\/crm\.example\/x, last on/,
  ],
  [
    'an address that was never read',
    { held: null, address: { url: 'https://crm.example/x', goodAt: null, problem: { kind: 'bad', words: 'Line 3: no.', since: 0 } } },
    /has held what cannot be used since .*: Line 3: no\. Nothing is promised by it until it is read\./,
  ],
  [
    'service levels and the days of its version',
    {
      held: {
        levels: [
          { words: 'latency 6 h', isJudged: true },
          { words: 'retention 3 y', isJudged: false },
        ],
        ends: { at: 0, next: null },
        until: 0,
        supportedUntil: 0,
      },
    },
    /Also promisesLatency 6 h, judged hereRetention 3 y, not judged hereSupported until.*Holds untilThu 1 Jan.{0,20}A break makes it/,
  ],
  ['no end', {}, /Holds untilfurther notice/],
  [
    'the version that takes its place, before its own end of life',
    { held: { ends: { at: 0, next: '2.0.0' }, until: 864e5 } },
    /Holds untilThu 1 Jan.*, when 2\.0\.0 takes its place; its end of life is Fri 2 Jan/,
  ],
  [
    'what held before',
    {
      earlier: [
        { version: '0.9.0', from: 0, until: 864e5 },
        { version: '0.8.0', from: null, until: 0 },
      ],
    },
    /Earlier versions0\.9\.0: from Thu 1 Jan.* until Fri 2 Jan.*0\.8\.0: until Thu 1 Jan/,
  ],
  ['no version that holds', { held: null }, /^Contract(?!.*Kept).*No version holds now/],
])('what stands of a contract: %s', (_, given, told) => {
  expect(words(given)).toMatch(told)
})

test('how many promised fields are there, and which are not, stands beside the contract where that can be told', () => {
  const field = (name: string, isSeen: boolean, more = {}) => ({
    name,
    type: null,
    rules: '',
    description: null,
    isSeen,
    isPromised: true,
    ...more,
  })
  const told = (...fields: ReturnType<typeof field>[]) =>
    renderToStaticMarkup(<ContractSection contract={aContract()} readers={[]} fields={fields} />).replaceAll(/<[^>]*>/g, '')
  expect(told(field('id', true), field('phone', false))).toContain('2 promised, 1 there: phone is missing.')
  expect(told(field('id', true), field('phone', false, { isUntold: true }))).not.toContain('missing')
})
