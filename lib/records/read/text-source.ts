import { characterSet, type TextEncoding } from '#lib/domain/values/text-encoding.ts'
import { decodeWindows1252 } from '#lib/domain/values/windows-1252.ts'
import { isJson, isMarkup, LOOK_CHARACTERS, MARK_BYTES, notText } from './disguise.ts'
import { sniffBytes } from './sniff.ts'
import { unusable } from './text-problems.ts'
import { unpacked } from './unpack.ts'

/** Where rows come from, in words, and their bytes. */
export interface RecordSource {
  /** In public words: `Parking (parking)`. */
  system: string
  /** Completes "… cannot be used": `The answer of Parking (parking)`. */
  what: string
  bytes: AsyncIterable<Uint8Array>
  /** False when nothing tells where the bytes end, so that the last row may be half of one. */
  hasEnd?: boolean
  /** Cleans what the other side wrote, for the internal log; absent: nothing of it is quoted. */
  quote?: (text: string) => string
}

const NOT_UTF8 = 'it is not UTF-8; if it is Western text of an older system, say encoding: latin1'

/** Bytes, unpacked if they are packed, as text, a piece at a time and without a mark of byte order. Refuses what is no text in this encoding. */
export async function* decode(
  what: string,
  bytes: AsyncIterable<Uint8Array>,
  encoding: TextEncoding,
  notUtf8: string = NOT_UTF8,
): AsyncGenerator<string> {
  const { head, chunks } = await sniffBytes(unpacked(what, bytes), MARK_BYTES)
  const problem = notText(head)
  if (problem !== undefined) {
    await chunks.return()
    throw unusable(what, `it is ${problem}`)
  }
  if (characterSet(encoding) === 'utf-8' || isMarkedUtf8(head)) return yield* decodeUtf8(what, chunks, notUtf8)
  for await (const piece of chunks) yield decodeWindows1252(piece)
}

/** The mark of byte order says more surely than any setting what a text is. */
function isMarkedUtf8(head: Buffer): boolean {
  return head.toString('hex', 0, 3) === 'efbbbf'
}

async function* decodeUtf8(what: string, bytes: AsyncIterable<Uint8Array>, notUtf8: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const piece of bytes) yield decoder.decode(piece, { stream: true })
    yield decoder.decode()
  } catch (error) {
    if (error instanceof TypeError && Reflect.get(error, 'code') === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw unusable(what, notUtf8, error)
    throw error
  }
}

/** The same text, after a glance at how it begins: a web page or a JSON document is never what was meant. */
export async function* looksRight(what: string, pieces: AsyncIterable<string>, accepts: 'csv' | 'ndjson'): AsyncGenerator<string> {
  let start: string | null = ''
  for await (const piece of pieces) {
    if (start === null) yield piece
    else {
      start += piece
      if (!isUndecided(start)) {
        refuseDisguise(what, start, accepts, false)
        yield start
        start = null
      }
    }
  }
  if (start === null) return
  refuseDisguise(what, start, accepts, true)
  yield start
}

/** A bracket at the beginning may be anything: then more is looked at. */
function isUndecided(start: string): boolean {
  const first = start.trimStart().charAt(0)
  return start.length < LOOK_CHARACTERS && (first === '' || '<[{'.includes(first))
}

function refuseDisguise(what: string, start: string, accepts: 'csv' | 'ndjson', isWhole: boolean): void {
  const first = start.trimStart().charAt(0)
  if (accepts === 'ndjson') {
    if (first === '<') throw unusable(what, 'it is a web page or XML, not NDJSON')
    if (first === '[') throw unusable(what, 'it is a JSON list, not NDJSON')
    return
  }
  if (first === '<' && isMarkup(start)) throw unusable(what, 'it is a web page or XML, not CSV')
  if ((first === '[' || first === '{') && isJson(start, isWhole)) throw unusable(what, 'it is JSON, not CSV')
}
