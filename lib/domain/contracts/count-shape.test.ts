import { describe, expect, test } from 'vitest'
import { parseJson } from '#lib/domain/values/json.ts'
import { aField } from '#lib/testing/contracts/fields.ts'
import { ShapeCounter } from './count-shape.ts'
import { columnsOfShape, typeTextOf, withValuesOf } from './shape.ts'

function shapeOf(records: readonly unknown[], isText = false) {
  const counter = new ShapeCounter()
  for (const record of records) counter.add(record, isText)
  return counter.shape()
}

function only(records: readonly unknown[], isText = false) {
  const [field] = shapeOf(records, isText).fields
  if (field === undefined) throw new Error('there is no field')
  return field
}

describe('what the records of a file look like', () => {
  test('is their fields, with how often each is there and empty, and its values', () => {
    expect(shapeOf([{ a: 1, b: 'x' }, { a: null }, { a: 2.5, b: 'x' }])).toEqual({
      records: 3,
      isText: false,
      isCut: false,
      fields: [
        {
          name: 'a',
          records: 3,
          empty: 1,
          kinds: ['integer', 'number'],
          fits: [],
          values: ['1', '2.5'],
          isMore: false,
          isUnique: true,
          fields: [],
        },
        { name: 'b', records: 2, empty: 0, kinds: ['string'], fits: [], values: ['x'], isMore: false, isUnique: false, fields: [] },
      ],
    })
  })

  test('goes into objects and lists', () => {
    const [field] = shapeOf([{ a: { b: { c: 1 } } }, { a: { b: [{ d: 1 }, null, { d: 'x', e: [2] }] } }]).fields
    const item = {
      name: '[]',
      records: 3,
      empty: 1,
      kinds: ['object'],
      fields: [{ name: 'd', records: 2, kinds: ['integer', 'string'] }, { name: 'e' }],
    }
    expect(field?.fields[0]).toMatchObject({ name: 'b', kinds: ['array', 'object'], fields: [{ name: 'c', fields: [] }, item] })
    expect(columnsOfShape(shapeOf([{ a: [{ b: [1] }] }])).map(({ name, type }) => `${name} ${type}`)).toEqual([
      'a array<object>',
      'a[].b array<integer>',
    ])
    expect(shapeOf([7, [1], null])).toMatchObject({ records: 3, fields: [] })
  })

  test.each([
    [['1', '-20', ''], 'integer'],
    [['1849876543210987654', '+98765432109876543210'], 'integer'],
    [['1', '2.5'], 'number'],
    [['true', 'no'], 'boolean'],
    [['2026-11-30'], 'date'],
    [['2026-11-30', '2026-11-30T10:00:00Z'], 'timestamp'],
    [['10:00', '10:00:59.5'], 'time'],
    [['1', 'x'], 'string'],
    [['', ''], null],
  ])('a CSV with %j has a field of type %s', (values, type) => {
    const shape = shapeOf(
      values.map((a) => ({ a })),
      true,
    )
    expect(columnsOfShape(shape)).toEqual([{ name: 'a', type, description: null }])
    expect(shape.fields[0]?.empty).toBe(values.filter((value) => value === '').length)
  })

  test.each([
    [[1, 2.5], 'number'],
    [['1', 2], 'integer and string'],
    [[{}], 'object'],
    [['', ''], 'string'],
  ])('a JSON with %j has a field of type %s', (values, type) => {
    expect(typeTextOf(only(values.map((a) => ({ a }))), false)).toBe(type)
  })

  test('counts numbers with all their digits', () => {
    const numbers = ['{"a":12345678901234567890}', '{"a":12345678901234567891}'].map((text) => parseJson(text))
    expect(only(numbers)).toMatchObject({ kinds: ['integer'], isUnique: true, values: ['12345678901234567890', '12345678901234567891'] })
  })
})

test('values are kept of those fields only of which is promised which they may be', () => {
  const shape = shapeOf([{ s: 'a', email: 'x', o: { t: 1, u: 2 } }])
  const promised = [aField('S', 'text', { values: ['a'] }), aField('o', 'object', { fields: [aField('t', 'integer', { values: ['1'] })] })]
  const { fields } = withValuesOf(shape, promised)
  expect(fields.map(({ values }) => values)).toEqual([['a'], [], []])
  expect(fields[2]?.fields.map(({ values }) => values)).toEqual([['1'], []])
})

describe('the room does not grow with the file', () => {
  test('of values 50 are kept, and none that is long', () => {
    const many = only(Array.from({ length: 60 }, (_, a) => ({ a })))
    expect([many.values.length, many.isMore]).toEqual([50, true])
    expect(only([{ a: 'x'.repeat(61) }])).toMatchObject({ values: [], isMore: true, isUnique: true })
    expect(only([{ a: 'x'.repeat(101) }]).isUnique).toBeNull()
  })

  test('200 fields are counted, at whatever depth', () => {
    const wide = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`f${n}`, n]))
    const shape = shapeOf([{ wide, ...wide }])
    expect([shape.isCut, shape.fields.length + (shape.fields[0]?.fields.length ?? 0)]).toEqual([true, 200])
  })

  test('of more values than 20,000 nobody says whether one comes twice', () => {
    const numbers = Array.from({ length: 20_001 }, (_, a) => ({ a }))
    expect(only(numbers.slice(1)).isUnique).toBe(true)
    expect(only(numbers).isUnique).toBeNull()
  })

  test('a field in any place is looked over for values that come twice, as long as 160,000 values of all fields suffice', () => {
    const wide = (record: number) => Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`f${n}`, n === 8 ? 1 : record]))
    const counted = (records: number) => shapeOf(Array.from({ length: records }, (_, n) => wide(n))).fields.map(({ isUnique }) => isUnique)
    expect(counted(2)).toEqual([...Array.from({ length: 8 }, () => true), false])
    const many = Array.from({ length: 9001 }, (_, record) => Object.fromEntries(Array.from({ length: 18 }, (_, n) => [`f${n}`, record])))
    const found = shapeOf(many).fields.map(({ isUnique }) => isUnique)
    expect(found.filter((isUnique) => isUnique === null)).not.toEqual([])
    expect(found.filter((isUnique) => isUnique === true)).not.toEqual([])
  })
})
