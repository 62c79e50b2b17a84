import { describe, expect, test } from 'vitest'
import { checkCatalogue } from '#lib/catalogue/check/check-catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { promiseInWords } from '#lib/domain/freshness/policies/policy-kinds.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { inOneLine } from '#lib/testing/catalogues/catalogue-texts.ts'
import { resolveCatalogue } from './resolve.ts'

/** A version of a contract about customers and orders. */
const aContract = (version: string, more = '') => `apiVersion: v3.1.0
kind: DataContract
id: crm
version: ${version}
status: active
${more}schema:
  - name: customer
    properties:
      - { name: id, logicalType: integer }
      - { name: email, logicalType: string }
  - name: order
    properties:
      - { name: id, logicalType: integer }
`
const V1 = { file: 'contracts/crm/v1.yaml', text: aContract('1.0.0') }
const V2 = {
  file: 'contracts/crm/v2.yaml',
  text: aContract('2.0.0', 'slaProperties: [{ property: generalAvailability, value: 2026-12-24 }]\n'),
}

const catalogue = (contract: string, { feed = '', discover = '' } = {}) => `page: { name: CRM, zone: America/New_York }
connections:
  lake: { kind: postgres, url: "\${LAKE_DATABASE_URL}"${discover} }
groups:
  crm:
    feeds:
      customers:${feed}
        assets:
          lake/crm.customer: { ${contract} }
          lake/crm.orders:
`

const parsed = (text: string, files = [V1, V2]) => parseCatalogue([{ file: 'tidemark.yaml', text }, ...files])
const problems = (text: string, files?: (typeof V1)[]) => checkCatalogue(parsed(text, files), campusContracts).problems.map(inOneLine)

function resolved(text: string, files?: (typeof V1)[]) {
  const read = parsed(text, files)
  const { document, problems: wrong } = checkCatalogue(read, campusContracts)
  if (document === null || read.root === null) throw new Error(wrong.map(inOneLine).join('\n'))
  return resolveCatalogue(document, read.root, campusContracts)
}
const termsIn = (text: string, files?: (typeof V1)[]) =>
  resolved(text, files).assets.map(({ key, contract }) => [
    key,
    contract?.onBreak,
    ...(contract?.versions ?? []).map((one) => [one.version, one.from, one.fields.length]),
  ])

describe('a contract about an asset', () => {
  test('is a file, with what a break of it comes to', () => {
    expect(termsIn(catalogue('contract: contracts/crm/v1.yaml'))).toEqual([
      ['lake/crm.customer', 'stop', ['1.0.0', null, 2]],
      ['lake/crm.orders', undefined],
    ])
    expect(termsIn(catalogue('contract: { of: contracts/crm/v1.yaml, entity: order, onBreak: warn }'))[0]).toEqual([
      'lake/crm.customer',
      'warn',
      ['1.0.0', null, 1],
    ])
  })

  test('is a folder with a file for each version, whose days are those of the page', () => {
    expect(termsIn(catalogue('contract: contracts/crm'))[0]).toEqual([
      'lake/crm.customer',
      'stop',
      ['1.0.0', null, 2],
      ['2.0.0', Date.parse('2026-12-24T05:00:00Z'), 2],
    ])
  })

  test('may be written under "contracts", or stand as JSON', () => {
    const json = JSON.stringify({
      apiVersion: 'v3.1.0',
      kind: 'DataContract',
      id: 'x',
      version: '1',
      status: 'active',
      schema: [{ name: 'customer' }],
    })
    expect(termsIn(catalogue('contract: contracts/x.json'), [{ file: 'contracts/x.json', text: json }])[0]).toEqual([
      'lake/crm.customer',
      'stop',
      ['1', null, 0],
    ])
    expect(termsIn(`${catalogue('contract: crm')}contracts:\n  crm: ${json}\n`, [])[0]).toEqual([
      'lake/crm.customer',
      'stop',
      ['1', null, 0],
    ])
  })

  test('is for those of a feed that are called like its entities', () => {
    const text = catalogue('', { feed: '\n        contract: contracts/crm/v1.yaml' })
    expect(termsIn(text)).toEqual([
      ['lake/crm.customer', 'stop', ['1.0.0', null, 2]],
      ['lake/crm.orders', undefined],
    ])
  })

  test('lets its connection be looked into often, unless the catalogue says how often', () => {
    const every = (text: string) => resolved(text).connections[0]?.discoverEveryMs
    expect([
      every(catalogue('contract: contracts/crm')),
      every(catalogue('contract: contracts/crm', { discover: ', discover: 1h' })),
      every(catalogue('')),
    ]).toEqual([600_000, 3_600_000, undefined])
  })
})

