import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aField } from '#lib/testing/contracts/fields.ts'
import { compareFields, compareInPart, weightOf } from './compare-fields.ts'
import type { Field } from './field.ts'

function told(promised: Field[], found: Field[]): string[] {
  return compareFields(promised, found).map(({ weight, words }) => `${weight}: ${words}`)
}

test('what is promised for later is told as what will be', () => {
  const coming = (promised: Field[], found: Field[]) => compareFields(promised, found, 'coming').map(({ words }) => words)
  const text = (name: string, more: Parameters<typeof aField>[2] = {}) => aField(name, 'text', more)
  expect(coming([text('phone')], [])).toEqual(['phone goes'])
  expect(coming([text('country')], [text('country_code')])).toEqual(['country goes (perhaps renamed country_code)'])
  expect(coming([], [text('a b'), text('c', { isRequired: true })])).toEqual(['"a b" comes', 'c comes and is required'])
  expect(coming([aField('n', 'integer')], [aField('n', 'bigint')])).toEqual(['n will hold more: integer before, bigint then'])
  expect(coming([text('a', { isRequired: false })], [text('a', { isRequired: true })])).toEqual(['a becomes required'])
  expect(coming([text('a', { isUnique: true })], [text('a', { isUnique: false })])).toEqual(['a may hold the same twice'])
  expect(coming([text('a', { isKey: false })], [text('a', { isKey: true })])).toEqual(['a joins the key'])
  expect(coming([text('a', { values: ['x'] })], [text('a', { values: ['x', 'y'] })])).toEqual(['a may also be "y"'])
  const address = (name: string) => [aField('address', 'object', { fields: [text(name)] })]
  expect(coming(address('city'), address('town'))).toEqual(['address.city goes (perhaps renamed address.town)'])
})

describe('what is breaking and what is not', () => {
  const id = aField('id', 'integer', { isKey: true })
  const cases: [string, Field[], Field[], string[]][] = [
    ['the same', [id], [id], []],
    ['a field is gone', [id, aField('email', 'text')], [id], ['breaks: the field "email" is gone']],
    [
      'a field is called otherwise',
      [id, aField('email', 'text')],
      [id, aField('mail', 'text')],
      ['breaks: the field "email" is gone, perhaps renamed: "mail" came'],
    ],
    [
      'of several that came the one that is called much like it is meant',
      [id, aField('email', 'text')],
      [id, aField('phone', 'text'), aField('e_mail', 'text')],
      ['breaks: the field "email" is gone, perhaps renamed: "e_mail" came', 'noted: the field "phone" came'],
    ],
    [
      'what is of another type was not renamed',
      [aField('email', 'text')],
      [aField('born', 'date')],
      ['breaks: the field "email" is gone', 'noted: the field "born" came'],
    ],
    ['a field came', [id], [id, aField('phone', 'text')], ['noted: the field "phone" came']],
    [
      'a field came that must be given',
      [id],
      [id, aField('phone', 'text', { isRequired: true })],
      ['breaks: the field "phone" came, and it is required'],
    ],
    [
      'a type changed',
      [aField('total', 'text')],
      [aField('total', 'numeric')],
      ['breaks: the field "total" has another type: text before, numeric now'],
    ],
    [
      'a type is narrower',
      [aField('code', 'varchar(20)')],
      [aField('code', 'varchar(8)')],
      ['breaks: the field "code" holds less: varchar(20) before, varchar(8) now'],
    ],
    [
      'a type is wider',
      [aField('code', 'integer')],
      [aField('code', 'bigint')],
      ['warns: the field "code" holds more: integer before, bigint now'],
    ],
    [
      'a time means another zone',
      [aField('at', 'timestamptz')],
      [aField('at', 'timestamp without time zone')],
      ['breaks: the field "at" means another time zone: timestamptz before, timestamp without time zone now'],
    ],
    [
      'what was required may be empty',
      [aField('a', 'text', { isRequired: true })],
      [aField('a', 'text', { isRequired: false })],
      ['breaks: the field "a" may be empty now'],
    ],
    [
      'what could be left out is required',
      [aField('a', 'text', { isRequired: false })],
      [aField('a', 'text', { isRequired: true })],
      ['breaks: the field "a" is required now'],
    ],
    [
      'unique no more',
      [aField('a', 'text', { isUnique: true })],
      [aField('a', 'text', { isUnique: false })],
      ['breaks: the field "a" may hold the same twice now'],
    ],
    [
      'the key is another',
      [aField('a', 'text', { isKey: true })],
      [aField('a', 'text', { isKey: false })],
      ['breaks: the field "a" belongs to the key no more'],
    ],
    [
      'a value is allowed no more',
      [aField('a', 'text', { values: ['x', 'y'] })],
      [aField('a', 'text', { values: ['x', 'z'] })],
      ['breaks: the field "a" may no more be "y"'],
    ],
    [
      'one value more is allowed',
      [aField('a', 'text', { values: ['x'] })],
      [aField('a', 'text', { values: ['x', 'z'] })],
      ['warns: the field "a" may also be "z"'],
    ],
    [
      'it is described otherwise',
      [aField('a', 'text', { description: 'one' })],
      [aField('a', 'text', { description: 'two' })],
      ['noted: the field "a" is described otherwise'],
    ],
    ['only the letters are others', [aField('Email', 'text')], [aField('EMAIL', 'varchar')], []],
    ['what nobody tells', [aField('a', 'text', { isRequired: true, values: ['x'] })], [aField('a', null)], []],
  ]
  test.each(cases)('%s', (_, promised, found, expected) => {
    expect(told(promised, found)).toEqual(expected)
  })

  test('many values are not all listed', () => {
    const values = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    expect(told([aField('x', 'text', { values })], [aField('x', 'text', { values: [] })])).toEqual([
      'breaks: the field "x" may no more be "a", "b", "c", "d", "e" and 2 more',
    ])
  })

  test('what turns or ends words is marked where a name holds it', () => {
    expect(told([], [aField('pay\u202Eroll\u0000', 'text')])).toEqual(['noted: the field "pay\uFFFDroll\uFFFD" came'])
  })

  test('the worst difference counts', () => {
    const weigh = (promised: Field[], found: Field[]) => weightOf(compareFields(promised, found))
    expect(weigh([id], [id])).toBeNull()
    expect(weigh([id], [id, aField('b', 'text')])).toBe('noted')
    expect(weigh([aField('b', 'integer')], [aField('b', 'bigint'), id])).toBe('warns')
    expect(weigh([aField('b', 'integer'), id], [aField('b', 'bigint')])).toBe('breaks')
  })
})

