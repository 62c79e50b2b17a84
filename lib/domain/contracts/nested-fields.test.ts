import { describe, expect, test } from 'vitest'
import { aField } from '#lib/testing/contracts/fields.ts'
import { compareFields } from './compare-fields.ts'
import type { Field } from './field.ts'
import { fieldsOfColumns, flatFields, ITEM, withNestedColumns } from './nested-fields.ts'

const columns = (...told: string[]) =>
  told.map((one) => {
    const [name = '', ...type] = one.split(' ')
    return { name, type: type.join(' ') || null, description: null }
  })
const paths = (fields: readonly Field[]) => flatFields(fields).map(({ name, typeText }) => `${name} ${typeText}`)
const differences = (promised: Field[], ...told: string[]) =>
  compareFields(promised, fieldsOfColumns(columns(...told))).map(({ weight, words }) => `${weight}: ${words}`)

const PROMISED = [
  aField('id', 'integer'),
  aField('address', 'object', { fields: [aField('city', 'string'), aField('geo', 'object', { fields: [aField('lat', 'number')] })] }),
  aField('lines', 'array', { fields: [aField(ITEM, 'object', { fields: [aField('sku', 'string'), aField('count', 'integer')] })] }),
  aField('tags', 'array', { fields: [aField(ITEM, 'string')] }),
]
const ALL = [
  'id int',
  'address struct<city:string,geo:struct<lat:double>>',
  'lines array<struct<sku:string,count:int>>',
  'tags array<string>',
]

describe('fields within fields', () => {
  test('have paths, of what a list holds with the mark of a list', () => {
    expect(paths(PROMISED)).toEqual([
      ...['id integer', 'address object', 'address.city string', 'address.geo object', 'address.geo.lat number'],
      ...['lines array', 'lines[].sku string', 'lines[].count integer', 'tags array'],
    ])
  })

  test('are told by the type of a column, or by columns of their paths', () => {
    expect(differences(PROMISED, ...ALL)).toEqual([])
    const told = ['id int', 'address struct', 'address.city string', 'address.geo RECORD', 'address.geo.lat double']
    expect(differences(PROMISED, ...told, 'lines array', 'lines[].sku string', 'lines[].count int', 'tags array<string>')).toEqual([])
  })

  test('are compared by their paths', () => {
    const [id = '', , , tags = ''] = ALL
    expect(differences(PROMISED, id, 'address struct<geo:struct<lat:string>,zip:string>', 'lines array<struct<sku:string>>', tags)).toEqual(
      [
        'breaks: the field "address.city" is gone, perhaps renamed: "address.zip" came',
        'breaks: the field "address.geo.lat" has another type: number before, string now',
        'breaks: the field "lines[].count" is gone',
      ],
    )
    expect(differences(PROMISED.slice(3), 'tags array<int>')).toEqual([
      'breaks: the field "tags[]" has another type: string before, int now',
    ])
  })

  test('of what a list holds are the same where their paths have no mark of it, as BigQuery writes them', () => {
    const told = ['id int', ALL[1] ?? '', 'lines ARRAY', 'lines.sku STRING', 'lines.count int', 'tags array']
    expect(differences(PROMISED, ...told)).toEqual([])
  })

  test('differ from nothing where nobody tells them, as of a column that holds any document', () => {
    expect(differences(PROMISED, 'id int', 'address jsonb', 'lines jsonb', 'tags array')).toEqual([])
    expect(differences([aField('id', 'text')], 'id jsonb')).toHaveLength(1)
  })

  test('are those of a column that is there: a name with a point in it is one of its own otherwise', () => {
    const found = fieldsOfColumns(columns('a.b int', 'a text', 'a.c int', 'd[][] int', 'e array', 'e[][].f int'))
    expect(found.map(({ name }) => name)).toEqual(['a.b', 'a', 'a.c', 'd[][]', 'e'])
    expect(paths(found.slice(-1))).toEqual(['e array', 'e[][].f int'])
  })

  test('a column that is told twice counts once', () => {
    expect(fieldsOfColumns(columns('a int', 'a text'))).toHaveLength(1)
  })
})

describe('columns as they are kept', () => {
  test('are those told, each with what its type names by its path, unless that is told besides', () => {
    const kept = withNestedColumns(
      columns('id int', 'address STRUCT<city STRING>', 'lines ARRAY<STRUCT<sku STRING>>', 'lines[].sku VARCHAR', 'tags text[]'),
    )
    expect(kept.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'id int',
      'address STRUCT<city STRING>',
      'address.city STRING',
      'lines ARRAY<STRUCT<sku STRING>>',
      'lines[].sku VARCHAR',
      'tags text[]',
    ])
  })

  test('have the mark of a list in each path that leads into one', () => {
    const kept = withNestedColumns(
      columns('lines ARRAY<STRUCT<parts ARRAY<INT64>>>', 'lines.parts ARRAY<INT64>', 'lines.parts.id INT64', 'a.b int'),
    )
    expect(kept.map(({ name }) => name)).toEqual(['lines', 'lines[].parts', 'lines[].parts[].id', 'a.b'])
  })

  test('are all columns, and no more than so many within them: of one that names more none, since some would look like all', () => {
    const wide = `struct<${Array.from({ length: 900 }, (_, n) => `f${n}:int`).join(',')}>`
    const kept = withNestedColumns(columns(...['a', 'b', 'c'].map((name) => `${name} ${wide}`), 'd int', 'e struct<f:int>'))
    expect([...Map.groupBy(kept, ({ name }) => name.split('.')[0])].map(([name, all]) => `${name} ${all.length}`)).toEqual([
      ...['a 901', 'b 901', 'c 1', 'd 1', 'e 2'],
    ])
    const deep = `${'struct<a:'.repeat(50)}int${'>'.repeat(50)}`
    expect(withNestedColumns(columns(`a ${deep}`))).toHaveLength(8)
  })
})
