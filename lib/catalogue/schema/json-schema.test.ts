import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checkCatalogue } from '#lib/catalogue/check/check-catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { toPlain } from '#lib/catalogue/parse/node.ts'
import { campusCatalogue, campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import {
  declaredFlowCatalogue,
  declaredFlowContracts,
  LIBRARY_FILE,
  PARKING_PERMITS,
  PERMIT_INDEX,
  SEARCH,
} from '#lib/testing/catalogues/declared-flow-catalogue.ts'
import { catalogueJsonSchema } from './json-schema.ts'
import { isClosed, knownKeysAt, toWrittenSchema } from './schema-keys.ts'

const schema = catalogueJsonSchema(campusContracts)
/** Validates by the emitted schema alone, as an editor would. */
const editor = z.fromJSONSchema(schema)

function written(text: string): unknown {
  const { root } = parseCatalogue([{ file: 'tidemark.yaml', text }])
  if (root === null) throw new Error('not YAML')
  return toPlain(root)
}

const accepts = (text: string) => editor.safeParse(written(text)).success

describe('the JSON Schema for editors', () => {
  it('accepts the whole campus catalogue', () => {
    expect(editor.safeParse(written(campusCatalogue)).error?.issues).toBeUndefined()
  })

  it.each([
    ['identity: { names: [lake], namespaces: ["postgres://db:5432"], omits: [public], case: lower }', true],
    ['identity: { name: lake }', false],
    ['identity: { case: small }', false],
  ])('knows for every connection what others call its tables: %s', (identity, isGood) => {
    expect(accepts(`page: { name: Campus, zone: UTC }\nconnections:\n  lake: { kind: postgres, url: "\${URL}", ${identity} }\n`)).toBe(
      isGood,
    )
  })

  it.each([
    ['an unknown key', 'access: private', 'acess: private'],
    ['a key of the feed', 'owner: registrar', 'ownr: registrar'],
    ['a setting of a connection', 'baseUrl:', 'baseURL:'],
    ['a setting of an asset', 'column: loaded_at', 'colum: loaded_at'],
    ['a kind of connection', 'kind: postgres', 'kind: oracle'],
    ['a flow that does not exist', '  term:\n', '  terms:\n'],
    ['a parameter of a flow', 'terms: ["2261"]', 'terms: 2261'],
    ['a policy', 'kind: deadline', 'kind: dealine'],
  ])('refuses a mistake in %s, as the check does', (_name, right, wrong) => {
    const text = campusCatalogue.replace(right, wrong)
    expect(text).not.toBe(campusCatalogue)
    expect(accepts(text)).toBe(false)
    expect(checkCatalogue(parseCatalogue([{ file: 'tidemark.yaml', text }]), campusContracts).problems).not.toEqual([])
  })

  it('knows audiences and people', () => {
    const audiences = 'audiences: { finance: { groups: [records], for: { people: [bursar@example.edu] } } }\n'
    const people =
      'people: { roles: [{ role: admin, for: { oidc: [owners] } }], oidc: { issuer: "https://login.example.edu", clientId: tidemark } }\n'
    expect(accepts(campusCatalogue + audiences + people)).toBe(true)
    for (const [right, wrong] of [
      ['groups: [records]', 'grps: [records]'],
      ['bursar@example.edu', 'bursar'],
      ['role: admin', 'role: owner'],
      ['clientId', 'client'],
    ] as const)
      expect(accepts(campusCatalogue + (audiences + people).replace(right, wrong))).toBe(false)
  })

  it('lets a reference stand for any setting of a connection', () => {
    expect(accepts(campusCatalogue.replace('baseUrl:', 'timeoutSeconds: "${SECONDS}", baseUrl:'))).toBe(true)
    expect(accepts(campusCatalogue.replace('baseUrl:', 'timeoutSeconds: soon, baseUrl:'))).toBe(false)
  })

  it.each([
    ['a connection without what its connector needs', 'user: "${PEOPLESOFT_USER}", ', ''],
    ['a connection without its kind', 'lake: { kind: postgres, ', 'lake: { '],
    ['a setting of another connector', 'lake: { kind: postgres,', 'lake: { kind: postgres, baseUrl: "https://x.example",'],
    ['a value of a setting of an asset', 'column: loaded_at', 'method: guess'],
    ['a policy without its limits', 'lateAfter: 180d, ', ''],
    ['a limit of another kind of policy', '{ kind: calendar-days }', '{ kind: calendar-days, grace: 1h }'],
    ['a parameter the flow does not take', 'terms: ["2261"]', 'term: ["2261"]'],
    ['the type of an override', 'schedule: "30 2 * * *"', 'schedule: 2'],
    ['the type of a flag', 'kind: consumer', 'promised: maybe'],
  ])('refuses a mistake in %s', (_name, right, wrong) => {
    const text = campusCatalogue.replace(right, wrong)
    expect(text).not.toBe(campusCatalogue)
    expect(accepts(text)).toBe(false)
  })

  it.each([
    ['a flow that is only named', 'flows: { term: }'],
    ['an asset that is only named', 'groups: { g: { feeds: { f: { assets: { lake/a: } } } } }'],
    ['a policy or a list of them', 'groups: { g: { policy: { kind: none }, feeds: { f: { policy: [{ kind: none }] } } } }'],
    ['one upstream or several', 'groups: { g: { feeds: { f: { assets: { lake/a: { from: lake/b }, lake/b: { from: [lake/c] } } } } } }'],
    ['weekdays in a range or a list', 'calendars: { a: { weekdays: mon-fri }, b: { weekdays: [mon] } }'],
  ])('accepts %s', (_name, text) => {
    expect(accepts(`page: { name: P, zone: UTC }\n${text}`)).toBe(true)
  })

  it('offers a setting that several connectors know in all its types', () => {
    const connector = (every: z.ZodType) => ({ settings: z.object({}), assetSettings: z.object({ every }), assetKind: 'table' as const })
    const connectors = new Map([
      ['a', connector(z.string())],
      ['b', connector(z.number())],
    ])
    const both = z.fromJSONSchema(catalogueJsonSchema({ connectors, flows: new Map() }))
    const withEvery = (every: string) =>
      both.safeParse(written(`page: { name: P, zone: UTC }\ngroups: { g: { feeds: { f: { assets: { c/a: { every: ${every} } } } } } }`))
        .success
    expect([withEvery('text'), withEvery('5'), withEvery('[5]')]).toEqual([true, true, false])
  })

  it('names its dialect, works without any connector, and is plain JSON', () => {
    expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#')
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema)
    const bare = catalogueJsonSchema({ connectors: new Map(), flows: new Map() })
    expect(z.fromJSONSchema(bare).safeParse({ page: { name: 'P', zone: 'UTC' } }).success).toBe(true)
  })
})

