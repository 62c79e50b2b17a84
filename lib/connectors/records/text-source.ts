import { TidemarkError } from '#lib/platform/errors.ts'

/** Where rows come from, in words, and their bytes. */
export interface RecordSource {
  /** In public words: `Parking (parking)`. */
  system: string
  /** Completes "… cannot be used": `The answer of Parking (parking)`. */
  what: string
  bytes: AsyncIterable<Uint8Array>
}

/** A text that cannot be rows. */
export function unusable(what: string, because: string, cause?: unknown): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `${what} cannot be used: ${because}.`, cause })
}

/** A text that ends too early: worth asking for again. */
export function cutOff(what: string, cause?: unknown): TidemarkError {
  return new TidemarkError('unavailable', { publicMessage: `${what} was cut off in the middle.`, cause, retryable: true })
}

const NOT_UTF8 = 'it is not UTF-8; if it is Western text of an older system, say encoding: latin1'

/** Bytes as text, a piece at a time and without a mark of byte order. Refuses bytes that are no text in this encoding. */
export async function* decode(
  what: string,
  bytes: AsyncIterable<Uint8Array>,
  encoding: 'utf-8' | 'latin1',
  notUtf8: string = NOT_UTF8,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const toText = (piece: Uint8Array) =>
    encoding === 'latin1' ? Buffer.from(piece).toString('latin1') : decoder.decode(piece, { stream: true })
  try {
    for await (const piece of bytes) yield toText(piece)
    if (encoding === 'utf-8') yield decoder.decode()
  } catch (error) {
    if (error instanceof TypeError && Reflect.get(error, 'code') === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw unusable(what, notUtf8, error)
    throw error
  }
}

/** The same text, after a look at how it begins: a web page or a JSON document is never what was meant. */
export async function* looksRight(what: string, pieces: AsyncIterable<string>, accepts: 'csv' | 'ndjson'): AsyncGenerator<string> {
  let begun = false
  for await (const piece of pieces) {
    const first: string = begun ? '' : piece.trimStart().slice(0, 1)
    begun ||= first !== ''
    if (first === '<') throw unusable(what, `it is a web page or XML, not ${accepts === 'csv' ? 'CSV' : 'NDJSON'}`)
    if (accepts === 'csv' && (first === '{' || first === '[')) throw unusable(what, 'it is JSON, not CSV')
    if (accepts === 'ndjson' && first === '[') throw unusable(what, 'it is a JSON list, not NDJSON')
    yield piece
  }
}
