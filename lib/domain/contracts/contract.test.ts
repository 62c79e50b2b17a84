import { readFileSync } from 'node:fs'
import { Ajv2019 } from 'ajv/dist/2019.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { aField } from '#lib/testing/contracts/fields.ts'
import { compareFields } from './compare-fields.ts'
import { entityFor, heldFrom, readContract } from './contract.ts'
import { fieldsOfColumns, flatFields } from './nested-fields.ts'
import { proposeContract } from './propose-contract.ts'

const read = (name: string) => readFileSync(new URL(`../../testing/odcs/${name}`, import.meta.url), 'utf8')
const ajv = new Ajv2019({ strict: false, validateFormats: false })
const isOdcs = ajv.compile(JSON.parse(read('odcs-json-schema-v3.1.0.json')))
const published: unknown = parse(read('all-schema-types.odcs.yaml'))

const bare = {
  apiVersion: 'v3.1.0',
  kind: 'DataContract',
  id: 'customer',
  version: '1.0.0',
  status: 'active',
  schema: [{ name: 'customer', properties: [{ name: 'id', logicalType: 'integer', primaryKey: true }] }],
}

function contractOf(document: unknown) {
  const result = readContract(document)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.contract
}

describe('a round trip through the public schema', () => {
  test('loses nothing of the published example, and what it writes is valid', () => {
    const result = readContract(published)
    expect(result.ok && result.document).toEqual(published)
    expect(isOdcs(result.ok && result.document)).toBe(true)
  })

  test('loses nothing that it does not know', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^x[a-z]{1,8}$/), fc.jsonValue()), (unknown) => {
        const document = { ...bare, ...unknown, schema: [{ ...bare.schema[0], ...unknown }] }
        const result = readContract(document)
        expect(result.ok && JSON.parse(JSON.stringify(result.document))).toEqual(
          JSON.parse(JSON.stringify({ ...document, schema: document.schema })),
        )
      }),
    )
  })

  test('what is proposed for what is seen is valid, and nothing differs from it', () => {
    const fields = [
      aField('id', 'bigint', { isKey: true }),
      aField('email', 'varchar(80)', { description: 'Where to write to' }),
      aField('shape', 'geography'),
      ...fieldsOfColumns([
        { name: 'address', type: 'struct<city:string,lines:array<struct<sku:string>>>', description: null },
        { name: 'tags', type: 'text[]', description: null },
      ]),
    ]
    const document = proposeContract({
      id: 'crm-customer',
      name: 'Customer',
      description: null,
      owner: 'CRM',
      physicalName: 'crm.customer',
      fields,
    })
    expect(isOdcs(document)).toBe(true)
    const contract = contractOf(document)
    expect(contract.owner).toBe('CRM')
    expect(compareFields(contract.entities[0]?.fields ?? [], fields)).toEqual([])
  })
})

