import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, isBlank, JsonScan, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-scan.ts'

/** Where a value stands: keys and positions from the root. */
export type JsonPath = readonly (string | number)[]

/** A value that was not entered (its own text), or the end of a list or an object that was. */
export type JsonPiece = { path: JsonPath; kind: 'value'; text: string } | { path: JsonPath; kind: 'end'; isList: boolean }

const END = -1
/** Beyond this a piece is no value but a text whose quotes or brackets are lost. */
const PIECE_BYTES_MAX = 32_000_000

/** For `streamJson`: true on the way to the list at that place, and for the list itself. */
export function wayTo(...place: readonly string[]): (path: JsonPath) => boolean {
  return (path) => path.length <= place.length && path.every((key, depth) => key === place[depth])
}

/**
 * Reads one JSON text piece by piece, so that an answer of any size costs the memory of its largest piece. Containers
 * for which `isEntered` says yes are entered, every other value comes as text. Throws when the text ends early (retryable)
 * or is not JSON at the places it looks; the pieces themselves are for the caller to parse.
 */
export async function* streamJson(
  system: string,
  chunks: AsyncIterable<Uint8Array>,
  isEntered: (path: JsonPath) => boolean,
): AsyncGenerator<JsonPiece> {
  const reader = new Reader(system, chunks)
  try {
    yield* readValue(reader, [], isEntered)
    if ((await reader.peek()) !== END) throw reader.malformed()
  } finally {
    await reader.close()
  }
}

async function* readValue(reader: Reader, path: JsonPath, isEntered: (path: JsonPath) => boolean): AsyncGenerator<JsonPiece> {
  const first = await reader.peek()
  if (first === END) throw reader.cutOff()
  const isList = first === OPEN_ARRAY
  if ((!isList && first !== OPEN_OBJECT) || !isEntered(path)) {
    yield { path, kind: 'value', text: await reader.value(first) }
    return
  }
  reader.skip()
  const close = isList ? CLOSE_ARRAY : CLOSE_OBJECT
  for (let index = 0; ; index += 1) {
    if (!(await hasNext(reader, close, index))) break
    yield* readValue(reader, [...path, isList ? index : await readKey(reader)], isEntered)
  }
  yield { path, kind: 'end', isList }
}

async function hasNext(reader: Reader, close: number, index: number): Promise<boolean> {
  const next = await reader.peek()
  if (next === END) throw reader.cutOff()
  if (next === close) {
    reader.skip()
    return false
  }
  if (index === 0) return true
  if (next !== COMMA) throw reader.malformed()
  reader.skip()
  if ((await reader.peek()) === close) throw reader.malformed()
  return true
}

async function readKey(reader: Reader): Promise<string> {
  const first = await reader.peek()
  if (first !== QUOTE) throw first === END ? reader.cutOff() : reader.malformed()
  const key: unknown = reader.parse(await reader.value(first))
  const colon = await reader.peek()
  if (colon !== COLON || typeof key !== 'string') throw colon === END ? reader.cutOff() : reader.malformed()
  reader.skip()
  return key
}

class Reader {
  readonly #system: string
  readonly #chunks: AsyncIterator<Uint8Array>
  /** Room for more than is there, so that a value that comes in many chunks is not copied with each of them. */
  #room: Buffer = Buffer.alloc(0)
  #buffer: Buffer = this.#room
  #at = 0

  constructor(system: string, chunks: AsyncIterable<Uint8Array>) {
    this.#system = system
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next()
    if (next.done) return false
    const left = this.#buffer.subarray(this.#at)
    const bytes = left.length + next.value.length
    const room = this.#room.length < bytes ? Buffer.alloc(bytes * 2) : this.#room
    if (room !== this.#room || this.#at > 0) left.copy(room)
    room.set(next.value, left.length)
    this.#room = room
    this.#buffer = room.subarray(0, bytes)
    this.#at = 0
    return true
  }

  /** The next byte that is not white space, not consumed; END at the end. */
  async peek(): Promise<number> {
    for (;;) {
      while (this.#at < this.#buffer.length) {
        const byte = this.#buffer[this.#at] ?? END
        if (!isBlank(byte)) return byte
        this.#at += 1
      }
      if (!(await this.#more())) return END
    }
  }

  skip(): void {
    this.#at += 1
  }

  /** Consumes the value that starts here and gives its text. */
  async value(first: number): Promise<string> {
    const scan = new JsonScan(first)
    for (let length = 0; ; ) {
      length = scan.run(this.#buffer, this.#at + length) - this.#at
      if (scan.done) return this.#take(length)
      if (length > PIECE_BYTES_MAX) throw this.endless()
      if (!(await this.#more())) {
        if (scan.endsWithInput) return this.#take(length)
        throw this.cutOff()
      }
    }
  }

  #take(length: number): string {
    const text = this.#buffer.toString('utf8', this.#at, this.#at + length)
    this.#at += length
    return text
  }

  parse(text: string): unknown {
    try {
      return JSON.parse(text)
    } catch {
      throw this.malformed()
    }
  }

  cutOff(): TidemarkError {
    return new TidemarkError('unavailable', { publicMessage: `The answer of ${this.#system} was cut off in the middle.`, retryable: true })
  }

  endless(): TidemarkError {
    return new TidemarkError('refused', {
      publicMessage: `The answer of ${this.#system} cannot be used: one value in it has more than ${PIECE_BYTES_MAX / 1_000_000} MB, so a quote or a bracket is probably missing.`,
    })
  }

  malformed(): TidemarkError {
    return new TidemarkError('refused', { publicMessage: `The answer of ${this.#system} is not JSON.` })
  }
}
