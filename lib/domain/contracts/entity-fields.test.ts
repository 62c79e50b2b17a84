import { describe, expect, it } from 'vitest'
import { aField } from '#lib/testing/contracts/fields.ts'
import { entityFields, isSameField, rulesInWords } from './entity-fields.ts'

const column = (name: string, type: string | null = null, description: string | null = null) => ({ name, type, description })
const lines = (fields: ReturnType<typeof entityFields>) =>
  fields.map(({ name, type, rules, description, isSeen, isPromised }) =>
    [name, type, rules, description, isSeen ? 'seen' : '', isPromised ? 'promised' : ''].join('|'),
  )

describe('the fields of an entity', () => {
  it('are what was seen, each with what is promised of it, then what was not seen', () => {
    const promised = [
      aField('mail', 'text', { description: 'Where bills go' }),
      aField('ID', 'bigint', { isKey: true, isRequired: true, description: 'Never handed out twice' }),
      aField('state', 'text', { isRequired: true, values: ['new', 'old'] }),
    ]
    expect(lines(entityFields([column('id', 'int8'), column('state', null, 'As billing says'), column('extra')], promised))).toEqual([
      'id|int8|key|Never handed out twice|seen|promised',
      'state|text|required, one of new, old|As billing says|seen|promised',
      'extra||||seen|',
      'mail|text||Where bills go||promised',
    ])
  })

  it('are paired by the very name before one in other letters, and none is left out', () => {
    const promised = [aField('Mail', 'text', { description: 'large' }), aField('mail', 'text', { description: 'small' })]
    expect(lines(entityFields([column('mail')], promised))).toEqual(['mail|text||small|seen|promised', 'Mail|text||large||promised'])
  })

  it('that lie within others go by their paths, seen or promised', () => {
    const city = aField('city', 'text', { isRequired: true, description: 'Where it is' })
    const promised = [
      aField('address', 'object', { fields: [city, aField('zip', 'text')] }),
      aField('lines', 'array', { fields: [aField('[]', 'object', { fields: [aField('sku', 'text', { isUnique: true })] })] }),
    ]
    const seen = [column('address', 'struct'), column('address.city', 'string'), column('lines', 'array'), column('lines[].sku', 'string')]
    expect(lines(entityFields(seen, promised))).toEqual([
      'address|struct|||seen|promised',
      'address.city|string|required|Where it is|seen|promised',
      'address.zip|text||||promised',
      'lines|array|||seen|promised',
      'lines[].sku|string|unique||seen|promised',
    ])
  })

  it('stand below what holds them, and of a document of which nobody tells what it holds they are only promised', () => {
    const promised = [
      aField('gone', 'object', { fields: [aField('x', 'text')] }),
      aField('address', 'jsonb', { fields: [aField('geo', 'object', { fields: [aField('lat', 'number')] }), aField('zip', 'text')] }),
      aField('lines', 'array', { fields: [aField('[]', 'object', { fields: [aField('sku', 'text'), aField('count', 'int')] })] }),
    ]
    const seen = [column('Address', 'jsonb'), column('lines', 'array'), column('lines[].sku', 'string'), column('note', 'text')]
    expect(entityFields(seen, promised).map(({ name, isSeen, isUntold }) => `${name}${isSeen ? '' : isUntold ? ' ?' : ' -'}`)).toEqual([
      ...['Address', 'address.geo ?', 'address.geo.lat ?', 'address.zip ?'],
      ...['lines', 'lines[].sku', 'lines[].count -', 'note', 'gone -', 'gone.x -'],
    ])
  })

  it('are told as not seen only where all that is there is told', () => {
    const promised = [aField('id', 'integer'), aField('email', 'text'), aField('address', 'object', { fields: [aField('zip', 'text')] })]
    const seen = [column('id', 'integer')]
    const marks = (mayBeMore: boolean) =>
      entityFields(seen, promised, mayBeMore).map(({ name, isSeen, isUntold }) => `${name}${isSeen ? '' : isUntold ? ' ?' : ' -'}`)
    expect(marks(false)).toEqual(['id', 'email -', 'address -', 'address.zip -'])
    expect(marks(true)).toEqual(['id', 'email ?', 'address ?', 'address.zip ?'])
  })

  it('keep their order where what one holds stands apart, and those promised come last among it', () => {
    const promised = [
      aField('A', 'object', { fields: [aField('b', 'object', { fields: [aField('c', 'text')] }), aField('d', 'text')] }),
      aField('e', 'object', { fields: [aField('f', 'text')] }),
    ]
    const seen = [column('a', 'object'), column('a.b', 'object'), column('x'), column('A.z'), column('y')]
    expect(entityFields(seen, promised).map(({ name }) => name)).toEqual(['a', 'a.b', 'A.b.c', 'x', 'A.z', 'A.d', 'y', 'e', 'e.f'])
  })

  it('are put together at once, also thousands of them', () => {
    const many = Array.from({ length: 6000 }, (_, n) => aField(`f${n}`, 'text'))
    const begin = performance.now()
    const all = entityFields([column('doc', 'object'), column('doc.seen')], [aField('doc', 'object', { fields: many }), ...many])
    expect(performance.now() - begin).toBeLessThan(1000)
    expect([all.length, all[2]?.name, all[6001]?.name, all[6002]?.name]).toEqual([12_002, 'doc.f0', 'doc.f5999', 'f0'])
  })

  it('are the columns alone where nothing is promised, and nothing where nobody tells', () => {
    expect(lines(entityFields([column('a')], []))).toEqual(['a||||seen|'])
    expect(entityFields([], [])).toEqual([])
  })
})

describe('what is promised of a field', () => {
  it.each([
    [{ isKey: true, isRequired: true }, 'key'],
    [{ isRequired: true, isUnique: true }, 'required, unique'],
    [{ values: ['a', 'b'] }, 'one of a, b'],
    [
      { isRequired: true, classification: 'confidential', tags: ['personal', 'pii'] },
      'required, classified confidential, tagged personal, pii',
    ],
    [{ isKey: false, isRequired: null }, ''],
  ])('%j is %j', (given, words) => expect(rulesInWords(aField('x', null, given))).toBe(words))

  it('goes by its name, whatever its letters', () => {
    expect(isSameField('ID', 'id')).toBe(true)
    expect(isSameField('ID', 'idx')).toBe(false)
  })
})
