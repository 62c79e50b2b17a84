import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEPTH_MAX, ExactNumber, isJsonObject, isTooDeep, parseJson } from './json.ts'

const isExact = (text: string) => parseJson(text) instanceof ExactNumber

describe('a number', () => {
  it.each([
    '0',
    '-1.5',
    '1e21',
    '123456789012345',
    '0.000001',
    '1e300',
    '1e-300',
    '0e-999',
    '100000000000000000000',
    '0.1000000000000000000',
  ])('%s fits into a double and is one', (text) => expect(parseJson(text)).toBe(Number(text)))

  it.each([
    '1234567890123456',
    '9007199254740993',
    '0.12345678901234567',
    '1e400',
    '-1e999',
    '1e-400',
    '-1.25e-310',
    '12345678901234567890.5',
  ])('%s would lose digits and is kept as written', (text) => {
    expect(isExact(text)).toBe(true)
    expect(JSON.stringify(parseJson(text))).toBe(text)
  })
})

describe('a document', () => {
  it('keeps exact numbers at every depth, and its strings as they are', () => {
    const text = '{"a":[1,{"b":12345678901234567890}],"text":"12345678901234567890"}'
    expect(JSON.stringify(parseJson(text))).toBe(text)
    expect(parseJson('"12345678901234567890"')).toBe('12345678901234567890')
  })

  it.each(['[1,_]', '[_]', '[ _]', '{"a":_}', '{"a":\n_}', '\t_', '[[],\r\n_]'])('keeps a number wherever one may stand: %j', (around) => {
    for (const number of ['12345678901234567890', '-0.12345678901234567', '1.5e400', '-1E-400'])
      expect(JSON.stringify(parseJson(around.replace('_', number)))).toBe(around.replace('_', number).replaceAll(/\s/g, ''))
  })

  it('is refused like any parser would', () => {
    for (const wrong of ['', '{', '{"a":01}', '[1,]', '12345678901234567890 1']) expect(() => parseJson(wrong)).toThrow(SyntaxError)
  })

  it('without such numbers is what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  it('gives every integer back, however long', () => {
    fc.assert(
      fc.property(fc.bigInt(), (n) => {
        expect(JSON.stringify(parseJson(`[${n}]`))).toBe(`[${n}]`)
      }),
    )
  })
})

describe('an object', () => {
  it.each([
    ['{}', true],
    ['{"a":1}', true],
    ['[]', false],
    ['null', false],
    ['"{}"', false],
    ['12345678901234567890', false],
  ])('%s: %s', (text, expected) => {
    expect(isJsonObject(parseJson(text))).toBe(expected)
  })
})

describe('deep nesting', () => {
  const nested = (levels: number, inside: string) => `{"a":${'['.repeat(levels)}${inside}${']'.repeat(levels)}}`
  it('is parsed and told, however deep, also with digits that a double would lose', () => {
    for (const inside of ['1', '12345678901234567890', '']) {
      expect(isTooDeep(parseJson(nested(5000, inside)))).toBe(true)
      expect(isTooDeep(parseJson(nested(100_000, inside)))).toBe(true)
      expect(isTooDeep(parseJson(nested(DEPTH_MAX - 1, inside)))).toBe(false)
      expect(isTooDeep(parseJson(nested(DEPTH_MAX, inside)))).toBe(true)
    }
  })
})
