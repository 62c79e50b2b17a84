import { crc32 } from 'node:zlib'
import { Unzip, type UnzipFile, UnzipInflate } from 'fflate'
import type { Packing } from './packing.ts'
import { cutOff, unusable } from './text-problems.ts'
import { readDirectory, TAIL_BYTES, type ZipEntry } from './zip-directory.ts'

const ENCRYPTED = 1

/** The one file of a zip archive, as it comes; its size and checksum are compared with what the archive says at its end. */
export async function* unzip(what: string, head: Buffer, chunks: AsyncIterable<Uint8Array>, packing: Packing): AsyncGenerator<Uint8Array> {
  if (head.length >= 8 && (head.readUInt16LE(6) & ENCRYPTED) !== 0) throw unusable(what, 'it is locked by a password')
  const archive = new Archive(what, packing)
  for await (const chunk of chunks) yield* archive.take(chunk)
  yield* archive.end()
}

class Archive {
  readonly #what: string
  readonly #packing: Packing
  readonly #unzip = new Unzip((file) => this.#begin(file))
  #pieces: Uint8Array[] = []
  /** The last pieces, together no shorter than the directory may be. */
  readonly #tail: Uint8Array[] = []
  #tailBytes = 0
  #name: string | undefined
  #bytes = 0
  #crc = 0
  #problem: Error | undefined

  constructor(what: string, packing: Packing) {
    this.#what = what
    this.#packing = packing
    this.#unzip.register(UnzipInflate)
  }

  *take(chunk: Uint8Array, isLast = false): Generator<Uint8Array> {
    this.#keepTail(chunk)
    try {
      this.#unzip.push(chunk, isLast)
    } catch (error) {
      this.#problem ??= this.#damaged(error)
    }
    if (this.#problem !== undefined) throw this.#problem
    const pieces = this.#pieces
    this.#pieces = []
    for (const piece of pieces) {
      this.#bytes += piece.length
      this.#crc = crc32(piece, this.#crc)
      this.#packing.unpacked(piece.length)
      yield piece
    }
  }

  #keepTail(chunk: Uint8Array): void {
    this.#tail.push(chunk)
    this.#tailBytes += chunk.length
    for (let first = this.#tail[0]; first !== undefined && this.#tailBytes - first.length >= TAIL_BYTES; [first] = this.#tail) {
      this.#tailBytes -= first.length
      this.#tail.shift()
    }
  }

  *end(): Generator<Uint8Array> {
    const entries = readDirectory(Buffer.concat(this.#tail).subarray(-TAIL_BYTES))
    if (entries === undefined) throw cutOff(this.#what)
    yield* this.take(new Uint8Array(0), true)
    const files = entries.filter(({ name }) => isContent(name))
    if (files.some(({ name }) => name === '[Content_Types].xml')) throw this.#isWorkbook()
    const [file] = files
    if (file === undefined || files.length > 1) throw this.#holds(files.length)
    if (this.#name === undefined || !this.#isWhole(file)) throw this.#damaged()
  }

  #begin(file: UnzipFile): void {
    if (!isContent(file.name)) return
    if (file.name === '[Content_Types].xml') throw this.#isWorkbook()
    if (this.#name !== undefined) throw this.#holds(2)
    this.#name = file.name
    file.ondata = (error, piece) => {
      if (error) this.#problem = this.#damaged(error)
      else this.#pieces.push(piece)
    }
    file.start()
  }

  #isWhole({ bytes, crc, isEncrypted }: ZipEntry): boolean {
    if (isEncrypted) throw unusable(this.#what, 'it is locked by a password')
    return (bytes === undefined || bytes === this.#bytes) && crc === this.#crc
  }

  #holds(files: number): Error {
    const words = files === 0 ? 'no file' : files === 2 ? 'two files or more' : `${files} files`
    return unusable(this.#what, `it is a zip archive with ${words} in it; it may hold one alone`)
  }

  #isWorkbook(): Error {
    return unusable(this.#what, 'it is a document of Office, such as an Excel workbook; have it saved as CSV')
  }

  #damaged(cause?: unknown): Error {
    return cause instanceof Error && cause.name === 'TidemarkError' ? cause : unusable(this.#what, 'its zip archive is damaged', cause)
  }
}

/** Folders, and what macOS puts beside every file, are no content. */
function isContent(name: string): boolean {
  return !name.endsWith('/') && !/(^|\/)(__MACOSX\/|\.DS_Store$|\._)/.test(name)
}
