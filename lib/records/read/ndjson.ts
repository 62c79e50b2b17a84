import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { characterSet, type TextEncoding } from '#lib/domain/values/text-encoding.ts'
import { meaninglessByte } from '#lib/domain/values/windows-1252.ts'
import { UnusableRecord } from '#lib/records/unusable-record.ts'
import { reportsError } from './reported-error.ts'
import { cutOff, unusable } from './text-problems.ts'
import { decode, looksRight, type RecordSource } from './text-source.ts'

const LINE_CHARACTERS_MAX = 10_000_000
const ERROR_KEYS = new Set(['error', 'errors', 'message', 'status', 'statusCode', 'code', 'detail', 'title', 'type', 'timestamp', 'path'])

/** The rows of a text with one JSON object per line. An error document in place of a row is an error. */
export async function* readNdjson({ what, bytes }: RecordSource, encoding: TextEncoding): AsyncGenerator<JsonObject | UnusableRecord> {
  const isWestern = characterSet(encoding) !== 'utf-8'
  let number = 0
  for await (const { text, isLast } of lines(what, looksRight(what, decode(what, bytes, encoding), 'ndjson'))) {
    number += 1
    if (text.trim() === '') continue
    const meaningless = isWestern ? meaninglessByte(text) : undefined
    if (meaningless !== undefined) {
      yield new UnusableRecord(`line ${number}`, meaningless)
      continue
    }
    const row = parseLine(what, text, number, isLast)
    if (!isJsonObject(row)) throw unusable(what, `line ${number} is not an object`)
    if (isErrorDocument(row)) throw unusable(what, `line ${number} reports an error instead of a row`)
    yield row
  }
}

/** True for an object that holds nothing but the report of an error. */
function isErrorDocument(row: JsonObject): boolean {
  if (!reportsError(row['error'] ?? null) && !reportsError(row['errors'] ?? null)) return false
  return Object.entries(row).every(([key, value]) => ERROR_KEYS.has(key) || !isThere(value))
}

function isThere(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  return typeof value === 'object' ? Object.keys(value).length > 0 : true
}

function parseLine(what: string, text: string, number: number, isLast: boolean): JsonValue {
  try {
    return parseJson(text)
  } catch {
    // The last line lacks its end: then the text does too.
    throw isLast ? cutOff(what) : unusable(what, `line ${number} is not JSON`)
  }
}

async function* lines(what: string, pieces: AsyncIterable<string>): AsyncGenerator<{ text: string; isLast: boolean }> {
  let rest = ''
  for await (const piece of pieces) {
    const parts = (rest + piece).split('\n')
    rest = parts.pop() ?? ''
    if (rest.length > LINE_CHARACTERS_MAX) throw unusable(what, 'a line is larger than anything real')
    for (const text of parts) yield { text, isLast: false }
  }
  if (rest !== '') yield { text: rest, isLast: true }
}
