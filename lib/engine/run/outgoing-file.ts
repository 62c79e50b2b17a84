import { createHash } from 'node:crypto'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { FileFormat } from '#lib/domain/values/file-format.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { createRowEncoder, type RowEncoder } from '#lib/records/write/row-encoder.ts'

export interface OutgoingFile {
  contentType: string
  bytes: number
  sha256: string
  rows: number
  open(): AsyncIterable<Uint8Array>
  remove(): Promise<void>
}

export interface SpoolOptions {
  rows: AsyncIterable<JsonObject> | Iterable<JsonObject>
  format: FileFormat
  signal: AbortSignal
  folder?: string
  onRefused: (reason: string) => Promise<void>
}

const CHUNK_CHARACTERS = 65_536
const READ_BYTES = 65_536

/** Writes rows chunk by chunk to a private temporary file, for the caller to remove; leaves nothing behind when it throws. */
export async function spoolFile(options: SpoolOptions): Promise<OutgoingFile> {
  const place = await Place.make(options.folder ?? tmpdir())
  try {
    const encoder = createRowEncoder(options.format)
    const hash = createHash('sha256')
    let bytes = 0
    let rows = 0
    const counted = () => {
      rows += 1
    }
    for await (const text of encodedText(options, encoder, counted)) {
      options.signal.throwIfAborted()
      const chunk = encoder.toBytes(text)
      hash.update(chunk)
      await place.append(chunk, bytes)
      bytes += chunk.length
    }
    const sha256 = hash.digest('hex')
    return { contentType: encoder.contentType, bytes, sha256, rows, open: () => place.read(bytes), remove: () => place.remove() }
  } catch (error) {
    await place.remove()
    throw error
  }
}

async function* encodedText({ rows, onRefused }: SpoolOptions, encoder: RowEncoder, counted: () => void): AsyncGenerator<string> {
  let text = ''
  for await (const row of rows) {
    const encoded = encoder.row(row)
    if (encoded.ok) {
      counted()
      text += encoded.text
    } else await onRefused(`${encoded.column} ${encoded.reason}`)
    if (text.length < CHUNK_CHARACTERS) continue
    yield text
    text = ''
  }
  const end = encoder.end()
  if (!end.ok) {
    throw new TidemarkError('refused', {
      publicMessage: `The file cannot be written: column ${end.column} ${end.reason}. Nothing was delivered.`,
    })
  }
  if (text + end.text !== '') yield text + end.text
}

/** Unlinked while open where the system allows it: it goes with the process, even with one that is killed. */
class Place {
  readonly #folder: string
  readonly #handle: FileHandle
  #removed: Promise<void> | undefined

  private constructor(folder: string, handle: FileHandle) {
    this.#folder = folder
    this.#handle = handle
  }

  static async make(parent: string): Promise<Place> {
    const folder = await mkdtemp(join(parent, 'tidemark-outgoing-'))
    try {
      const place = new Place(folder, await open(join(folder, 'file'), 'wx+', 0o600))
      if (process.platform !== 'win32') await rm(folder, { recursive: true })
      return place
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  async append(chunk: Uint8Array, position: number): Promise<void> {
    for (let written = 0; written < chunk.length; ) {
      const { bytesWritten } = await this.#handle.write(chunk, written, chunk.length - written, position + written)
      written += bytesWritten
    }
  }

  async *read(bytes: number): AsyncGenerator<Uint8Array> {
    for (let position = 0; position < bytes; ) {
      const { bytesRead, buffer } = await this.#handle.read(
        Buffer.allocUnsafe(READ_BYTES),
        0,
        Math.min(READ_BYTES, bytes - position),
        position,
      )
      if (bytesRead === 0) throw new TidemarkError('internal', { publicMessage: 'The temporary file of a delivery has become shorter.' })
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  remove(): Promise<void> {
    this.#removed ??= this.#handle.close().finally(() => rm(this.#folder, { recursive: true, force: true }))
    return this.#removed
  }
}
