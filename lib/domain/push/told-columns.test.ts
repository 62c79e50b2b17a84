import { expect, test } from 'vitest'
import { columnsOfSchema } from './told-columns.ts'

const told = (...fields: unknown[]) => columnsOfSchema({ fields }).map(({ name, type }) => `${name} ${type}`)

test('the columns of a schema facet are told with what they hold, as Spark sends it', () => {
  const element = (type: string, fields?: unknown[]) => [{ name: '_element', type, ...(fields && { fields }) }]
  expect(
    told(
      { name: 'id', type: 'long' },
      { name: 'address', type: 'struct', fields: [{ name: 'city', type: 'string', description: 'Where' }] },
      { name: 'lines', type: 'array', fields: element('struct', [{ name: 'sku', type: 'string' }]) },
      { name: 'tags', type: 'array', fields: element('string') },
      {
        name: 'labels',
        type: 'map',
        fields: [
          { name: 'key', type: 'string' },
          { name: 'value', type: 'string' },
        ],
      },
    ),
  ).toEqual(['id long', 'address struct', 'address.city string', 'lines array', 'lines[].sku string', 'tags array<string>', 'labels map'])
})

test('other systems write them in the type, or stand what a list holds right under it', () => {
  expect(told({ name: 'a', type: 'STRUCT<b INT64>' }, { name: 'c', type: 'array', fields: [{ name: 'd', type: 'int' }] })).toEqual([
    'a STRUCT<b INT64>',
    'a.b INT64',
    'c array',
    'c[].d int',
  ])
})

test('what is no column is left out', () => {
  expect(told(null, { name: ' ' }, 7, { name: 'x', type: 3, fields: 'none' })).toEqual(['x null'])
  expect(columnsOfSchema({ fields: 'none' })).toEqual([])
})
