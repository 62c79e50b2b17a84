import { describe, expect, it } from 'vitest'
import type { IndexField } from '#lib/connectors/kit/index-build.ts'
import type { Field } from '#lib/domain/contracts/field.ts'
import type { ColumnType } from '#lib/domain/values/column-type.ts'
import { aField } from '#lib/testing/contracts/fields.ts'
import { propertiesOf } from './mapping.ts'

const WHOLE = { type: 'keyword' }
const WORDS = { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } }
const KEPT = { type: 'object', enabled: false }
const DAY = { type: 'date', format: 'strict_date' }
const MOMENT = { type: 'date', format: 'strict_date_optional_time_nanos' }
const one = (more: Partial<IndexField> = {}) => propertiesOf([{ name: 'a', type: null, isKey: false, ...more }])['a']
const promised = (type: string | null, given: Partial<Field> = {}, more: Partial<IndexField> = {}) =>
  one({ promised: aField('a', type, given), ...more })

describe('the fields of an index without a contract', () => {
  it.each<[ColumnType | null, object | undefined]>([
    ['text', WORDS],
    ['integer', { type: 'long' }],
    ['number', { type: 'double' }],
    ['boolean', { type: 'boolean' }],
    ['date', DAY],
    ['timestamp', MOMENT],
    ['json', KEPT],
    [null, undefined],
  ])('follow the types of columns: %s', (type, kept) => {
    expect(one({ type })).toEqual(kept)
  })

  it('are whole where they tell documents apart, unless they are no texts', () => {
    expect([one({ isKey: true }), one({ type: 'text', isKey: true })]).toEqual([WHOLE, WHOLE])
    expect(one({ type: 'integer', isKey: true })).toEqual({ type: 'long' })
  })
})

describe('the fields of an index by the contract', () => {
  it.each<[string, object | undefined]>([
    ['string', WORDS],
    ['integer', { type: 'long' }],
    ['decimal(10,2)', { type: 'double' }],
    ['boolean', { type: 'boolean' }],
    ['date', DAY],
    ['timestamp', MOMENT],
    ['time', WHOLE],
    ['object', KEPT],
    ['array', undefined],
    ['geography', undefined],
  ])('are of the types it promises: %s', (type, kept) => {
    expect(promised(type)).toEqual(kept)
  })

  it.each<[string, Partial<Field>]>([
    ['a key', { isKey: true }],
    ['what is unique', { isUnique: true }],
    ['one of a few values', { values: ['steam', 'sony'] }],
    ['what is classified', { classification: 'restricted' }],
    ['an identifier by its form', { format: 'uuid' }],
  ])('are found as a whole, not by their words, where a text is %s', (_, given) => {
    expect(promised('string', given)).toEqual(WHOLE)
    expect(promised('string', given, { type: 'text' })).toEqual(WHOLE)
    expect(promised('integer', given)).toEqual({ type: 'long' })
  })

  it('have the formats of its dates, unless they are read as dates on the way', () => {
    expect(promised('date', { format: 'dd.MM.yyyy' })).toEqual({ type: 'date', format: 'dd.MM.yyyy' })
    expect(promised('timestamp', { format: "yyyy-MM-dd'T'HH:mm:ss" })).toEqual({ type: 'date', format: "yyyy-MM-dd'T'HH:mm:ss" })
    expect(promised('date', { format: 'dd.MM.yyyy' }, { type: 'date' })).toEqual(DAY)
  })

  const city = aField('city', 'string')
  it('have the fields of objects, and keep the elements of lists apart', () => {
    const object = { type: 'object', properties: { city: WORDS } }
    expect(promised('object', { fields: [city, aField('odd', 'geography')] })).toEqual(object)
    expect(promised('object', { fields: [city] }, { type: 'json' })).toEqual(object)
    const list = (item: Field) => promised('array', { fields: [{ ...item, name: '[]' }] })
    expect(list(aField('', 'object', { fields: [city] }))).toEqual({ type: 'nested', properties: { city: WORDS } })
    expect(list(aField('', 'integer'))).toEqual({ type: 'long' })
    expect(list(aField('', 'array', { fields: [aField('[]', 'date')] }))).toEqual(DAY)
  })

  it('follow the types of columns where these say otherwise, and what is mapped by hand before all', () => {
    expect(promised('string', {}, { type: 'integer' })).toEqual({ type: 'long' })
    const mapping = { type: 'scaled_float', scaling_factor: 100 }
    expect(promised('decimal', { isKey: true }, { type: 'number', isKey: true, mapping })).toEqual(mapping)
  })
})
