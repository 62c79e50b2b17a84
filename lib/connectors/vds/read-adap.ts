import { parseAnswer, parseRow, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import { type JsonPath, type JsonPiece, streamJson } from '#lib/records/read/json-stream.ts'
import { codeError, type DirectoryEntry, renamed } from './search.ts'

export interface AdapEnd {
  entries: number
  /** How many there are, or -1: cut off or not counted · -2: another page · -3: the last page. Not said: as many as came. */
  total: number
  cookie: string | undefined
  /** Which entry came first; empty when none did. */
  firstDn: string
}

const WRAPPERS = new Set(['entity', 'statusLine'])
const LISTS = new Set(['resources', 'Resources'])

/** The entries of one REST answer, or of a gateway that wraps several; error codes in a 200 throw. Returns what was said of the whole. */
export async function* readAdap(
  system: string,
  chunks: AsyncIterable<Uint8Array>,
  wanted: readonly string[] | undefined,
): AsyncGenerator<DirectoryEntry, AdapEnd> {
  const ends: AdapEnd[] = []
  let answer = new Answer(system)
  for await (const piece of streamJson(system, chunks, isWay)) {
    const [key, place] = inner(piece.path)
    if (piece.kind === 'end') {
      if (isList(key)) answer.hasList ||= piece.isList
      else if (isAnswer(piece)) {
        ends.push(answer.end())
        answer = new Answer(system)
      }
    } else if (isList(key) && place !== undefined) {
      const entry = toEntry(system, place, piece)
      answer.count(entry)
      yield { dn: entry.dn, attributes: renamed(entry.attributes, wanted) }
    } else answer.note(String(key), parseAnswer(system, piece.text))
  }
  const [first, ...others] = ends
  if (first === undefined) throw refusedAnswer(system, 'it holds no list of entries')
  return others.reduce(together, first)
}

function inner(path: JsonPath): JsonPath {
  const below = typeof path[0] === 'number' ? path.slice(1) : path
  return typeof below[0] === 'string' && WRAPPERS.has(below[0]) ? below.slice(1) : below
}

function isAnswer(end: Extract<JsonPiece, { kind: 'end' }>): boolean {
  return !end.isList && end.path.every((step) => typeof step === 'number')
}

function isList(key: string | number | undefined): boolean {
  return typeof key === 'string' && LISTS.has(key)
}

function isWay(path: JsonPath): boolean {
  const [key, place] = inner(path)
  return key === undefined || (isList(key) && place === undefined)
}

class Answer {
  hasList = false
  readonly #system: string
  readonly #end: Omit<AdapEnd, 'total'> = { entries: 0, cookie: undefined, firstDn: '' }
  #total: number | undefined
  #status = 200
  #code = 0

  constructor(system: string) {
    this.#system = system
  }

  count({ dn }: DirectoryEntry): void {
    if (this.#end.entries === 0) this.#end.firstDn = dn
    this.#end.entries += 1
  }

  note(key: string, value: JsonValue): void {
    if (key === 'cookie' && typeof value === 'string' && value !== '' && value !== 'null') this.#end.cookie = value
    if (typeof value !== 'number') return
    if (key === 'totalResults') this.#total = value
    else if (key === 'ldapCode') this.#code = value
    else if (key === 'httpStatus' || key === 'statusCode') this.#status = Math.max(this.#status, value)
  }

  end(): AdapEnd {
    // The code decides; the status beside it may come first.
    if (this.#code !== 0) throw codeError(this.#system, this.#code)
    if (this.#status >= 400) throw refusedAnswer(this.#system, `it carries the status ${this.#status}`)
    if (!this.hasList) throw refusedAnswer(this.#system, 'it holds no list of entries')
    return { ...this.#end, total: this.#total ?? this.#end.entries }
  }
}

/** Several answers of a gateway as one; a doubt about any of them is a doubt about all. */
function together(one: AdapEnd, other: AdapEnd): AdapEnd {
  const doubts = [one.total, other.total].filter((total) => total < 0)
  return {
    entries: one.entries + other.entries,
    total: doubts.length > 0 ? Math.max(...doubts) : one.total + other.total,
    cookie: one.cookie ?? other.cookie,
    firstDn: one.firstDn || other.firstDn,
  }
}

function toEntry(system: string, place: string | number, piece: Extract<JsonPiece, { kind: 'value' }>): DirectoryEntry {
  const value = parseRow(system, place, piece.text, 'something that is no entry stands among the entries')
  const dn = typeof value['dn'] === 'string' ? value['dn'] : ''
  const attributes = isJsonObject(value['attributes']) ? value['attributes'] : {}
  return { dn, attributes: toLists(attributes) }
}

/** Single values come alone unless they are asked for as lists, and some gateways do not ask. */
function toLists(attributes: JsonObject): Record<string, string[]> {
  const lists = Object.entries(attributes).map(([name, value]) => {
    const values = Array.isArray(value) ? value : [value]
    return [name, values.filter((one) => one !== null).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))] as const
  })
  return Object.fromEntries(lists)
}
