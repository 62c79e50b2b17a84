import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import type { CatalogueContracts, ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { checkCatalogue } from './check-catalogue.ts'

const connector = { settings: z.looseObject({}), assetSettings: z.looseObject({}), assetKind: 'table' } as const
/** A database knows its own name, an API does not. */
const contracts: CatalogueContracts = {
  connectors: new Map<string, ConnectorContract>([
    ['postgres', { ...connector, identity: () => ({}) }],
    ['http', connector],
  ]),
  flows: new Map(),
}
const DB = 'url: "${LAKE_DATABASE_URL}"'
const API = 'kind: http, baseUrl: "https://api.example.edu"'

/** Line 1 is the page, then a connection a line, each with what it says of its identity. */
function said(...connections: string[]): string[] {
  const text = ['page: { name: Campus, zone: UTC }', 'connections:', ...connections.map((each) => `  ${each}`), ''].join('\n')
  const { problems } = checkCatalogue(parseCatalogue([{ file: 't.yaml', text }]), contracts)
  return problems.map((p) => `${p.line} ${p.path} | ${p.problem} | ${p.remedy}`)
}

describe('what others call the tables of a connection', () => {
  it('is good where no two connections claim the same', () => {
    expect(
      said(
        `prod: { kind: postgres, ${DB}, identity: { names: [warehouse], omits: [public], namespaces: ["postgres://prod:5432", warehouse_prod], case: lower } }`,
        `test: { kind: postgres, ${DB}, identity: { names: [warehouse], namespaces: ["postgres://test:5432"] } }`,
        `archive: { kind: postgres, ${DB}, identity: { names: [archive], namespaces: ["postgres://prod"] } }`,
        `other: { kind: postgres, ${DB}, identity: { namespaces: ["postgres://prod"] } }`,
        `more: { kind: postgres, ${DB}, identity: { namespaces: ["postgres://prod"] } }`,
      ),
    ).toEqual([])
  })

  it.each<[string, string[], string[]]>([
    [
      'the same name in two connections',
      [
        `a: { kind: postgres, ${DB}, identity: { names: [x, warehouse] } }`,
        `b: { kind: postgres, ${DB}, identity: { names: ['"Warehouse"'] } }`,
      ],
      [
        '4 connections.b.identity.names[0] | ""Warehouse"" is already a name of the connection "a" (t.yaml, line 3). | Take one of them out, or give both connections "namespaces" that tell them apart.',
      ],
    ],
    [
      'the same name in two connections of which one is everywhere',
      [
        `a: { kind: postgres, ${DB}, identity: { names: [w], namespaces: [one] } }`,
        `b: { kind: postgres, ${DB}, identity: { names: [w] } }`,
      ],
      [
        '4 connections.b.identity.names[0] | "w" is already a name of the connection "a" (t.yaml, line 3). | Take one of them out, or give both connections "namespaces" that tell them apart.',
      ],
    ],
    [
      'one system for two connections, without a word which of them is which part of it',
      [`a: { ${API}, identity: { namespaces: ["s3://Landing/"] } }`, `b: { ${API}, identity: { namespaces: ["s3://landing"] } }`],
      [
        '4 connections.b.identity.namespaces[0] | "s3://landing" is already a namespace of the connection "a" (t.yaml, line 3). | Say under "names" which database each of them is, or take one of them out.',
      ],
    ],
  ])('is refused with file, line and remedy: %s', (_, connections, problems) => {
    expect(said(...connections)).toEqual(problems)
  })

  it.each([
    ['{ names: ["a..b"] }', /names\[0\] \| .*no name\. \| Write one such as warehouse/],
    ['{ names: [] }', /names \| .*must hold at least one/],
    ['{ namespaces: ["postgres://me:hunter@db"] }', /namespaces\[0\] .* written in clear/],
    ['{ namespaces: ["postgres://me@db"] }', /namespaces\[0\] .* holds a user/],
    ['{ case: small }', /case \| .*lower, upper, exact/],
    ['{ name: [warehouse] }', /There is no setting "name" here\. \| Did you mean "names"\?/],
  ])('is refused where it is none: %s', (identity, words) => {
    const problems = said(`a: { kind: postgres, ${DB}, identity: ${identity} }`)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(words)
    expect(problems[0]).not.toContain('hunter')
  })
})
