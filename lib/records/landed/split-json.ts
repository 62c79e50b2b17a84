import { CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, isBlank, JsonScan, OPEN_ARRAY } from '#lib/records/read/json-scan.ts'
import { cutOff, unusable } from '#lib/records/read/text-problems.ts'
import { tooLong } from './split-lines.ts'

/**
 * The values of a JSON list, or those that follow each other without one, as bytes and several at a time: a file of any size costs the memory
 * of its largest value. Throws when the list ends early or is none between its values; the values themselves are for the caller to parse.
 */
export async function* splitJson(what: string, chunks: AsyncIterable<Uint8Array>, valueBytesMax: number): AsyncGenerator<Buffer[]> {
  const splitter = new JsonSplitter(what, valueBytesMax)
  for await (const chunk of chunks) {
    const values = splitter.take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    if (values.length > 0) yield values
  }
  const last = splitter.end()
  if (last.length > 0) yield last
}

/** Where between values it stands: before everything, after the opening bracket, a value, a comma, the closing bracket. */
type Place = 'start' | 'opened' | 'value' | 'comma' | 'closed'

class JsonSplitter {
  readonly #what: string
  readonly #valueBytesMax: number
  #place: Place = 'start'
  #isList = false
  #scan: JsonScan | null = null
  #parts: Buffer[] = []
  #bytes = 0

  constructor(what: string, valueBytesMax: number) {
    this.#what = what
    this.#valueBytesMax = valueBytesMax
  }

  take(chunk: Buffer): Buffer[] {
    const values: Buffer[] = []
    let at = 0
    while (at < chunk.length) {
      const byte = chunk[at] ?? 0
      if (this.#scan !== null) {
        const end = this.#scan.run(chunk, at)
        this.#keep(chunk.subarray(at, end))
        if (this.#scan.done) values.push(this.#value())
        at = end
      } else if (isBlank(byte)) at += 1
      else if (this.#isMark(byte)) at += 1
      else this.#scan = new JsonScan(byte)
    }
    return values
  }

  end(): Buffer[] {
    if (this.#scan !== null) {
      if (!this.#scan.endsWithInput || this.#isList) throw cutOff(this.#what)
      return [this.#value()]
    }
    if (this.#isList && this.#place !== 'closed') throw cutOff(this.#what)
    return []
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length
    if (this.#bytes > this.#valueBytesMax) throw tooLong(this.#what, 'a record', this.#valueBytesMax)
    this.#parts.push(part)
  }

  #value(): Buffer {
    const [first = Buffer.alloc(0), ...more] = this.#parts
    const value = more.length === 0 ? first : Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    this.#scan = null
    this.#place = 'value'
    return value
  }

  /** Whether a byte is a mark of the list; else a value begins with it. */
  #isMark(byte: number): boolean {
    if (this.#place === 'start' && byte === OPEN_ARRAY) {
      this.#isList = true
      this.#place = 'opened'
      return true
    }
    if (this.#isList && byte === CLOSE_ARRAY && (this.#place === 'opened' || this.#place === 'value')) {
      this.#place = 'closed'
      return true
    }
    if (this.#isList && byte === COMMA && this.#place === 'value') {
      this.#place = 'comma'
      return true
    }
    const isNoValue = byte < 0x20 || byte === COMMA || byte === COLON || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT
    const isNoPlace = this.#place === 'closed' || (this.#isList && this.#place === 'value')
    if (isNoValue || isNoPlace) throw unusable(this.#what, 'it is not JSON')
    return false
  }
}
