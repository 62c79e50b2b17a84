import { parseAnswer, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { jsonBody } from '#lib/connectors/kit/json-body.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isJsonObject, type JsonObject } from '#lib/domain/values/json.ts'
import { httpRequest } from '#lib/platform/http/client.ts'
import { type JsonPath, streamJson } from '#lib/records/read/json-stream.ts'
import type { CsToolsSettings } from './settings.ts'

const walk = (path: JsonPath) => path.length === 0 || (path.length === 1 && path[0] === 'data')

/**
 * Streams the rows of a query. Anything but a whole answer with rows throws, at the latest after the rows. What the
 * endpoint says of an error is never repeated: it may name the person that was asked about.
 */
export async function* readQuery(
  connection: Connection<CsToolsSettings>,
  call: { query: string; prompts?: Record<string, string> | undefined },
): AsyncGenerator<JsonObject> {
  const { settings, clock, signal } = connection
  const system = `CS Tools (${connection.key})`
  const prompts = Object.entries(call.prompts ?? {})
  const answer = await httpRequest({
    system,
    url: settings.url,
    method: 'POST',
    headers: { 'x-api-key': settings.key, accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({
      query_name: call.query,
      ...(prompts.length === 0 ? {} : { prompt_names: prompts.map(([name]) => name), prompt_values: prompts.map(([, value]) => value) }),
    }),
    limits: { headersMs: settings.timeout, idleMs: settings.timeout, totalMs: settings.timeout * 3 },
    signal,
    clock,
    isAboutPeople: true,
  })
  yield* readRows(system, await jsonBody(system, answer))
}

async function* readRows(system: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<JsonObject> {
  let hasRows = false
  for await (const { path, ...piece } of streamJson(system, chunks, walk)) {
    if (piece.kind === 'end') hasRows ||= piece.isList && path.length === 1
    else if (path.length === 2) yield asRow(system, path[1], piece.text)
    else noteError(system, path[0], piece.text)
  }
  if (!hasRows) throw refusedAnswer(system, 'it holds no rows')
}

function asRow(system: string, place: string | number | undefined, text: string): JsonObject {
  if (typeof place !== 'number') throw refusedAnswer(system, 'its rows are not a list')
  const row = parseAnswer(system, text)
  if (!isJsonObject(row)) throw refusedAnswer(system, `row ${place + 1} is not a row`)
  return row
}

function noteError(system: string, key: string | number | undefined, text: string): void {
  if (key !== 'error' && key !== 'errors') return
  const value = parseAnswer(system, text)
  if (value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0)) return
  throw new TidemarkError('unavailable', {
    publicMessage: `${system} answered with an error instead of rows. Look at its own log for what it says about the query.`,
    retryable: true,
  })
}