describe('service levels of a contract', () => {
  const sla = (...levels: string[]) => aContract('1.0.0', `slaProperties:\n${levels.map((level) => `  - ${level}\n`).join('')}`)
  const LEVELS = ['{ property: latency, value: 6, unit: h, element: customer }', '{ property: retention, value: 3, unit: y }']
  const policiesIn = (text: string, files: (typeof V1)[], at?: number) => {
    const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text }, ...files], campusContracts, at)
    if (!loaded.ok) throw new Error(loaded.problems.map(inOneLine).join('\n'))
    const told = loaded.catalogue.assets.map(({ key, policies, contract }) => [
      key,
      promiseInWords(policies[0] as Policy),
      contract?.judges === true,
    ])
    return { told, remarks: loaded.remarks.map(inOneLine) }
  }
  const file = (text: string) => [{ file: 'contracts/crm.yaml', text }]
  const feed = '\n        contract: contracts/crm.yaml'

  test('are what is promised of its entity where the catalogue says nothing, and what has no counterpart is told', () => {
    const { told, remarks } = policiesIn(catalogue('', { feed }), file(sla(...LEVELS)))
    expect(told).toEqual([
      ['lake/crm.customer', 'never older than 6 h', true],
      ['lake/crm.orders', expect.stringMatching(/every day by/), false],
    ])
    expect(remarks).toEqual([expect.stringContaining('Of the contract crm, version 1.0.0, retention 3 y is not judged here.')])
  })

  test('give way to what the catalogue says, be it at the asset, its feed or its group, and a contradiction is told', () => {
    const own = '{ kind: age, lateAfter: 8h, staleAfter: 9h }'
    const contract = 'contract: contracts/crm.yaml'
    for (const text of [
      catalogue(`${contract}, policy: ${own}`),
      catalogue(contract, { feed: `\n        policy: ${own}` }),
      catalogue(contract).replace('    feeds:\n', `    policy: ${own}\n    feeds:\n`),
    ]) {
      const { told, remarks } = policiesIn(text, file(sla(...LEVELS)))
      expect(told[0]).toEqual(['lake/crm.customer', expect.stringContaining('8 h'), false])
      expect(remarks[0]).toMatch(
        /The catalogue promises of lake\/crm\.customer: never older than 8 h\. That counts; its contract says: never older than 6 h\./,
      )
    }
    expect(
      policiesIn(catalogue(`${contract}, policy: ${own.replace('8h', '5h')}`), file(sla(LEVELS[0] ?? ''))).remarks,
      'stricter',
    ).toEqual([])
  })

  test('are those of the version that holds', () => {
    const dated = (version: string, from: string, value: number) => ({
      file: `contracts/crm/v${version}.yaml`,
      text: aContract(
        `"${version}"`,
        `slaProperties: [{ property: ga, value: ${from} }, { property: latency, value: ${value}, unit: h }]\n`,
      ),
    })
    const files = [dated('1.0', '2026-01-01', 6), dated('2.0', '2026-12-24', 3)]
    const at = (day: string) => policiesIn(catalogue('contract: contracts/crm'), files, Date.parse(`${day}T12:00:00Z`)).told[0]?.[1]
    expect([at('2026-12-23'), at('2026-12-24')]).toEqual([expect.stringContaining('6 h'), expect.stringContaining('3 h')])
    expect(at('2025-12-31'), 'none holds yet').toMatch(/every day by/)
  })

  test('with a day that is none are refused, with the line', () => {
    expect(problems(catalogue('contract: contracts/crm.yaml'), file(sla('{ property: endOfLife, value: soon }')))[0]).toMatch(
      /^contracts\/crm\.yaml:7:\d+ .*"value" is no date/,
    )
  })
})

describe('a contract is refused', () => {
  test('where nothing is called so', () => {
    expect(problems(catalogue('contract: contracts/crn/v1.yaml'))).toEqual([
      expect.stringMatching(
        /tidemark\.yaml:9:\d+ .*contract \| There is no contract "contracts\/crn\/v1\.yaml"\. \| Did you mean "contracts\/crm\/v1\.yaml"\?/,
      ),
    ])
  })

  test('where it is no contract, with the line in its own file', () => {
    const files = [
      {
        file: 'contracts/x.yaml',
        text: 'apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: active\nschema:\n  - name: 3\n',
      },
    ]
    expect(problems(catalogue('contract: contracts/x.yaml'), files)[0]).toMatch(/^contracts\/x\.yaml:7:11 .* \| "name" /)
  })

  test('where no entity is meant, or another one', () => {
    expect(problems(catalogue('contract: { of: contracts/crm/v1.yaml, entity: orders }'))[0]).toContain(
      'There is no entity "orders". | Did you mean "order"?',
    )
    expect(problems(catalogue('').replace('lake/crm.orders:', 'lake/crm.orders: { contract: contracts/crm/v1.yaml }'))[0]).toContain(
      'This asset is not called like one of the entities of "contracts/crm/v1.yaml". | Name one of them by "entity": customer, order.',
    )
  })

  test('where two files are one version', () => {
    expect(problems(catalogue('contract: contracts/crm'), [V1, { ...V2, text: V1.text }])[0]).toMatch(
      /^contracts\/crm\/v2\.yaml:4:\d+ .*The version 1\.0\.0 stands in "contracts\/crm\/v1\.yaml", too\./,
    )
  })

  test('and what nothing names is not read', () => {
    expect(problems(catalogue(''), [{ file: 'contracts/other.yaml', text: 'anything: 1\n' }])).toEqual([])
  })
})
