import { createGunzip, type Gunzip } from 'node:zlib'
import { Packing, type UnpackLimits } from './packing.ts'
import { sniffBytes } from './sniff.ts'
import { cutOff, unusable } from './text-problems.ts'
import { unzip } from './unzip.ts'

/** How a zip archive begins: with a file, with its end (an empty one), in several parts. */
const ZIP_MARKS = ['504b0304', '504b0506', '504b0708']

/** What a .gz or a .zip with one file in it holds, as it comes; any other bytes as they are. */
export async function* unpacked(what: string, bytes: AsyncIterable<Uint8Array>, limits?: UnpackLimits): AsyncGenerator<Uint8Array> {
  const { head, chunks } = await sniffBytes(bytes, 8)
  const packing = new Packing(what, limits)
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
  const fed = feed(what, chunks, unzipping)
  // The same error comes out of the stream, where somebody waits for it, or once it has ended of what fed it.
  fed.catch((error: Error) => unzipping.destroy(error))
  unzipping.on('error', () => {})
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

/** Hands over all members; behind the last of them there may be zeros, which some tools add, and nothing else. */
async function feed(what: string, chunks: AsyncIterable<Uint8Array>, unzipping: Gunzip): Promise<void> {
  let isOver = false
  for await (const chunk of chunks) {
    const taken: number = isOver ? 0 : await write(unzipping, chunk)
    isOver ||= taken < chunk.length
    if (chunk.subarray(taken).some((byte) => byte !== 0)) throw unusable(what, 'something else follows what is packed in it')
  }
  if (!isOver) unzipping.end()
}

/** Waits until a chunk is unpacked; answers how much of it belongs to what is packed. */
function write(unzipping: Gunzip, chunk: Uint8Array): Promise<number> {
  const before = unzipping.bytesWritten
  return new Promise((resolve, reject) => {
    const onEnd = () => resolve(unzipping.bytesWritten - before)
    unzipping.once('end', onEnd)
    unzipping.write(chunk, (error) => {
      unzipping.off('end', onEnd)
      if (error) reject(error)
      else resolve(chunk.length)
    })
  })
}
