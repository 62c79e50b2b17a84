import { describe, expect, it } from 'vitest'
import { toStorableText } from '#lib/domain/values/storable-text.ts'
import { toStorableJson } from './storable-json.ts'

describe('JSON for the database', () => {
  it('is ordinary JSON for ordinary values', () => {
    expect(toStorableJson({ a: [1, 'x', null, true] })).toBe('{"a":[1,"x",null,true]}')
  })

  it('holds no NUL, in values or keys, however deep', () => {
    expect(toStorableJson({ 'a\0': [{ b: 'c\0d' }] })).toBe('{"a\uFFFD":[{"b":"c\uFFFDd"}]}')
  })

  it('holds no half of a pair', () => {
    expect(toStorableJson(['\ud83d', '\ud83d\ude00'])).toBe('["\uFFFD","\ud83d\ude00"]')
  })

  it('leaves a text alone that only looks like an escape', () => {
    expect(JSON.parse(toStorableJson('\\u0000'))).toBe('\\u0000')
  })

  it('writes big integers as text and nothing as null', () => {
    expect(toStorableJson(12n)).toBe('"12"')
    expect(toStorableJson(undefined)).toBe('null')
  })

  it('does the same for plain text', () => {
    expect(toStorableText('a\0b')).toBe('a\uFFFDb')
  })
})