describe('keys a schema knows', () => {
  const kinds = toWrittenSchema(
    z.object({
      either: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), x: z.string() }),
        z.object({ kind: z.literal('b'), y: z.array(z.object({ z: z.number() })) }),
      ]),
    }),
  )

  it('follow what is written', () => {
    expect(knownKeysAt(kinds, [], {})).toEqual(['either'])
    expect(knownKeysAt(kinds, ['either'], { kind: 'a' })).toEqual(['kind', 'x'])
    expect(knownKeysAt(kinds, ['either'], {})).toEqual(['kind', 'x', 'y'])
    expect(knownKeysAt(kinds, ['either', 'y', 0], {})).toEqual(['z'])
    expect(knownKeysAt(kinds, ['nowhere', 'at', 'all'], {})).toEqual([])
  })

  it('are all there are, unless the schema is open', () => {
    expect(isClosed(toWrittenSchema(z.object({ a: z.string() })))).toBe(true)
    expect(isClosed(toWrittenSchema(z.strictObject({})))).toBe(true)
    expect(isClosed(toWrittenSchema(z.looseObject({ a: z.string() })))).toBe(false)
    expect(isClosed(toWrittenSchema(z.record(z.string(), z.unknown())))).toBe(false)
    expect(isClosed(toWrittenSchema(z.unknown()))).toBe(false)
  })
})

