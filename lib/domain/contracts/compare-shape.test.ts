import { expect, test } from 'vitest'
import { aField } from '#lib/testing/contracts/fields.ts'
import { compareShape } from './compare-shape.ts'
import { ShapeCounter } from './count-shape.ts'
import type { Field } from './field.ts'

function told(promised: readonly Field[], records: readonly unknown[], isText = false): string[] {
  const counter = new ShapeCounter()
  for (const record of records) counter.add(record, isText)
  return compareShape(promised, counter.shape()).map(({ weight, words }) => `${weight}: ${words}`)
}

const id = aField('id', 'integer', { isRequired: true })
const email = aField('email', 'varchar(100)', { isRequired: false })

test.each<[string, Field[], unknown[], string[]]>([
  ['all is as promised', [id, email], [{ id: 1, email: 'a' }, { id: 2 }], []],
  ['no records', [id], [], []],
  ['a renamed field', [id, email], [{ id: 1, mail: 'a' }], ['breaks: the field "email" is gone, perhaps renamed: "mail" came']],
  ['a field that came', [id], [{ id: 1, x: 1 }], ['noted: the field "x" came']],
  ['an optional field in no record', [id, email], [{ id: 1 }], ['noted: the field "email" is in no record']],
  ['a required field in no record', [id], [{ x: 'a' }], ['breaks: the field "id" is gone', 'noted: the field "x" came']],
  ['a required field left out once', [id], [{ id: 1 }, {}], ['breaks: the field "id" is required, and empty in some records']],
  ['a required field empty once', [id], [{ id: 1 }, { id: null }], ['breaks: the field "id" is required, and empty in some records']],
  ['another type', [id], [{ id: 'a' }], ['breaks: the field "id" has another type: integer before, string now']],
  ['two types', [id], [{ id: 1 }, { id: 'a' }], ['breaks: the field "id" has another type: integer before, integer and string now']],
  ['a wider type', [id], [{ id: 1 }, { id: 1.5 }], ['warns: the field "id" holds more: integer before, number now']],
  ['whole numbers where others may be', [aField('p', 'numeric')], [{ p: 1 }], []],
  ['an instant as text', [aField('at', 'timestamptz')], [{ at: '2026-11-30T10:00:00Z' }], []],
  [
    'a text where an instant is promised',
    [aField('at', 'date')],
    [{ at: 'soon' }],
    ['breaks: the field "at" has another type: date before, string now'],
  ],
  ['a value twice', [aField('id', 'integer', { isUnique: true })], [{ id: 1 }, { id: 1 }], ['breaks: the field "id" holds the same twice']],
  ['a key twice', [aField('id', 'integer', { isKey: true })], [{ id: 1 }, { id: 1 }], ['breaks: the field "id" holds the same twice']],
  [
    'a key of two fields',
    [aField('a', 'integer', { isKey: true }), aField('b', 'integer', { isKey: true })],
    [
      { a: 1, b: 1 },
      { a: 1, b: 2 },
    ],
    [],
  ],
  [
    'another value',
    [aField('s', 'text', { values: ['a', 'b'] })],
    [{ s: 'a' }, { s: 'c' }],
    ['warns: the field "s" holds "c", which is not among its values'],
  ],
])('JSON: %s', (_, promised, records, words) => {
  expect(told(promised, records)).toEqual(words)
})

test.each<[string, Field[], unknown[], string[]]>([
  ['numbers and texts', [id, email], [{ id: '1', email: '7' }], []],
  ['a text among numbers', [id], [{ id: '1' }, { id: 'x' }], ['breaks: the field "id" has another type: integer before, string now']],
  ['an empty required field', [id], [{ id: '' }], ['breaks: the field "id" is required, and empty in some records']],
  ['a column that is gone', [id, email], [{ id: '1' }], ['breaks: the field "email" is gone']],
])('CSV: %s', (_, promised, records, words) => {
  expect(told(promised, records, true)).toEqual(words)
})

