import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExactNumber, isJsonObject, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { canonicalText, contentHash } from './canonical-form.ts'

const { document } = fc.letrec<{ document: JsonValue }>((tie) => ({
  document: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<JsonValue>(null, true, false, '', 'a', '1', 0, 1, -1, 0.5),
    fc.array(tie('document'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'ab', ''), tie('document'), { maxKeys: 3 }),
  ),
}))

/** The same content in another order: lists and members backwards, at every depth. */
function backwards(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.toReversed().map(backwards)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, backwards(member)]),
  )
}

/** Whether two documents are the same content, the slow way: by pairing off elements and members. */
function isSame(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return isSameList(a, b)
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key] ?? null, b[key] ?? null))
  }
  return a === b
}

function isSameList([first, ...others]: readonly JsonValue[], b: readonly JsonValue[]): boolean {
  if (first === undefined) return b.length === 0
  const at = b.findIndex((element) => isSame(first, element))
  return at >= 0 && isSameList(others, b.toSpliced(at, 1))
}

describe('the canonical text', () => {
  it('is the same for the same content in any order', () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(canonicalText(backwards(value))).toBe(canonicalText(value))
      }),
    )
  })

  it('is the same only for the same content', () => {
    fc.assert(
      fc.property(document, document, (a, b) => {
        expect(canonicalText(a) === canonicalText(b)).toBe(isSame(a, b))
      }),
      { numRuns: 500 },
    )
  })

  it('of a changed copy differs', () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(canonicalText([value, value])).not.toBe(canonicalText([value]))
      }),
    )
    fc.assert(
      fc.property(document, (value) => {
        expect(contentHash({ a: value })).not.toBe(contentHash({ b: value }))
      }),
    )
  })

  it('of a number is one for all its spellings', () => {
    const spellings = fc.tuple(fc.integer(), fc.nat({ max: 20 }), fc.nat({ max: 5 }))
    fc.assert(
      fc.property(spellings, ([digits, exponent, zeros]) => {
        const spelled = new ExactNumber(`${digits}${'0'.repeat(zeros)}E${exponent - zeros}`)
        expect(canonicalText(spelled)).toBe(canonicalText(new ExactNumber(`${digits}.0e+${exponent}`)))
      }),
    )
  })

  it.each([
    ['-0.0', '0'],
    ['120', '120'],
    ['1E+2', '100'],
    ['0.00120', '12e-4'],
    ['-12.5', '-125e-1'],
    ['1e20', '100000000000000000000'],
    ['1e21', '1e21'],
    ['123456789012345678901', '123456789012345678901'],
    ['1234567890123456789012', '1234567890123456789012e0'],
    ['1e-400', '1e-400'],
    ['0e999', '0'],
  ])('of %s is %s', (written, text) => {
    expect(canonicalText(parseJson(written))).toBe(text)
  })

  it('sorts keys by their code units, also those that look like numbers', () => {
    expect(canonicalText({ 9: 1, 10: 2 })).toBe('{2"102,1"91,}')
    expect(canonicalText({ '\uFFFD': 1, '😀': 2 })).toBe('{2"😀2,1"\uFFFD1,}')
  })
})
