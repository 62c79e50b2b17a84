import { describe, expect, it } from 'vitest'
import { type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { allowListProblems, compileAllowList, filterByAllowList, hasContent } from './allow-list.ts'

const filter = (paths: string[], data: JsonValue) => filterByAllowList(data, compileAllowList(paths))

describe('allow-list', () => {
  it('treats arrays as transparent (the vector of the original)', () => {
    const data = parseJson('{"a":{"q":1},"arr":[{"b":1,"z":2},{"z":3},5,null,[{"b":9}]],"n":null,"s":"x"}')
    expect(filter(['/a/b', '/arr/b', '/n', '/s/t'], data)).toEqual({ a: {}, arr: [{ b: 1 }, {}, [{ b: 9 }]] })
  })

  it('lets the broad grant win over the narrow one, in any order', () => {
    const data = { a: { b: 1, c: 2 } }
    expect(filter(['/a', '/a/b'], data)).toEqual(data)
    expect(filter(['/a/b', '/a'], data)).toEqual(data)
    expect(filter(['/a/b/c', '/a', '/a/b'], data)).toEqual(data)
  })

  it('does not mind duplicates', () => {
    expect(filter(['/a', '/a'], { a: { b: 1 }, z: 1 })).toEqual({ a: { b: 1 } })
    expect(filter(['/a/b', '/a/b'], { a: { b: 1, c: 2 } })).toEqual({ a: { b: 1 } })
  })

  it('forgives extra slashes', () => {
    expect(filter(['//a/', 'b'], { a: 1, b: 2, c: 3 })).toEqual({ a: 1, b: 2 })
  })

  it('keeps values that are false, zero or empty, and drops nulls', () => {
    expect(filter(['/a', '/b', '/c', '/d'], { a: '', b: 0, c: false, d: null })).toEqual({ a: '', b: 0, c: false })
  })

  it('lets nothing through where a scalar stands for a tree', () => {
    expect(filter(['/a/b'], { a: 'x' })).toEqual({})
    expect(filter(['/a/b'], 'x')).toBeUndefined()
  })

  it('is not tricked by names of the language', () => {
    expect(filter(['/constructor', '/toString/name'], { a: 1 })).toEqual({})
    expect(filter(['/a'], parseJson('{"__proto__":{"a":1}}'))).toEqual({})
  })

  it('knows content from empty shells', () => {
    for (const empty of [null, {}, [], { a: [] }, [{}, [null]]]) expect(hasContent(empty)).toBe(false)
    for (const full of ['', 0, false, { a: [{ b: '' }] }]) expect(hasContent(full)).toBe(true)
  })

  it('says what is wrong with a filter before it is saved', () => {
    expect(allowListProblems('courseCatalog', ['/title', '/sections/title'])).toEqual([])
    expect(allowListProblems('full', ['/title'])).toHaveLength(1)
    expect(allowListProblems('Full', ['/title'])).toHaveLength(1)
    expect(allowListProblems('a b', ['title', '/a/', '//a', '/'])).toHaveLength(5)
    expect(allowListProblems('none', [])).toHaveLength(1)
  })
})