describe('the JSON Schema of flows without code', () => {
  const declaredFlows = z.fromJSONSchema(catalogueJsonSchema(declaredFlowContracts))
  const good = `${PARKING_PERMITS}${LIBRARY_FILE}${PERMIT_INDEX}  term: {}\n`
  const takes = (flows: string) => declaredFlows.safeParse(written(declaredFlowCatalogue(flows, SEARCH))).success

  it('accepts what the check accepts', () => {
    expect(declaredFlows.safeParse(written(declaredFlowCatalogue(good, SEARCH))).error?.issues).toBeUndefined()
  })

  it.each([
    ['the time', '    schedule: "20 4 * * *"\n', ''],
    ['a request', 'records: data', 'recrds: data'],
    ['a type', 'type: date', 'type: day'],
    ['a mode', 'mode: merge', 'mode: mrge'],
    ['an option of a delivery', 'checksum: sha256', 'checksm: sha256'],
    ['an index', 'into: search/permits', 'in: search/permits'],
    ['a flow with code', '  term: {}', '  term: { load: { into: lake/a.b } }'],
    [
      'a flow that loads and delivers',
      'mode: merge, key: permit_id }',
      'mode: merge, key: permit_id }\n    deliver: { to: a/b, format: csv }',
    ],
  ])('refuses a mistake in %s', (_name, right, wrong) => {
    expect(good).toContain(right)
    expect(takes(good.replace(right, wrong))).toBe(false)
  })

  it('knows flows that land files, and that what asks for a flow stands in place of its time', () => {
    const landing = '  prices: { feed: games/prices, on: [{ file: registrar/in }], land: { into: lake/a.b } }\n'
    expect(takes(good + landing)).toBe(true)
    expect(takes(good + landing.replace('land:', 'lnd:'))).toBe(false)
    expect(takes(good + landing.replace('on: [{ file: registrar/in }], ', ''))).toBe(false)
    expect(takes(good + landing.replace('land:', 'load: { into: lake/a.c }, land:'))).toBe(false)
    expect(takes(good.replace('schedule: "20 4 * * *"', 'on: [{ push: true }]'))).toBe(true)
  })

  it('lets anything stand where a connector takes any JSON', () => {
    const sap = { settings: z.strictObject({}), assetSettings: z.strictObject({}), assetKind: 'source' as const }
    const connectors = new Map([['sap', { ...sap, extractRequest: z.strictObject({ input: z.json() }) }]])
    const emitted = catalogueJsonSchema({ connectors, flows: new Map() })
    expect(JSON.stringify(emitted)).not.toContain('$ref')
    const text =
      'page: { name: P, zone: UTC }\nflows: { f: { schedule: "0 1 * * *", extract: { from: sap/x, input: { a: [1] } }, load: { into: lake/a.b } } }'
    expect(z.fromJSONSchema(emitted).safeParse(written(text)).success).toBe(true)
  })

  it('offers the keys of every connector, and says what they are for', () => {
    const flow = ['flows', 'x']
    const emitted = catalogueJsonSchema(declaredFlowContracts)
    expect(knownKeysAt(emitted, [...flow, 'extract'], {})).toEqual(expect.arrayContaining(['from', 'sql', 'records', 'term']))
    expect(knownKeysAt(emitted, [...flow, 'deliver'], {})).toEqual(
      expect.arrayContaining(['to', 'format', 'delimiter', 'method', 'checksum']),
    )
    expect(takes(good.replace('    load:', '    parameters: { region: eu }\n    load:'))).toBe(false)
  })

  it('knows flows that are a job of another system, which take parameters and name what the job reads and writes', () => {
    const job =
      '  prices: { schedule: "0 4 * * *", runs: adf/prices, parameters: { region: eu }, reads: [registrar/x], writes: [lake/a.b], feed: a/b }\n'
    expect(takes(good + job)).toBe(true)
    expect(takes(good + job.replace('runs:', 'run:'))).toBe(false)
    expect(takes(good + job.replace('schedule: "0 4 * * *", ', ''))).toBe(false)
    expect(takes(good + job.replace('runs: adf/prices', 'runs: adf/prices, load: { into: lake/a.c }'))).toBe(false)
  })
})
