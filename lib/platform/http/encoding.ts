import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { sniffBytes } from '#lib/records/read/sniff.ts'

/** Many servers send `deflate` without its zlib wrapper; the first two bytes tell. */
function createInflateOf(head: Buffer): Transform {
  const hasZlibHead = head.length === 2 && (head.readUInt8(0) & 15) === 8 && head.readUInt16BE(0) % 31 === 0
  return hasZlibHead ? createInflate() : createInflateRaw()
}

const DECODERS: Record<string, (head: Buffer) => Transform> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: createInflateOf,
  'x-deflate': createInflateOf,
  br: () => createBrotliDecompress(),
}

/** Values some servers write although nothing is compressed. */
const PLAIN: ReadonlySet<string> = new Set(['', 'identity', 'none', 'binary', '8bit', 'utf-8', 'utf8', 'aws-chunked'])

export function encodingsIn(header: string | undefined): string[] {
  const names = (header ?? '').toLowerCase().split(',')
  return names.map((name) => name.trim()).filter((name) => !PLAIN.has(name))
}

export function unknownEncoding(encodings: readonly string[]): string | undefined {
  return encodings.find((name) => !Object.hasOwn(DECODERS, name))
}

/** The body decompressed, last encoding first. An empty body stays empty, whatever it is called. */
export function withoutEncodings(body: AsyncIterable<Uint8Array>, encodings: readonly string[]): AsyncIterable<Uint8Array> {
  return encodings.reduceRight<AsyncIterable<Uint8Array>>((bytes, name) => decompressed(bytes, name), body)
}

async function* decompressed(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const { head, chunks } = await sniffBytes(bytes, 2)
  const decoder = head.length === 0 ? undefined : DECODERS[name]?.(head)
  if (decoder === undefined) return
  const fed = pipeline(Readable.from(chunks), decoder)
  // The pipeline's error also comes out of the decoder, which is awaited.
  fed.catch(() => {})
  try {
    yield* decoder
    await fed
  } finally {
    decoder.destroy()
  }
}
