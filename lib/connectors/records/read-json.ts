import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '#lib/domain/json.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { foreignWords } from '#lib/platform/foreign-words.ts'
import { type JsonPath, type JsonPiece, streamJson } from '#lib/platform/json-stream.ts'
import { decode, type RecordSource, unusable } from './text-source.ts'

export interface JsonPlaces {
  /** Where the list stands; absent: it is the text itself. */
  records: string | undefined
  /** What else to note, by names of the caller's: the path of each. Filled in under the same names when the text has been read. */
  notes: Record<string, string>
}

/** Values found beside the list. */
export type JsonNotes = Record<string, JsonValue>

/** What stands beside rows, or instead of them, when an answer reports an error although it was sent as a good one. */
const ERRORS: Record<string, (value: JsonValue | undefined) => boolean> = {
  error: isReported,
  errors: isReported,
  success: (value) => value === false,
  status: (value) => typeof value === 'string' && /^(error|fail)/i.test(value),
}

/** The rows of one JSON text, as they are read, then what it holds beside them. Memory: the largest row. */
export async function* readJson({ system, what, bytes }: RecordSource, places: JsonPlaces): AsyncGenerator<JsonObject, JsonNotes> {
  const reader = new ListReader(what, places)
  for await (const piece of streamJson(system, begins(what, bytes, reader.isAtRoot), (path) => reader.enters(path))) {
    const row = reader.take(piece)
    if (row) yield row
  }
  return reader.end()
}

class ListReader {
  readonly isAtRoot: boolean
  readonly #what: string
  readonly #list: JsonPath
  readonly #places: [name: string, path: JsonPath][]
  readonly #notes: JsonNotes = {}
  #found = false
  #rows = 0

  constructor(what: string, { records, notes }: JsonPlaces) {
    this.#what = what
    this.#list = records?.split('.') ?? []
    this.isAtRoot = this.#list.length === 0
    this.#places = Object.entries({
      ...notes,
      ...(this.isAtRoot ? {} : Object.fromEntries(Object.keys(ERRORS).map((key) => [`/${key}`, key]))),
    }).map(([name, path]) => [name, path.split('.')])
  }

  enters(path: JsonPath): boolean {
    return isPrefix(path, this.#list) || this.#places.some(([, place]) => path.length < place.length && isPrefix(path, place))
  }

  /** The row this piece is, if it is one. */
  take(piece: JsonPiece): JsonObject | undefined {
    const isInside = isPrefix(this.#list, piece.path)
    if (isInside && piece.path.length === this.#list.length) this.#foundAt(piece)
    else if (piece.kind === 'end') return undefined
    else if (isInside) return this.#row(piece.path[this.#list.length], piece.text)
    else this.#note(piece.path, piece.text)
    return undefined
  }

  #foundAt(piece: JsonPiece): void {
    this.#found = true
    if (piece.kind === 'value') throw unusable(this.#what, `${this.#place} is not a list`)
    if (!piece.isList) throw this.#isObject()
  }

  #note(path: JsonPath, text: string): void {
    for (const [name, place] of this.#places) {
      if (place.length === path.length && isPrefix(place, path)) this.#notes[name] = this.#parse(text)
    }
  }

  end(): JsonNotes {
    if (Object.entries(ERRORS).some(([key, isError]) => isError(this.#notes[`/${key}`]))) {
      throw new TidemarkError('refused', {
        publicMessage: `${this.#what} cannot be used: it reports an error${this.#found ? ' beside its rows' : ' instead of rows'}.`,
        message: `error in the answer: ${foreignWords(JSON.stringify(this.#reported()))}`,
      })
    }
    if (!this.#found) throw unusable(this.#what, `it holds nothing at ${this.#list.join('.')}`)
    return this.#notes
  }

  #reported(): JsonNotes {
    return Object.fromEntries(Object.keys(ERRORS).map((key) => [key, this.#notes[`/${key}`] ?? null]))
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
    return this.isAtRoot ? 'it' : this.#list.join('.')
  }
}

function isPrefix(prefix: JsonPath, path: JsonPath): boolean {
  return prefix.length <= path.length && prefix.every((key, index) => key === path[index])
}

function isReported(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 0) return false
  return typeof value === 'object' ? Object.keys(value).length > 0 : true
}

/** Looks at the first character: a web page is told from broken JSON, an empty object from an empty list. */
async function* begins(what: string, bytes: AsyncIterable<Uint8Array>, isList: boolean): AsyncGenerator<Uint8Array> {
  let begun = false
  for await (const piece of decode(what, bytes, 'utf-8', 'it is not UTF-8, which JSON always is')) {
    const first: string = begun ? '' : piece.trimStart().slice(0, 1)
    begun ||= first !== ''
    if (first === '<') throw unusable(what, 'it is a web page or XML, not JSON')
    if (first === '{' && isList) throw unusable(what, 'it is an object, not a list; say with "records" where the rows are')
    yield Buffer.from(piece)
  }
}
