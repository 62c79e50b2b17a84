import { describe, expect, test } from 'vitest'
import { aField } from '#lib/testing/contracts/fields.ts'
import { columnsOfShape, type SeenField, type Shape, typeTextOf, withValuesOf } from './shape.ts'

const seen = (name: string, given: Partial<SeenField> = {}): SeenField => ({
  name,
  records: 1,
  empty: 0,
  kinds: ['string'],
  fits: [],
  values: ['secret'],
  isMore: false,
  isUnique: null,
  fields: [],
  ...given,
})
const shape = (fields: SeenField[], isText = false): Shape => ({ records: 1, isText, fields, isCut: false })

describe('the type of a field of a file', () => {
  test('is what its values are in a JSON, whatever its texts could be read as', () => {
    expect(typeTextOf(seen('a', { fits: ['date'] }), false)).toBe('string')
    expect(typeTextOf(seen('a', { kinds: ['integer', 'number'] }), false)).toBe('number')
    expect(typeTextOf(seen('a', { kinds: ['boolean', 'integer'] }), false)).toBe('boolean and integer')
  })

  test('is the narrowest that all its texts can be in a CSV', () => {
    expect(typeTextOf(seen('a', { fits: ['integer', 'number'] }), true)).toBe('integer')
    expect(typeTextOf(seen('a'), true)).toBe('string')
  })

  test('is told by nobody where it is always empty', () => {
    expect(typeTextOf(seen('a', { kinds: [] }), true)).toBeNull()
    expect(columnsOfShape(shape([seen('a', { kinds: [] }), seen('b')]))).toEqual([
      { name: 'a', type: null, description: null },
      { name: 'b', type: 'string', description: null },
    ])
  })
})

describe('what is kept of the values in a file', () => {
  const valuesOf = (promised: Parameters<typeof withValuesOf>[1], fields: SeenField[]) =>
    withValuesOf(shape(fields), promised).fields.map(({ values }) => values)

  test('is nothing where nobody promises anything', () => {
    expect(valuesOf([], [seen('a'), seen('b')])).toEqual([[], []])
    expect(valuesOf([aField('a', 'text')], [seen('a')])).toEqual([[]])
  })

  test('is all of a field of which any version says what is allowed', () => {
    const versions = [aField('a', 'text'), aField('A', 'text', { values: ['x'] })]
    expect(valuesOf(versions, [seen('a'), seen('b')])).toEqual([['secret'], []])
  })

  test('is nothing of what an object holds that is called like a promised field outside', () => {
    const kept = withValuesOf(shape([seen('o', { kinds: ['object'], fields: [seen('a')] })]), [aField('a', 'text', { values: ['x'] })])
    expect(kept.fields[0]?.fields[0]?.values).toEqual([])
  })
})

test('keeping less of the values changes nothing else', () => {
  const whole = shape([seen('a', { isMore: true, isUnique: false }), seen('b', { empty: 1 })], true)
  const kept = withValuesOf(whole, [])
  expect(kept).toEqual({
    ...whole,
    fields: [
      { ...seen('a', { isMore: true, isUnique: false }), values: [] },
      { ...seen('b', { empty: 1 }), values: [] },
    ],
  })
})
