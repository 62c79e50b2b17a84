import { jsonBody, parseAnswer, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { askForJson } from '#lib/connectors/kit/ask.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { type PersonRecord, toPersonRecord } from '#lib/connectors/snaplogic/person-record.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isJsonObject, type JsonObject, parseJson } from '#lib/domain/values/json.ts'
import { isPassing } from '#lib/platform/http/errors.ts'
import { streamJson, wayTo } from '#lib/records/read/json-stream.ts'
import { streamLines } from '#lib/records/read/ndjson-stream.ts'
import { sniffStart } from '#lib/records/read/sniff.ts'
import type { PersonApiSettings } from './settings.ts'

const ANSWER_BYTES_MAX = 4_000_000_000
const LINE_BYTES_MAX = 50_000_000
/** Older releases of the API answer with one document. */
const DOCUMENT = /^\{\s*"data"\s*:\s*\[/

/** The people of an answer, from lines of JSON or from one document. A line with an error about one person is dropped with its reason; any
 * other error, a wrong count or a cut answer throws. One that ends early but well looks whole: compare with whom you asked for. */
export async function* readPeople(connection: Connection<PersonApiSettings>, body: JsonObject): AsyncGenerator<PersonRecord> {
  const { url, key, timeout } = connection.settings
  const system = `Person API (${connection.key})`
  const answer = await askForJson(connection, {
    system,
    url,
    headers: { 'x-api-key': key, accept: 'application/x-ndjson, application/json' },
    json: body,
    timeoutMs: timeout,
    timeouts: 3,
    bytesMax: ANSWER_BYTES_MAX,
  })
  const { start, chunks } = await sniffStart(await jsonBody(system, answer), 64)
  yield* DOCUMENT.test(start) ? readDocument(system, chunks) : readLines(system, chunks)
}

async function* readLines(system: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<PersonRecord> {
  let records = 0
  for await (const line of streamLines(system, chunks, LINE_BYTES_MAX)) {
    const value = parseLine(system, line)
    if (value['type'] === 'record') {
      records += 1
      yield toPersonRecord(system, textOfData(system, line, value))
    } else if (value['type'] === 'error') yield toDropped(system, value)
    else yield* checkSummary(system, value, records)
  }
}

function parseLine(system: string, line: string): JsonObject {
  if (line.startsWith('{') && !line.endsWith('}')) {
    throw new TidemarkError('unavailable', { publicMessage: `The answer of ${system} was cut off in the middle.`, retryable: true })
  }
  const value: unknown = parseShallow(system, line)
  if (!isJsonObject(value)) throw refusedAnswer(system, 'a line of it is not an object')
  if (typeof value['type'] !== 'string') throw refusedAnswer(system, 'a line of it does not say what it is')
  return value
}

// Only tells lines apart; a person's text is handed on as it came, so digits cannot be lost here.
function parseShallow(system: string, line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw refusedAnswer(system, 'a line of it is not JSON')
  }
}

const RECORD = /^\{\s*"type"\s*:\s*"record"\s*,\s*"data"\s*:\s*/

function textOfData(system: string, line: string, value: JsonObject): string {
  const before = RECORD.exec(line)?.[0].length
  if (before !== undefined && Object.keys(value).join() === 'type,data') return line.slice(before, line.lastIndexOf('}')).trim()
  try {
    const exact = parseJson(line)
    return JSON.stringify(isJsonObject(exact) ? (exact['data'] ?? null) : null)
  } catch {
    throw refusedAnswer(system, 'a line of it is nested too deeply')
  }
}

function toDropped(system: string, line: JsonObject): PersonRecord {
  const of = isJsonObject(line['data']) ? { ...line['data'], ...line } : line
  const isOfOne = [of['personid'], of['buid'], of['emplid']].some((id) => typeof id === 'string' && id !== '')
  const status = Number(of['status'] ?? of['code'])
  const words = Number.isInteger(status) && status >= 100 && status < 600 ? ` (${status})` : ''
  if (isOfOne) return { kind: 'dropped', reason: `the API reports an error about one person${words}` }
  throw new TidemarkError('unavailable', {
    publicMessage: `${system} reports an error in the middle of its answer${words}; what it sent is not complete.`,
    retryable: words === '' || isPassing(status),
  })
}

const COUNTS = ['count', 'records', 'record_count', 'total', 'returned']

function* checkSummary(system: string, line: JsonObject, records: number): Generator<PersonRecord> {
  const said = COUNTS.map((key) => line[key]).find((count) => typeof count === 'number')
  if (said === undefined) {
    yield { kind: 'dropped', reason: 'a line is neither a person, an error nor a summary' }
  } else if (said !== records) {
    throw new TidemarkError('unavailable', {
      publicMessage: `${system} says that it sent ${String(said)} people, and ${records} came; what it sent is not complete.`,
      retryable: true,
    })
  }
}

async function* readDocument(system: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<PersonRecord> {
  let hasPeople = false
  for await (const { path, ...piece } of streamJson(system, chunks, wayTo('data'))) {
    if (piece.kind === 'end') hasPeople ||= piece.isList && path.length === 1
    else if (path.length === 2 && typeof path[1] === 'number') yield toPersonRecord(system, piece.text)
    else if (path[0] === 'error' && parseAnswer(system, piece.text) !== null) throw refusedAnswer(system, 'it reports an error')
  }
  if (!hasPeople) throw refusedAnswer(system, 'it holds no list of people')
}