describe('whatever the fields', () => {
  const someFields = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('id', 'ID', 'mail', 'email', 'at', 'total'),
      type: fc.constantFrom('text', 'integer', 'date', null),
    }),
    { selector: ({ name }) => name, maxLength: 6 },
  )
  const asFields = (given: readonly { name: string; type: string | null }[]) => given.map(({ name, type }) => aField(name, type))

  test('fields differ from themselves in nothing, in whatever order', () => {
    fc.assert(
      fc.property(someFields, (given) => {
        expect(compareFields(asFields(given), asFields(given).reverse())).toEqual([])
      }),
    )
  })

  test('a field that is added breaks nothing, and one that is taken away always does', () => {
    fc.assert(
      fc.property(someFields, (given) => {
        const fields = asFields(given)
        const more = [...fields, aField('brand new', 'boolean')]
        expect(weightOf(compareFields(fields, more))).toBe('noted')
        expect(weightOf(compareFields(more, fields))).toBe('breaks')
      }),
    )
  })

  test('every field that is gone is told of once', () => {
    fc.assert(
      fc.property(someFields, someFields, (before, after) => {
        const gone = compareFields(asFields(before), asFields(after)).filter(({ kind }) => kind === 'gone' || kind === 'renamed')
        const there = new Set(after.map(({ name }) => name.toLowerCase()))
        const missing = before.filter(({ name }) => !there.has(name.toLowerCase())).map(({ name }) => name)
        expect(gone.map(({ field }) => field)).toEqual(expect.arrayContaining(missing))
        expect(new Set(gone.map(({ field }) => field)).size).toBe(gone.length)
      }),
    )
  })
})

describe('what objects hold', () => {
  const address = (...fields: Field[]) => aField('address', 'object', { fields })
  const told = (before: Field, after: Field) => compareFields([before], [after]).map(({ weight, words }) => `${weight}: ${words}`)

  test('is compared under the name of the object', () => {
    expect(told(address(aField('city', 'text')), address(aField('city', 'integer'), aField('zip', 'text')))).toEqual([
      'breaks: the field "address.city" has another type: text before, integer now',
      'noted: the field "address.zip" came',
    ])
  })

  test('is compared at any depth', () => {
    const deep = (type: string) => address(aField('geo', 'object', { fields: [aField('lat', type)] }))
    expect(told(deep('numeric'), deep('text'))).toEqual(['breaks: the field "address.geo.lat" has another type: numeric before, text now'])
  })

  test('differs from nothing where one side does not tell it', () => {
    expect(told(address(aField('city', 'text')), aField('address', 'object'))).toEqual([])
    expect(told(aField('address', 'object'), address(aField('city', 'text')))).toEqual([])
  })
})

test('a whole number may be what another number was renamed to', () => {
  const [difference] = compareFields([aField('price', 'numeric')], [aField('cost', 'integer')])
  expect(difference?.kind).toBe('renamed')
})

describe('where there may be others than the fields that were found', () => {
  const id = aField('id', 'integer')
  const email = aField('email', 'text')
  const inPart = (promised: Field[], found: Field[]) => compareInPart(promised, found).map(({ weight, words }) => `${weight}: ${words}`)
  const holding = (...fields: Field[]) => aField('address', 'object', { fields })

  test.each<[string, Field[], Field[], string[]]>([
    ['what was not found may be there', [id, email], [id], []],
    ['and what came takes nobody’s place', [id, email], [id, aField('mail', 'text')], ['noted: the field "mail" came']],
    ['nothing was found', [id, email], [], []],
    [
      'what was found is compared, in whatever letters',
      [id, email],
      [aField('ID', 'text')],
      ['breaks: the field "id" has another type: integer before, text now'],
    ],
    [
      'also within others',
      [holding(id, email)],
      [holding(aField('id', 'bigint'))],
      ['warns: the field "address.id" holds more: integer before, bigint now'],
    ],
    ['of which nobody tells what they hold', [holding(id)], [aField('address', 'object')], []],
  ])('%s', (_, promised, found, words) => expect(inPart(promised, found)).toEqual(words))

  test('nothing is told but what a comparison of all would tell', () => {
    const found = [id, aField('mail', 'text')]
    const all = compareFields([aField('id', 'text'), email], found).map(({ words }) => words)
    expect(all).toContain(compareInPart([aField('id', 'text'), email], found)[0]?.words)
  })
})
