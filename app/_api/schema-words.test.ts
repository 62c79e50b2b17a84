import { expect, it } from 'vitest'
import { apiDocument } from './document.ts'
import { fieldsOf, schemaInWords } from './schema-words.ts'

const words = (schema: unknown) =>
  schemaInWords(schema)
    .map((piece) => piece.words)
    .join('')

it.each([
  [{ $ref: '#/components/schemas/Asset' }, 'Asset'],
  [
    { type: 'array', items: { anyOf: [{ $ref: '#/components/schemas/Asset' }, { $ref: '#/components/schemas/Removed' }] } },
    'list of Asset or Removed',
  ],
  [{ type: 'string', enum: ['json', 'ndjson'] }, 'one of json, ndjson'],
  [{ type: 'integer', minimum: 1, maximum: 1000 }, 'whole number from 1 to 1000'],
  [{ anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] }, 'instant or null'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, 'by name: number'],
  [{ type: 'object', properties: { from: {}, until: {} } }, '{ from, until }'],
  [{ type: ['string', 'null'] }, 'text or null'],
  [{ type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false }, 'list of text, then number'],
  [{ type: 'string', const: 'by' }, 'by'],
  [true, 'anything'],
  [{}, 'anything'],
  [{ type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false }, 'list of text, then whole number'],
])('says what a schema allows: %j', (schema, expected) => expect(words(schema)).toBe(expected))

it('has words for every shape, address and answer of the API', () => {
  const { components, paths } = apiDocument({ url: 'http://localhost:3000' })
  const shapes: unknown = JSON.parse(JSON.stringify(Object.values(components?.schemas ?? {})))
  const schemas = [...(Array.isArray(shapes) ? shapes : []), ...schemasIn(JSON.parse(JSON.stringify(paths)))]
  expect(schemas.length).toBeGreaterThan(100)
  for (const schema of schemas) {
    expect(schemaInWords(schema)).not.toEqual([])
    expect(() => fieldsOf(schema)).not.toThrow()
  }
})

/** Every schema in a document, by where one stands. */
function schemasIn(part: unknown, name = ''): unknown[] {
  if (typeof part !== 'object' || part === null) return []
  const inner = Object.entries(part).flatMap(([key, value]) => schemasIn(value, key))
  return name === 'schema' ? [part, ...inner] : inner
}

it('leads to the shapes it names', () => {
  expect(schemaInWords({ type: 'array', items: { $ref: '#/components/schemas/Feed' } })).toEqual([
    { words: 'list of ' },
    { words: 'Feed', ref: 'Feed' },
  ])
})

it('lists the members of an object, and whether each is always there', () => {
  const schema = {
    type: 'object',
    properties: { key: { type: 'string', description: 'The name.' }, more: { type: 'boolean' } },
    required: ['key'],
  }
  expect(fieldsOf(schema)).toMatchObject([
    { name: 'key', description: 'The name.', isRequired: true },
    { name: 'more', description: null, isRequired: false },
  ])
})

it('says of an object what its lists are of, where that has a shape of its own', () => {
  const group = { $ref: '#/components/schemas/Group' }
  const properties = {
    items: { type: 'array', items: group },
    tags: { type: 'array', items: { type: 'string' } },
    next: { type: 'string' },
  }
  expect(schemaInWords({ type: 'object', properties })).toEqual([
    { words: '{ items: list of ' },
    { words: 'Group', ref: 'Group' },
    { words: ', tags, next }' },
  ])
})
