import { describe, expect, it } from 'vitest'
import { problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'
import { declaredFlowCatalogue, declaredFlowContracts, PARKING_PERMITS, SEARCH } from '#lib/testing/catalogues/declared-flow-catalogue.ts'

const contract = (properties: object[], more: object = {}) =>
  JSON.stringify({
    ...{ apiVersion: 'v3.1.0', kind: 'DataContract', id: 'permits', version: '2.0.0', status: 'active' },
    schema: [{ name: 'permits', properties }],
    ...more,
  })
const PROMISED = [
  { name: 'permit_id', logicalType: 'integer', primaryKey: true },
  { name: 'plate', logicalType: 'string' },
  { name: 'holder', logicalType: 'object', properties: [{ name: 'since', logicalType: 'date' }] },
  { name: 'paid', logicalType: 'boolean' },
  { name: 'counted', logicalType: 'number' },
]

interface Written {
  select?: string
  mapping?: string
  key?: string
  promised?: string | null
}
function problems({
  select = 'permit_id: permit_id, plate: plate',
  mapping = '',
  key = 'permit_id',
  promised = contract(PROMISED),
}: Written = {}) {
  const index = `  permit-index:
    feed: student_life/search
    schedule: "30 5 * * *"
    extract: { from: lake/parking.permits }
${select === '' ? '' : `    select: { ${select} }\n`}    index: { into: search/permits, key: ${key}${mapping === '' ? '' : `, mapping: { ${mapping} }`} }
`
  const shown = `groups:
  student_life:
    name: Students
    feeds: { parking: { name: Parking, assets: { lake/parking.permits: { column: loaded_at${promised === null ? '' : ', contract: permits'} } } } }
contracts: ${promised === null ? '{}' : `{ permits: ${promised} }`}
`
  return problemsIn(`${declaredFlowCatalogue(`${PARKING_PERMITS}${index}`, SEARCH)}${shown}`, declaredFlowContracts)
}

describe('the fields of an index', () => {
  it.each<[string, Written]>([
    ['by the contract alone', { select: '' }],
    [
      'by select, as far as it can be made of what is promised',
      { select: 'permit_id: { from: permit_id, type: text }, since: { from: holder.since, type: date }' },
    ],
    ['of a count since 1970', { select: 'permit_id: permit_id, at: { from: counted, type: timestamp, epoch: s }' }],
    ['by hand', { mapping: 'plate: keyword, permit_id: { type: unsigned_long }' }],
    [
      'by hand against the contract, which counts less',
      { select: '', mapping: 'plate: { type: ip }, paid: keyword, new_one: { properties: { a: { type: keyword } } }' },
    ],
    [
      'by a contract that does not hold',
      { select: 'permit_id: { from: permit_id, type: date }', promised: contract(PROMISED, { status: 'draft' }) },
    ],
    ['without a contract', { promised: null, mapping: 'plate: { type: text, analyzer: simple }' }],
  ])('are good %s', (_, written) => {
    expect(problems(written)).toEqual([])
  })

  it.each<[string, Written, string]>([
    [
      'a type that cannot be made of what is promised',
      { select: 'permit_id: { from: permit_id, type: date }' },
      'select.permit_id | "permit_id" cannot be date: version 2.0.0 of its contract promises integer of "permit_id". | Give the column another type, or correct the contract.',
    ],
    [
      'the same of a field within another',
      { select: 'permit_id: permit_id, since: { from: holder.since, type: boolean }' },
      '"since" cannot be boolean: version 2.0.0 of its contract promises date of "holder.since".',
    ],
    ['a map as text', { select: 'permit_id: permit_id, holder: { from: holder, type: text }' }, '"holder" cannot be text'],
    ['a number as a time', { select: 'permit_id: permit_id, at: { from: counted, type: timestamp }' }, '"at" cannot be timestamp'],
    [
      'a map that tells documents apart',
      { select: 'holder: holder', key: 'holder' },
      '"holder" cannot tell documents apart: version 2.0.0 of its contract promises object of "holder".',
    ],
    [
      'a mapping of no column',
      { mapping: 'plat: keyword' },
      'index.mapping.plat | "select" makes no column "plat". | Did you mean "plate"?',
    ],
    [
      'a mapping that does not fit its column',
      { select: 'permit_id: permit_id, paid: { from: paid, type: boolean }', mapping: 'paid: date' },
      '"select" makes boolean of "paid", which cannot be kept as date.',
    ],
    [
      'texts as objects',
      { select: 'permit_id: permit_id, plate: { from: plate, type: text }', mapping: 'plate: { properties: {} }' },
      'cannot be kept as object',
    ],
    [
      'a key that is kept as an object',
      { mapping: 'permit_id: nested' },
      '"permit_id" tells documents apart, and cannot be kept as nested.',
    ],
    ['a type that no index has', { mapping: 'plate: string' }, 'index.mapping.plate'],
    ['a mapping that says nothing', { mapping: 'plate: { index: false }' }, 'must name a type, or "properties"'],
  ])('are refused: %s', (_, written, words) => {
    expect(problems(written)).toEqual([expect.stringContaining(words)])
  })

  it('are refused of files that landed by the fields of their records', () => {
    const flows = `  landed:
    feed: student_life/parking
    on: [{ file: shop/permits }]
    land: { into: lake/parking.landed }
  permit-index:
    feed: student_life/search
    schedule: "30 5 * * *"
    extract: { from: lake/parking.landed }
    select: { uuid: uuid, permit_id: { from: document.permit_id, type: boolean }, paid: { from: document.paid, type: date } }
    index: { into: search/permits, key: uuid }
`
    const shown = `groups:
  student_life:
    name: Students
    feeds: { parking: { name: Parking, contract: { of: permits, entity: permits }, assets: { lake/parking.landed: { column: loaded_at } } } }
contracts: { permits: ${contract(PROMISED)} }
`
    expect(problemsIn(`${declaredFlowCatalogue(flows, SEARCH)}${shown}`, declaredFlowContracts)).toEqual([
      expect.stringContaining('"paid" cannot be date: version 2.0.0 of its contract promises boolean of "document.paid".'),
    ])
  })
})
