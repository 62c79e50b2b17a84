import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isJsonObject, isTooDeep, type JsonObject, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { type JsonPath, type JsonPiece, streamJson } from './json-stream.ts'
import { reportsError } from './reported-error.ts'
import { sniffStart } from './sniff.ts'
import { unusable } from './text-problems.ts'
import { decode, type RecordSource } from './text-source.ts'

export interface JsonPlaces {
  /** Where the list stands, keys with dots between them (a key may hold dots itself); absent: it is the text itself. */
  records: string | undefined
  /** What else to note, by names of the caller's: the place of each. Filled in under the same names when the text has been read. */
  notes: Record<string, string>
}

/** What stands in a text beside its rows. */
export interface JsonEnd {
  notes: Record<string, JsonValue>
  /** True when there is no text, or null in place of the list: an answer without rows, which need not tell anything else. */
  isNothing: boolean
}

/** What stands beside rows, or instead of them, when an answer reports an error although it was sent as a good one. */
const ERRORS: Record<string, (value: JsonValue | undefined) => boolean> = {
  error: reportsError,
  errors: reportsError,
  success: (value) => value === false,
  status: (value) => typeof value === 'string' && /^(error|fail)/i.test(value),
}

/** The rows of one JSON text, as they are read, then what it holds beside them. Memory: the largest row. */
export async function* readJson({ system, what, bytes, quote }: RecordSource, places: JsonPlaces): AsyncGenerator<JsonObject, JsonEnd> {
  const { start, chunks } = await sniffStart(inUtf8(what, bytes), 1)
  if (start === '') return { notes: {}, isNothing: true }
  const reader = new ListReader(what, places, quote)
  try {
    refuseOther(what, start, reader.isAtRoot)
    for await (const piece of streamJson(system, chunks, (path) => reader.enters(path))) {
      const row = reader.take(piece)
      if (row) yield row
    }
    return reader.end()
  } finally {
    await chunks.return()
  }
}

/** A web page is told from broken JSON, an empty object from an empty list. */
function refuseOther(what: string, first: string, isList: boolean): void {
  if (first === '<') throw unusable(what, 'it is a web page or XML, not JSON')
  if (first === '{' && isList) throw unusable(what, 'it is an object, not a list; say with "records" where the rows are')
}

async function* inUtf8(what: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of decode(what, bytes, 'utf-8', 'it is not UTF-8, which JSON always is')) yield Buffer.from(piece)
}

class ListReader {
  readonly isAtRoot: boolean
  readonly #what: string
  readonly #list: string
  readonly #places: [name: string, place: string][]
  readonly #notes: Record<string, JsonValue> = {}
  /** How deep each note stands: a key with dots goes before a path of several. */
  readonly #depths: Record<string, number> = {}
  readonly #reported: JsonObject = {}
  readonly #quote: RecordSource['quote']
  #isFound = false
  #isNull = false
  #rows = 0

  constructor(what: string, { records, notes }: JsonPlaces, quote: RecordSource['quote']) {
    this.#quote = quote
    this.#what = what
    this.#list = records ?? ''
    this.isAtRoot = records === undefined
    this.#places = Object.entries(notes)
  }

  enters(path: JsonPath): boolean {
    if (path.length === 0) return true
    const here = path.join('.')
    return here === this.#list || this.#list.startsWith(`${here}.`) || this.#places.some(([, place]) => place.startsWith(`${here}.`))
  }

  /** The row this piece is, if it is one. */
  take(piece: JsonPiece): JsonObject | undefined {
    const { path } = piece
    if (this.#isList(path)) this.#found(piece)
    else if (piece.kind === 'end') return undefined
    else if (path.length > 0 && this.#isList(path.slice(0, -1))) return this.#row(path.at(-1), piece.text)
    else this.#note(path, piece.text)
    return undefined
  }

  #isList(path: JsonPath): boolean {
    return this.isAtRoot ? path.length === 0 : path.length > 0 && path.join('.') === this.#list
  }

  #found(piece: JsonPiece): void {
    if (this.#isFound) throw unusable(this.#what, `it holds ${this.#place} twice`)
    this.#isFound = true
    this.#isNull = piece.kind === 'value' && piece.text === 'null'
    if (this.#isNull) return
    if (piece.kind === 'value') throw unusable(this.#what, `${this.#place} is not a list`)
    if (!piece.isList) throw this.#isObject()
  }

  #note(path: JsonPath, text: string): void {
    const here = path.join('.')
    for (const [name, place] of this.#places) {
      if (place !== here || path.length > (this.#depths[name] ?? path.length)) continue
      this.#depths[name] = path.length
      this.#notes[name] = this.#parse(text)
    }
    const isError = !this.isAtRoot && path.length === 1 && Object.hasOwn(ERRORS, here)
    if (isError) this.#reported[here] = this.#parse(text)
  }

  end(): JsonEnd {
    if (Object.entries(ERRORS).some(([key, isError]) => isError(this.#reported[key]))) {
      throw new TidemarkError('refused', {
        publicMessage: `${this.#what} cannot be used: it reports an error${this.#isFound ? ' beside its rows' : ' instead of rows'}.`,
        message: `error in the answer${this.#quote ? `: ${this.#quote(isTooDeep(this.#reported) ? 'nested too deeply' : JSON.stringify(this.#reported))}` : ''}`,
      })
    }
    if (!this.#isFound) throw unusable(this.#what, `it holds nothing at ${this.#list}`)
    return { notes: this.#notes, isNothing: this.#isNull }
  }

  #row(position: string | number | undefined, text: string): JsonObject {
    if (typeof position !== 'number') throw this.#isObject()
    this.#rows += 1
    const row = this.#parse(text)
    if (!isJsonObject(row)) throw unusable(this.#what, `row ${this.#rows} is not an object`)
    return row
  }

  #parse(text: string): JsonValue {
    try {
      return parseJson(text)
    } catch (cause) {
      throw unusable(this.#what, 'it is not JSON', cause)
    }
  }

  #isObject(): TidemarkError {
    return unusable(this.#what, `${this.#place} is an object, not a list`)
  }

  get #place(): string {
    return this.isAtRoot ? 'it' : this.#list
  }
}
