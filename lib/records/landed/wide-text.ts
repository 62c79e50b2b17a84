import type { WideEncoding } from '#lib/domain/values/landed-text.ts'
import { cutOff } from '#lib/records/read/text-problems.ts'

/** No text in UTF-8 holds it: it stands where nothing could be decoded. */
const NOTHING = Buffer.from([0xff])
const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/
const CODE_POINT_MAX = 0x10ffff
const LONE_SURROGATE = '\uD800'
const HIGH_SURROGATE_AT_END = /[\uD800-\uDBFF]$/

/** A text of two or four bytes a unit as UTF-8, a piece at a time; byte FF, which UTF-8 never has, in place of what is no character. */
export async function* wideToUtf8(what: string, chunks: AsyncIterable<Uint8Array>, encoding: WideEncoding): AsyncGenerator<Buffer> {
  const unitBytes = encoding.startsWith('utf-16') ? 2 : 4
  const decode = unitBytes === 2 ? decodeUtf16 : decodeUtf32
  let rest: Buffer = Buffer.alloc(0)
  let begun = ''
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    const whole = bytes.length - (bytes.length % unitBytes)
    rest = bytes.subarray(whole)
    const text = begun + decode(bytes.subarray(0, whole), encoding.endsWith('be'))
    // Half of a pair may wait for the other.
    begun = HIGH_SURROGATE_AT_END.exec(text)?.[0] ?? ''
    yield toUtf8(text.slice(0, text.length - begun.length))
  }
  if (rest.length > 0) throw cutOff(what)
  if (begun !== '') yield NOTHING
}

function decodeUtf16(bytes: Buffer, isBigEndian: boolean): string {
  return (isBigEndian ? Buffer.from(bytes).swap16() : bytes).toString('utf16le')
}

function decodeUtf32(bytes: Buffer, isBigEndian: boolean): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    const point = isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)
    text += point > CODE_POINT_MAX || (point >= 0xd800 && point <= 0xdfff) ? LONE_SURROGATE : String.fromCodePoint(point)
  }
  return text
}

function toUtf8(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text)
  const parts = text.split(LONE).map((part) => Buffer.from(part))
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [NOTHING, part])))
}
