import { parseAnswer, refusedAnswer } from '#lib/connectors/answer/refusal.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '#lib/domain/json.ts'
import { type JsonPath, type JsonPiece, streamJson } from '#lib/platform/json-stream.ts'
import { codeError, type DirectoryEntry, truncated } from './search.ts'

/** What the directory says about the answer as a whole, beside the entries. */
export interface AdapEnd {
  entries: number
  /** -1: cut off, or paging is off · -2: another page · -3: the last page · otherwise how many there are. */
  total: number | undefined
  /** For the next page; absent on the last. */
  cookie: string | undefined
}

const WRAPPERS = new Set(['entity', 'statusLine'])
const LISTS = new Set(['resources', 'Resources'])

/**
 * The entries of one answer of RadiantOne's REST search, or of a gateway that wraps one or several of them. Error codes
 * in a 200 throw. The last value the generator returns tells what was said of the answer as a whole.
 */
export async function* readAdap(system: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<DirectoryEntry, AdapEnd> {
  const end: AdapEnd & Refusal = { entries: 0, total: undefined, cookie: undefined, status: 200, code: 0 }
  let hasEntries = false
  for await (const piece of streamJson(system, chunks, isWay)) {
    const path = inner(piece.path)
    const [key, place] = path
    if (piece.kind === 'end') hasEntries ||= typeof key === 'string' && LISTS.has(key) && path.length === 1
    else if (typeof key === 'string' && LISTS.has(key) && place !== undefined) {
      end.entries += 1
      yield toEntry(system, place, piece)
    } else if (typeof key === 'string') note(key, parseAnswer(system, piece.text), end)
  }
  // The code is the truth; the status beside it may come first.
  if (end.code !== 0) throw codeError(system, end.code)
  if (end.status >= 400) throw refusedAnswer(system, `it carries the status ${end.status}`)
  if (!hasEntries) throw refusedAnswer(system, 'it holds no list of entries')
  return end
}

/** The path below a list around everything and the gateway's wrappers. */
function inner(path: JsonPath): JsonPath {
  const below = typeof path[0] === 'number' ? path.slice(1) : path
  return typeof below[0] === 'string' && WRAPPERS.has(below[0]) ? below.slice(1) : below
}

function isWay(path: JsonPath): boolean {
  const [key, place] = inner(path)
  return key === undefined || (typeof key === 'string' && LISTS.has(key) && place === undefined)
}

interface Refusal {
  status: number
  code: number
}

function note(key: string, value: JsonValue, end: AdapEnd & Refusal): void {
  if (key === 'cookie' && typeof value === 'string' && value !== '' && value !== 'null') end.cookie = value
  if (typeof value !== 'number') return
  if (key === 'totalResults') end.total = value
  else if (key === 'ldapCode') end.code = value
  else if (key === 'httpStatus' || key === 'statusCode') end.status = Math.max(end.status, value)
}

/** Refuses an answer that says of itself that it is not whole, or that counts differently. */
export function checkWhole(system: string, { entries, total }: AdapEnd): void {
  if (total === -1) throw truncated(system, `the directory says that there is more than the ${entries} entries it gave`)
  if (total !== undefined && total >= 0 && total !== entries)
    throw truncated(system, `the directory counts ${total} entries and gave ${entries}`)
}

function toEntry(system: string, place: string | number, piece: Extract<JsonPiece, { kind: 'value' }>): DirectoryEntry {
  const value = typeof place === 'number' ? parseAnswer(system, piece.text) : undefined
  if (!isJsonObject(value)) throw refusedAnswer(system, 'something that is no entry stands among the entries')
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
