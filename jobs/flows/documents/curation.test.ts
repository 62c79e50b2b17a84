import { describe, expect, it } from 'vitest'
import { isJsonObject } from '#lib/domain/values/json.ts'
import { hasContent } from '#lib/records/allow-list.ts'
import { compileAllowLists, type ServiceFilter } from './curation.ts'

const compile = (...filters: ServiceFilter[]) => compileAllowLists(filters, (part) => isJsonObject(part) && hasContent(part))
const shown = (filters: ServiceFilter[], document: object, groups?: string[]) =>
  Object.fromEntries(compile(...filters).views(JSON.parse(JSON.stringify(document)), groups).documents)

describe('compiled allow-lists', () => {
  it('take duplicates without harm', () => {
    expect(shown([{ service: 'one', paths: ['/a', '/a', '/a'] }], { a: { b: 1 } })).toEqual({ one: '{"a":{"b":1}}' })
  })

  it.each([[['/a', '/a/b']], [['/a/b', '/a']]])('let the broad path win over the narrow one: %j', (paths) => {
    expect(shown([{ service: 'one', paths }], { a: { b: 1, c: 2 } })).toEqual({ one: '{"a":{"b":1,"c":2}}' })
  })

  it('show what belongs to one group only to its service, and what names none to all', () => {
    const filters = [
      { service: 'all', paths: ['/a'], group: null },
      { service: 'staff', paths: ['/a'], group: 'staff' },
    ]
    expect(shown(filters, { a: 1 }, ['guests'])).toEqual({ all: '{"a":1}' })
    expect(shown(filters, { a: 1 }, ['guests', 'staff'])).toEqual({ all: '{"a":1}', staff: '{"a":1}' })
    expect(shown(filters, { a: 1 })).toEqual({ all: '{"a":1}' })
  })

  it('are compiled once, not for every document', () => {
    const paths = ['/a']
    const { views } = compile({ service: 'one', paths })
    paths[0] = '/b'
    expect([...views({ a: 1, b: 2 }).documents]).toEqual([['one', '{"a":1}']])
  })

  it('publish a service with a bad list to nobody, say so, and leave the others alone', () => {
    const { problems, services } = compile(
      { service: 'good', paths: ['/a'] },
      { service: 'bad', paths: ['a'] },
      { service: 'full', paths: ['/a'] },
    )
    expect(services).toEqual(['good'])
    expect(problems).toEqual([
      'service "bad": "a" is not a path such as /sections/title',
      'service "full": "full" is the name of the whole document and cannot have an allow-list',
    ])
  })

  it('have another fingerprint when a path, a service or a group differs, and only then', () => {
    const print = (...filters: ServiceFilter[]) => compile(...filters).fingerprint
    const one = { service: 'one', paths: ['/a'], group: null }
    const two = { service: 'two', paths: ['/b'], group: 'staff' }
    expect(print(one, two)).toBe(print(two, one))
    const others = [
      print(one),
      print(one, { ...two, paths: ['/c'] }),
      print(one, { ...two, group: null }),
      print(one, { ...two, service: 'three' }),
    ]
    expect(new Set([print(one, two), ...others]).size).toBe(5)
  })
})
