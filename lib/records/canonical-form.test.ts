import { describe, expect, it } from 'vitest'
import { DEPTH_MAX, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { canonicalText, contentHash } from './canonical-form.ts'

const same = (a: string, b: string) => expect(canonicalText(parseJson(a))).toBe(canonicalText(parseJson(b)))
const differ = (a: string, b: string) => expect(canonicalText(parseJson(a))).not.toBe(canonicalText(parseJson(b)))

describe('canonical form', () => {
  it('does not see the order of keys', () => same('{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'))

  it('compares arrays as multisets, at every depth', () => {
    same('[1,2,[3,4]]', '[[4,3],2,1]')
    differ('[1,1,2]', '[1,2,2]')
    differ('[1,1]', '[1]')
    same('{"email":[{"type":"H","address":"x"},{"type":"W"}]}', '{"email":[{"type":"W"},{"address":"x","type":"H"}]}')
  })

  it('tells [], {} and null apart, and a null member from a missing one', () => {
    differ('{"hold":null}', '{"hold":[]}')
    differ('{"hold":null}', '{"hold":{}}')
    differ('{"hold":[]}', '{"hold":{}}')
    differ('{"hold":null}', '{}')
    differ('[null]', '[]')
    differ('[[]]', '[{}]')
  })

  it('compares numbers by value, exactly', () => {
    same('1.0', '1')
    same('1e2', '100')
    same('-0', '0')
    same('0.10', '1e-1')
    same('1000000000000000000000', '1e21')
    same('9007199254740993.0', '9007199254740993')
    differ('9007199254740993', '9007199254740992')
    differ('0.1234567890123456789', '0.1234567890123456788')
    differ('1e400', '1e401')
    differ('1', '"1"')
    differ('true', '"true"')
  })

  it('sorts long lists as it sorts short ones', () => {
    const long = Array.from({ length: 50 }, (_, index) => String((index * 37) % 50))
    expect(canonicalText(long)).toBe(canonicalText(long.toReversed()))
    for (const list of [long, long.slice(0, 32)])
      expect(canonicalText(list)).toBe(
        `[${list
          .map((text) => `${text.length}"${text}`)
          .sort()
          .join(',')},]`,
      )
  })

  it('is not fooled by what strings contain', () => {
    differ('["1\\"a"]', '["a"]')
    differ('["a,1\\"b"]', '["a","b"]')
    differ('["a,b"]', '["a","b"]')
    differ('{"a\\":1,\\"b":2}', '{"a":1,"b":2}')
  })

  it('gives the documented hash, so that a change of the form cannot go unnoticed', () => {
    expect(canonicalText(parseJson('{"b":[2,1.0,null],"a":{"x":[],"y":{}}}'))).toBe('{1"a{1"x[],1"y{},},1"b[1,2,null,],}')
    expect(contentHash({ a: 1 })).toBe('4cfe8ebeaa22b16c66e325f5d3cffe2e6c0da53508d501b7193a2c077f62efc5')
  })

  it('refuses documents nested deeper than anything real', () => {
    let deep: JsonValue = 1
    for (let level = 0; level <= DEPTH_MAX; level += 1) deep = [deep]
    expect(() => canonicalText(deep)).toThrow(RangeError)
  })

  it('looks at every part once, however deeply lists and objects are nested', () => {
    let looks = 0
    const leaf = {
      get seen() {
        looks += 1
        return 1
      },
    }
    const nested = (levels: number): JsonValue => (levels === 0 ? leaf : [{ list: [nested(levels - 1)] }, levels])
    canonicalText(nested(8))
    expect(looks).toBe(1)
  })
})

describe('parseJson', () => {
  it('gives back every digit it was given', () => {
    const text = '{"id":12345678901234567890,"small":1,"big":1e400,"ratio":0.12345678901234567}'
    expect(JSON.stringify(parseJson(text))).toBe(text)
  })
})
