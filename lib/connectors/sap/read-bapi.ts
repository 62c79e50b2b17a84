import { jsonBody, parseAnswer, parseRow, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import { type JsonPath, streamJson } from '#lib/records/read/json-stream.ts'
import { askSap, systemOf } from './ask.ts'
import type { SapSettings } from './settings.ts'

export interface BapiCall {
  bapi: string
  account?: string | undefined
  table: string
  /** Import parameters and tables. */
  input?: JsonObject | undefined
}

/** The rows of one table of a function module's answer. SAP answers 200 whatever happened: an error in RETURN, or no such table, throws. */
export async function* readBapi(connection: Connection<SapSettings>, call: BapiCall): AsyncGenerator<JsonObject> {
  const url = new URL(connection.settings.url)
  url.searchParams.set('BAPIName', call.bapi)
  if (call.account !== undefined) url.searchParams.set('account', call.account)
  const system = systemOf(connection)
  const answer = await askSap(connection, url, { json: call.input ?? {} })
  yield* readTable(system, await jsonBody(system, answer), call.table)
}

async function* readTable(system: string, chunks: AsyncIterable<Uint8Array>, table: string): AsyncGenerator<JsonObject> {
  let hasTable = false
  for await (const piece of streamJson(system, chunks, (path) => isWayTo(table, path))) {
    const [key, place] = withoutWrapper(piece.path)
    if (piece.kind === 'end') hasTable ||= piece.isList && key === table && place === undefined
    else if (place !== undefined) yield parseRow(system, place, piece.text, 'the table holds something that is no row')
    else if (key === 'RETURN') throwIfFailed(system, parseAnswer(system, piece.text))
  }
  if (!hasTable) throw refusedAnswer(system, `the table ${table} is missing from it`)
}

// Some gateways put the one answer into a list.
function withoutWrapper(path: JsonPath): JsonPath {
  return path[0] === 0 ? path.slice(1) : path
}

function isWayTo(table: string, path: JsonPath): boolean {
  const [key, place] = withoutWrapper(path)
  return key === undefined || (key === table && place === undefined)
}

/** RETURN is one message or a list of them; E and A mean that it failed, W that it did not. */
function throwIfFailed(system: string, value: JsonValue): void {
  const messages = (Array.isArray(value) ? value : [value]).filter(isJsonObject)
  const failed = messages.find(({ TYPE: type }) => type === 'E' || type === 'A')
  if (failed === undefined) return
  const { ID: id, NUMBER: number, TYPE: type } = failed
  throw new TidemarkError('refused', {
    publicMessage: `${system} reports an error instead of rows (${type === 'A' ? 'abort' : 'error'} ${String(id ?? '')} ${String(number ?? '')}). SAP's own log says more.`,
  })
}
