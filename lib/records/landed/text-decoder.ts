import { isUtf8 } from 'node:buffer'
import { decodeWindows1252 } from '#lib/domain/values/windows-1252.ts'

const NEWLINE = 0x0a
const MEANINGLESS = /[\u0080-\u009f]/g
/** Half of a surrogate pair, which no decoded text has otherwise: the number of the byte that could not be decoded is in it. */
const MARK_OF_BYTE = 0xdc00
const NO_UTF8 = '\udcff'
const NO_BYTE = 0xff
const UNDECODED = /[\udc00-\udcff]/
const UNDECODED_ALL = /[\udc00-\udcff]/g
/** Every byte that may be undecoded: those that mean nothing in Windows-1252, and one for all that is no UTF-8. */
const HIDDEN = [0x81, 0x8d, 0x8f, 0x90, 0x9d, NO_BYTE]
const NO_CHARACTER = 0xfdd0
const HIDDEN_ALL = /[\ufdd0-\ufdd5]/

/** strict: UTF-8 and nothing else. western: Windows-1252. fallback: each line, or each value of a JSON list, that is not UTF-8 is Windows-1252. */
export type DecoderMode = 'strict' | 'western' | 'fallback'

/** Decodes whole lines or values. What cannot be decoded stays in the text as half of a surrogate pair: `undecoded` finds it. */
export class LineDecoder {
  /** Bytes that are no UTF-8, and were read as Windows-1252 although nobody said that they are. */
  changedBytes = 0
  readonly #mode: DecoderMode

  constructor(mode: DecoderMode) {
    this.#mode = mode
  }

  decode(bytes: Buffer): string {
    if (this.#mode !== 'western' && isUtf8(bytes)) return bytes.toString('utf8')
    if (this.#mode === 'western') return decodeWestern(bytes)
    let text = ''
    for (let from = 0; from < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, from)
      const end = newline < 0 ? bytes.length : newline + 1
      text += this.#line(bytes.subarray(from, end))
      from = end
    }
    return text
  }

  #line(bytes: Buffer): string {
    if (isUtf8(bytes)) return bytes.toString('utf8')
    if (this.#mode === 'strict') return bytes.toString('utf8').replaceAll('\ufffd', NO_UTF8)
    for (const byte of bytes) if (byte >= 0x80) this.changedBytes += 1
    return decodeWestern(bytes)
  }
}

function decodeWestern(bytes: Buffer): string {
  const text = decodeWindows1252(bytes)
  return text.replace(MEANINGLESS, (character) => String.fromCharCode(MARK_OF_BYTE + character.charCodeAt(0)))
}

/** Why a decoded text is not what anybody wrote, completing "the row …"; undefined when all of it could be decoded. */
export function undecoded(text: string): string | undefined {
  return text.isWellFormed() ? undefined : inWords((UNDECODED.exec(text)?.[0]?.charCodeAt(0) ?? NO_BYTE) - MARK_OF_BYTE)
}

/** The same through a reader that takes well-formed text only, such as that of CSV: there a character that no text may hold stands for each byte. */
export class UndecodedInCsv {
  #isAny = false

  hide(text: string): string {
    if (text.isWellFormed()) return text
    this.#isAny = true
    return text.replace(UNDECODED_ALL, (mark) => String.fromCharCode(NO_CHARACTER + HIDDEN.indexOf(mark.charCodeAt(0) - MARK_OF_BYTE)))
  }

  find(value: string): string | undefined {
    const [hidden] = this.#isAny ? (HIDDEN_ALL.exec(value) ?? []) : []
    return hidden === undefined ? undefined : inWords(HIDDEN[hidden.charCodeAt(0) - NO_CHARACTER] ?? NO_BYTE)
  }
}

function inWords(byte: number): string {
  return byte < NO_BYTE
    ? `holds byte ${byte.toString(16).toUpperCase()}, which means nothing in Windows-1252`
    : 'holds bytes that are no text in its encoding'
}
