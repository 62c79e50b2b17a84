import { describe, expect, it } from 'vitest'
import { aField } from '#lib/testing/contracts/fields.ts'
import { promisedAt } from './promised-at.ts'

const sku = aField('sku', 'text', { isRequired: true })
const FIELDS = [
  aField('id', 'bigint', { isRequired: true }),
  aField('Shop', 'text'),
  aField('a.b', 'date'),
  aField('address', 'object', { isRequired: true, fields: [aField('city', 'text', { isRequired: true }), aField('zip', 'text')] }),
  aField('maybe', 'object', { isRequired: false, fields: [aField('city', 'text', { isRequired: true })] }),
  aField('lines', 'array', { isRequired: true, fields: [aField('[]', 'object', { isRequired: true, fields: [sku] })] }),
  aField('tags', 'array', { fields: [aField('[]', 'text')] }),
  aField('bare', 'array'),
]

describe('what is promised at a path', () => {
  it.each<[string, string, boolean]>([
    ['id', 'id', true],
    ['Shop', 'Shop', false],
    ['shop', 'Shop', false],
    ['a.b', 'a.b', false],
    ['address', 'address', true],
    ['address.city', 'city', true],
    ['address.zip', 'zip', false],
    ['maybe.city', 'city', false],
    ['lines.0', '[]', false],
    ['lines.12.sku', 'sku', false],
    ['tags.0', '[]', false],
  ])('is found: %s', (path, name, isRequired) => {
    const found = promisedAt(FIELDS, path)
    expect([found?.field.name, found?.isRequired]).toEqual([name, isRequired])
  })

  it.each(['nothing', 'id.x', 'address.street', 'lines.sku', 'lines.x.sku', 'bare.0', 'tags.0.x', '', '.'])('is nothing: "%s"', (path) => {
    expect(promisedAt(FIELDS, path)).toBeNull()
  })

  it('goes by capitals where two names differ by nothing else', () => {
    const both = [aField('ID', 'text'), aField('id', 'bigint')]
    expect(promisedAt(both, 'id')?.field.typeText).toBe('bigint')
    expect(promisedAt(both, 'ID')?.field.typeText).toBe('text')
  })
})