test('what lists hold is compared where the contract names it', () => {
  const sku = aField('sku', 'text', { isRequired: true })
  const lines = aField('lines', 'array', {
    fields: [aField('[]', 'object', { fields: [sku, aField('count', 'integer', { values: ['1'] })] })],
  })
  expect(told([lines], [{ lines: [{ sku: 'a', count: 1 }, { sku: 'b' }] }, { lines: [] }])).toEqual([])
  expect(told([lines], [{ lines: [{ sku: 'a', count: 'x' }, { count: 2 }] }])).toEqual([
    'breaks: the field "lines[].count" has another type: integer before, integer and string now',
    'breaks: the field "lines[].sku" is required, and empty in some records',
    'warns: the field "lines[].count" holds "x" or "2", which is not among its values',
  ])
  expect(told([lines], [{ lines: [{ code: 'a', count: 1 }] }])).toEqual([
    'breaks: the field "lines[].sku" is gone, perhaps renamed: "lines[].code" came',
  ])
  expect(told([aField('tags', 'array', { fields: [aField('[]', 'text')] })], [{ tags: [1] }])).toEqual([
    'breaks: the field "tags[]" has another type: text before, integer now',
  ])
  expect(told([lines], [{ lines: [] }]), 'no element was seen').toEqual([])
})

test('what is unique in a list may come again in another one', () => {
  const sku = aField('sku', 'text', { isUnique: true })
  const parts = aField('parts', 'array', { fields: [aField('[]', 'object', { fields: [aField('no', 'integer', { isKey: true })] })] })
  const lines = aField('lines', 'array', { fields: [aField('[]', 'object', { fields: [sku, parts] })] })
  const line = (name: string, ...numbers: number[]) => ({ sku: name, parts: numbers.map((no) => ({ no })) })
  const good = [{ lines: [line('a', 1, 2), line('b', 1)] }, { lines: [] }, { lines: [line('a', 2)] }]
  expect(told([lines], good)).toEqual([])
  expect(told([lines], [...good, { lines: [line('c', 1), line('d'), line('c', 1)] }])).toEqual([
    'breaks: the field "lines[].sku" holds the same twice in one list',
  ])
  expect(told([lines], [...good, { lines: [line('c', 3, 1, 3)] }])).toEqual([
    'breaks: the field "lines[].parts[].no" holds the same twice in one list',
  ])
  const ids = aField('ids', 'array', { fields: [aField('[]', 'integer', { isUnique: true })] })
  expect(told([ids], [{ ids: [1, 2] }, { ids: [2, 3] }])).toEqual([])
  expect(told([ids], [{ ids: [1, 2, 1] }])).toEqual(['breaks: the field "ids[]" holds the same twice in one list'])
})

test('what objects hold is compared where the contract names it', () => {
  const city = aField('city', 'text', { isRequired: true })
  const address = aField('address', 'object', { isRequired: false, fields: [city, aField('zip', 'text', { isRequired: true })] })
  expect(told([address], [{ address: { city: 'Bern', zip: '3000' } }, {}])).toEqual([])
  expect(told([address], [{ address: { town: 'Bern', zip: 3000 } }])).toEqual([
    'breaks: the field "address.city" is gone, perhaps renamed: "address.town" came',
    'breaks: the field "address.zip" has another type: text before, integer now',
  ])
  expect(told([address], [{ address: { city: null, zip: '1' } }])).toEqual([
    'breaks: the field "address.city" is required, and empty in some records',
  ])
  expect(told([aField('address', 'object')], [{ address: { any: 1 } }])).toEqual([])
  expect(told([address], [{ address: null }]), 'no object was seen').toEqual([])
  expect(told([address], [{ address: '{"city": "Bern"}' }], true), 'nobody looks into a text').toEqual([])
})

test('more values than are kept hold others than the allowed ones', () => {
  const field = aField('n', 'integer', { values: Array.from({ length: 50 }, (_, n) => String(n)) })
  const records = Array.from({ length: 51 }, (_, n) => ({ n }))
  expect(told([field], records.slice(1))[0]).toContain('holds "50"')
  expect(told([field], records)[0]).toContain('holds more')
  const many = aField('n', 'integer', { values: Array.from({ length: 60 }, (_, n) => String(n)) })
  expect(told([many], records.slice(1))).toEqual([])
  expect(told([many], records)).toEqual(['noted: not every value of the field "n" could be compared with those it may have'])
})

test('where not all fields were counted none is gone', () => {
  const wide = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`f${n}`, n]))
  expect(told([aField('f200', 'integer', { isRequired: true })], [wide]).filter((one) => one.includes('gone'))).toEqual([])
})
