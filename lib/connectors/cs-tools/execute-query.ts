import { jsonBody, parseAnswer, parseRow, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { askForJson } from '#lib/connectors/kit/ask.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { streamJson, wayTo } from '#lib/records/read/json-stream.ts'
import type { CsToolsSettings } from './settings.ts'

const isOnWay = wayTo('data')

/** The rows of a query; throws unless the answer is whole. Its error text is never repeated: it may name the person asked about. */
export async function* readQuery(
  connection: Connection<CsToolsSettings>,
  call: { query: string; prompts?: Record<string, string> | undefined },
): AsyncGenerator<JsonObject> {
  const { url, key, timeout } = connection.settings
  const system = `CS Tools (${connection.key})`
  const prompts = Object.entries(call.prompts ?? {})
  const answer = await askForJson(connection, {
    system,
    url,
    headers: { 'x-api-key': key },
    json: {
      query_name: call.query,
      ...(prompts.length > 0 && { prompt_names: prompts.map(([name]) => name), prompt_values: prompts.map(([, value]) => value) }),
    },
    timeoutMs: timeout,
    timeouts: 3,
  })
  yield* readRows(system, await jsonBody(system, answer))
}

async function* readRows(system: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<JsonObject> {
  let hasRows = false
  for await (const { path, ...piece } of streamJson(system, chunks, isOnWay)) {
    if (piece.kind === 'end') hasRows ||= piece.isList && path.length === 1
    else if (path.length === 2) yield parseRow(system, path[1], piece.text)
    else noteError(system, path[0], piece.text)
  }
  if (!hasRows) throw refusedAnswer(system, 'it holds no rows')
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
