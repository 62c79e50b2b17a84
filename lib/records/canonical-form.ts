import { hash } from 'node:crypto'
import { DEPTH_MAX, ExactNumber, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'

/**
 * The canonical form, version 1. Two documents are the same content when their canonical texts are equal:
 *
 * - objects: members sorted by key (UTF-16 code units), so order of keys never counts;
 * - arrays: elements sorted by their canonical text and kept as often as they occur: arrays are multisets;
 * - `[]`, `{}` and `null` are three different things, and a member that is null is not a missing one;
 * - numbers: by value, so 1.0 = 1 = 1e0, exact to the last digit;
 * - strings: as they are, no Unicode normalisation.
 *
 * Written as: `null`, `true`, `false`; a number's digits; a string's length, `"`, the string; `[` elements each followed
 * by `,` and `]`; `{` keys (as strings) and values, each pair followed by `,` and `}`. Lengths make escapes needless.
 * Cost grows with the size of the document, not with its depth. Change anything here and count the version up.
 */
export const CANONICAL_VERSION = 1

/** The canonical text. Throws RangeError when nested deeper than `DEPTH_MAX`. */
export function canonicalText(value: JsonValue): string {
  return write(value, 0)
}

/** sha256 of the canonical text, as 64 hexadecimal digits. Compare only hashes of the same version. */
export function contentHash(value: JsonValue): string {
  return hash('sha256', canonicalText(value), 'hex')
}

function write(value: JsonValue, depth: number): string {
  if (typeof value === 'string') return `${value.length}"${value}`
  if (value === null) return 'null'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value + 0) : decimalText(String(value))
  if (typeof value === 'boolean') return String(value)
  if (value instanceof ExactNumber) return decimalText(value.text)
  if (depth >= DEPTH_MAX) throw new RangeError(`nested deeper than ${DEPTH_MAX} levels`)
  return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1)
}

function writeArray(elements: readonly JsonValue[], depth: number): string {
  const texts: string[] = []
  for (const element of elements) texts.push(write(element, depth))
  let text = '['
  for (const element of sorted(texts)) text += `${element},`
  return `${text}]`
}

function writeObject(value: JsonObject, depth: number): string {
  let text = '{'
  for (const key of sorted(Object.keys(value))) text += `${key.length}"${key}${write(value[key] ?? null, depth)},`
  return `${text}}`
}

/** Sorts in place. Short lists, which nearly all are, are sorted by insertion: three times as fast as the general way. */
function sorted(texts: string[]): string[] {
  if (texts.length > 32) return texts.sort()
  for (let index = 1; index < texts.length; index += 1) {
    const text = texts[index] ?? ''
    let place = index - 1
    for (let before = texts[place]; before !== undefined && before > text; before = texts[place]) {
      texts[place + 1] = before
      place -= 1
    }
    texts[place + 1] = text
  }
  return texts
}

/** One spelling per value: plain digits for integers up to 21 places, otherwise `digits e exponent`. */
function decimalText(text: string): string {
  const [mantissa = '', exponentText = '0'] = text.toLowerCase().split('e')
  const negative = mantissa.startsWith('-')
  const [whole = '', fraction = ''] = mantissa.replace(/^[-+]/, '').split('.')
  const all = (whole + fraction).replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  if (digits === '') return '0'
  const exponent = BigInt(exponentText) - BigInt(fraction.length) + BigInt(all.length - digits.length)
  const sign = negative ? '-' : ''
  const plain = exponent >= 0n && BigInt(digits.length) + exponent <= 21n
  return plain ? sign + digits + '0'.repeat(Number(exponent)) : `${sign}${digits}e${exponent}`
}
