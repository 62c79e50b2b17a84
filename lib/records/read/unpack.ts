import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Packing } from './packing.ts'
import { sniffBytes } from './sniff.ts'
import { cutOff, unusable } from './text-problems.ts'
import { unzip } from './unzip.ts'

/** How a zip archive begins: with a file, with its end (an empty one), in several parts. */
const ZIP_MARKS = ['504b0304', '504b0506', '504b0708']

/** What a .gz or a .zip with one file in it holds, as it comes; any other bytes as they are. */
export async function* unpacked(what: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { head, chunks } = await sniffBytes(bytes, 8)
  const packing = new Packing(what)
  const mark = head.toString('hex')
  if (mark.startsWith('1f8b')) yield* gunzip(what, counted(chunks, packing), packing)
  else if (ZIP_MARKS.some((zip) => mark.startsWith(zip))) yield* unzip(what, head, counted(chunks, packing), packing)
  else yield* chunks
}

async function* counted(chunks: AsyncIterable<Uint8Array>, packing: Packing): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    packing.packed(chunk.length)
    yield chunk
  }
}

async function* gunzip(what: string, chunks: AsyncIterable<Uint8Array>, packing: Packing): AsyncGenerator<Uint8Array> {
  const unzipping = createGunzip()
  const fed = pipeline(Readable.from(chunks), unzipping)
  // The same error comes out of the stream, where somebody waits for it.
  fed.catch(() => {})
  try {
    for await (const piece of unzipping) {
      packing.unpacked(piece.length)
      yield piece
    }
    await fed
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
    if (code === 'Z_BUF_ERROR') throw cutOff(what, error)
    throw typeof code === 'string' && code.startsWith('Z_') ? unusable(what, 'its compression is damaged', error) : error
  } finally {
    unzipping.destroy()
  }
}
