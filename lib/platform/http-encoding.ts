import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** Ways to compress an answer that we can undo. */
const DECODERS: Record<string, () => NodeJS.ReadWriteStream & Readable> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** The names in a Content-Encoding header, those that change nothing left out. */
export function encodingsIn(header: string | undefined): string[] {
  const names = (header ?? '').toLowerCase().split(',')
  return names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity')
}

/** The first that we cannot undo. */
export function unknownEncoding(encodings: readonly string[]): string | undefined {
  return encodings.find((name) => !Object.hasOwn(DECODERS, name))
}

/** A body without its compressions, the last one made undone first. */
export function withoutEncodings(body: Readable, encodings: readonly string[]): Readable {
  let plain = body
  for (const name of [...encodings].reverse()) {
    const decoder = DECODERS[name]?.()
    if (decoder === undefined) continue
    plain.on('error', (error) => decoder.destroy(error))
    plain = plain.pipe(decoder)
  }
  return plain
}