describe('what is read of a contract', () => {
  test('what objects and lists hold, by their paths', () => {
    const read = readContract(published)
    const paths = read.ok && read.contract.entities.flatMap(({ fields }) => flatFields(fields).map(({ name }) => name))
    expect(paths).toEqual(['txn_ref_dt', 'rcvr_id', 'rcvr_cntry_code', 'street_lines', 'x', 'x[].id', 'x[].zip'])
    const wrong = { name: 'a', properties: [{ name: 'b' }, { logicalType: 'string' }, { name: 'b' }] }
    expect(readContract({ ...bare, schema: [{ name: 'customer', properties: [wrong] }] })).toEqual({
      ok: false,
      problems: [{ path: ['schema', 0, 'properties', 0, 'properties', 1, 'name'], problem: 'is missing; give the field a name' }],
    })
  })

  test('how a date is written, and who may know a field', () => {
    const properties = [
      { name: 'seen_on', logicalType: 'date', logicalTypeOptions: { format: 'dd.MM.yyyy' } },
      { name: 'email', logicalType: 'string', classification: 'restricted', tags: ['personal'] },
      { name: 'plain', logicalType: 'string', tags: [] },
    ]
    const [entity] = contractOf({ ...bare, schema: [{ name: 'customer', properties }] }).entities
    const told = entity?.fields.map(({ format, classification, tags }) => [format, classification, tags])
    expect(told).toEqual([
      ['dd.MM.yyyy', undefined, undefined],
      [undefined, 'restricted', ['personal']],
      [undefined, undefined, undefined],
    ])
  })

  test('fields with their types, keys, allowed values and the names they have in their table', () => {
    const [entity] = contractOf({
      ...bare,
      schema: [
        {
          name: 'customer',
          properties: [
            { name: 'id', logicalType: 'integer', physicalType: 'bigint', primaryKey: true },
            {
              name: 'state',
              physicalName: 'st_cd',
              logicalType: 'string',
              logicalTypeOptions: { maxLength: 2 },
              unique: true,
              quality: [{ metric: 'invalidValues', arguments: { validValues: ['a', 2] } }],
            },
            { name: 'at', logicalType: 'timestamp', logicalTypeOptions: { timezone: true }, description: 'When' },
            { name: 'odd', logicalType: 'string', physicalType: 'int' },
          ],
        },
      ],
    }).entities
    expect(
      entity?.fields.map(({ name, type, isKey, isRequired, isUnique, values }) => [
        name,
        type?.family,
        type?.bits ?? type?.lengthMax ?? type?.isZoned,
        isKey,
        isRequired,
        isUnique,
        values,
      ]),
    ).toEqual([
      ['id', 'integer', 64, true, true, false, null],
      ['st_cd', 'string', 2, false, false, true, ['a', '2']],
      ['at', 'timestamp', true, false, false, false, null],
      ['odd', 'string', null, false, false, false, null],
    ])
  })

  test('its owner is the team, else who is called owner, else the first', () => {
    const owners = [
      { name: 'CRM', members: [{ username: 'ann' }] },
      [{ username: 'ann' }, { username: 'bo', role: 'Data Owner' }],
      { members: [{ username: 'ann', name: 'Ann' }] },
      [],
    ].map((team) => contractOf({ ...bare, team }).owner)
    expect(owners).toEqual(['CRM', 'bo', 'Ann', null])
    expect(contractOf(bare).owner).toBeNull()
  })

  test('service levels about a field, whose entity need not be named where it is the only one', () => {
    const slaProperties = [{ property: 'latency', value: 6, unit: 'h', element: 'loaded_at' }]
    const levels = (schema: object[]) => contractOf({ ...bare, schema, slaProperties }).entities.map((entity) => entity.levels.length)
    expect(levels(bare.schema)).toEqual([1])
    expect(levels([...bare.schema, { name: 'orders', properties: [] }])).toEqual([0, 0])
  })

  test('whom it names as consumers', () => {
    const consumers = ['Sales', ['Sales', 3, 'Risk'], undefined].map(
      (value) => contractOf({ ...bare, customProperties: [{ property: 'consumers', value }] }).consumers,
    )
    expect(consumers).toEqual([['Sales'], ['Sales', 'Risk'], []])
  })

  test('from when on it holds: a day of the page, an instant, or since ever', () => {
    const from = (value?: string) =>
      heldFrom(contractOf({ ...bare, ...(value && { slaProperties: [{ property: 'generalAvailability', value }] }) }), 'America/New_York')
    expect([from('2026-12-24'), from('2026-12-24T10:00:00Z'), from()]).toEqual([
      Date.parse('2026-12-24T05:00:00Z'),
      Date.parse('2026-12-24T10:00:00Z'),
      null,
    ])
  })

  test('one that took the place of another holds no sooner than it was seen', () => {
    const firstSeenAt = '2026-12-20T08:00:00.000Z'
    const from = (value?: string) =>
      heldFrom(contractOf({ ...bare, firstSeenAt, ...(value && { slaProperties: [{ property: 'generalAvailability', value }] }) }), 'UTC')
    expect([from(), from('2026-12-01'), from('2026-12-24')]).toEqual([
      Date.parse(firstSeenAt),
      Date.parse(firstSeenAt),
      Date.parse('2026-12-24T00:00:00Z'),
    ])
    expect(readContract({ ...bare, firstSeenAt: 'soon' }).ok).toBe(false)
  })

  test('an asset is the entity that is named, or called like the end of its path, or the only one', () => {
    const contract = contractOf({ ...bare, schema: [{ name: 'customer', physicalName: 'kunde' }, { name: 'order' }] })
    const named = (path: string, name: string | null = null) => entityFor(contract, path, name)?.name
    expect([named('crm.customer'), named('CRM/Kunde'), named('crm.customers'), named('x', 'order'), named('x', 'orders')]).toEqual([
      'customer',
      'customer',
      undefined,
      'order',
      undefined,
    ])
    expect(entityFor(contractOf(bare), 'whatever', null)?.name).toBe('customer')
  })
})

test('all that is wrong is told at once, with its place', () => {
  const problems = (document: unknown) => {
    const result = readContract(document)
    return result.ok ? [] : result.problems.map(({ path, problem }) => `${path.join('.')} ${problem}`)
  }
  expect(problems({ ...bare, kind: 'Contract', apiVersion: 'v2.2.2', schema: [] })).toEqual([
    'apiVersion is no version of the Open Data Contract Standard that is read here; write v3.1.0',
    'kind must be DataContract',
    'schema must hold at least one entity',
  ])
  expect(
    problems({
      ...bare,
      slaProperties: [
        { property: 'latency', value: 1 },
        { property: 'generalAvailability', value: 'soon' },
      ],
    }),
  ).toEqual(['slaProperties.1.value is no date; write one such as 2026-12-24, or an instant with its zone'])
  const double = { name: 'a', properties: [{ name: 'x' }, { name: 'x' }] }
  expect(problems({ ...bare, schema: [double, { name: 'a' }] })).toEqual([
    'schema.1.name names "a" a second time',
    'schema.0.properties.1.name names "x" a second time',
  ])
  const alike = [{ name: 'x', physicalName: 'k' }, { name: 'y', physicalName: 'k' }, { name: 'k' }, { name: 'z' }]
  expect(problems({ ...bare, schema: [{ name: 'a', properties: alike }] })).toEqual([
    'schema.0.properties.1.physicalName names "k" a second time',
    'schema.0.properties.2.name names "k" a second time',
  ])
})

test.each([
  ...['2027-01-15', '2028-02-29', '2027-01-15T06:00:00Z', '2027-01-15T06:00:00.5+02:00'].map((value) => [value, true] as const),
  ...['2027-01-15T06:00', '2027-01-15T06:00:00', '01/02/2027', '1', '2027-02-30', '2027-02-30T06:00:00Z'].map(
    (value) => [value, false] as const,
  ),
])('%s is a day or an instant with its zone, whatever the zone of who reads it: %s', (value, isDate) => {
  expect(readContract({ ...bare, slaProperties: [{ property: 'generalAvailability', value }] }).ok).toBe(isDate)
})
