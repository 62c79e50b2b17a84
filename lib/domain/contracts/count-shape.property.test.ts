import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareShape } from './compare-shape.ts'
import { ShapeCounter } from './count-shape.ts'
import type { Field } from './field.ts'
import { readFieldType } from './field-type.ts'
import { ITEM } from './nested-fields.ts'
import { type SeenField, type Shape, typeTextOf } from './shape.ts'

const record = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
const records = fc.array(record, { minLength: 1, maxLength: 30 })

function shapeOf(given: readonly unknown[]): Shape {
  const counter = new ShapeCounter()
  for (const one of given) counter.add(one, false)
  return counter.shape()
}

/** Without what ends when the room for it does. */
const sorted = (fields: readonly SeenField[]): SeenField[] =>
  [...fields]
    .map((field) => ({ ...field, values: [], isUnique: null, fields: sorted(field.fields) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))

/** What the fields of a shape promise: all that was seen and nothing more. */
function promisedBy(fields: readonly SeenField[], above: number): Field[] {
  return fields.map((seen) => {
    const { name, records: count, empty, kinds } = seen
    const typeText = typeTextOf(seen, false)
    const isOne = typeText !== null && !typeText.includes(' ')
    const untold = { description: null, isUnique: null, isKey: null, values: null }
    return {
      ...{ name, typeText, ...untold },
      type: isOne ? readFieldType(typeText) : null,
      isRequired: name === ITEM ? empty === 0 : count - empty === above,
      ...(kinds.length === 1 && seen.fields.length > 0 && { fields: promisedBy(seen.fields, count - empty) }),
    }
  })
}

describe('the shape of records', () => {
  test('does not depend on their order', () => {
    fc.assert(
      fc.property(records, (given) => {
        const [one, other] = [shapeOf(given), shapeOf([...given].reverse())]
        expect(sorted(other.fields)).toEqual(sorted(one.fields))
      }),
    )
  })

  test('counts each field as often as it is there', () => {
    fc.assert(
      fc.property(records, (given) => {
        const { fields } = shapeOf(given)
        for (const { name, records: count, empty } of fields) {
          const having = given.filter((one) => Object.hasOwn(one, name))
          expect([count, empty]).toEqual([having.length, having.filter((one) => one[name] === null).length])
        }
        expect(new Set(fields.map(({ name }) => name))).toEqual(new Set(given.flatMap((one) => Object.keys(one))))
      }),
    )
  })

  test('keeps a contract that promises what it is', () => {
    fc.assert(
      fc.property(records, (given) => {
        const shape = shapeOf(given)
        expect(compareShape(promisedBy(shape.fields, shape.records), shape)).toEqual([])
      }),
    )
  })
})
