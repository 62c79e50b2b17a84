import { jsonBody, parseAnswer, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { askForJson, keyAuth } from '#lib/connectors/kit/ask.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { isPassing } from '#lib/platform/http/errors.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import { streamJson } from '#lib/records/read/json-stream.ts'
import { reportsError } from '#lib/records/read/reported-error.ts'
import { type SnapLogicSettings, timeoutMsOf } from './settings.ts'

const ANSWER_BYTES_MAX = 4_000_000_000
const MEMBERS_BYTES_MAX = 1_000_000

interface TaskCall {
  /** Pipeline parameters, as they stand in the address. */
  parameters: Record<string, string>
  /** The pipeline's open input; without it the task is asked with a GET. */
  body?: JsonObject
}

/** Runs the task and gives its answer as it comes; a page instead of JSON is refused. */
export async function callTask(connection: Connection<SnapLogicSettings>, call: TaskCall): Promise<AsyncIterable<Uint8Array>> {
  const { settings } = connection
  const system = systemOf(connection)
  const url = new URL(settings.url)
  for (const [name, value] of Object.entries(call.parameters)) url.searchParams.set(name, value)
  const answer = await askForJson(connection, {
    system,
    url: url.href,
    headers: keyAuth(settings.key, settings.auth),
    ...(call.body !== undefined && { json: call.body }),
    timeoutMs: timeoutMsOf(settings),
    timeouts: 2,
    bytesMax: ANSWER_BYTES_MAX,
  })
  return jsonBody(system, answer)
}

export function systemOf(connection: Connection<SnapLogicSettings>): string {
  return `SnapLogic (${connection.key})`
}

/** Throws when a document is one of a Snap's error view, or of the gateway: the answer is then not complete. */
export function throwErrorDocument(system: string, document: JsonObject, insteadOf: string): void {
  const { error, reason, status, statusCode, http_status_code: http, msg } = document
  const code = [status, statusCode, http].map(Number).find((number) => number >= 400 && number < 600)
  const failed = reportsError(error)
  if (!failed && code === undefined) return
  throw new TidemarkError('unavailable', {
    publicMessage: `The pipeline behind ${system} reports an error instead of ${insteadOf}${code === undefined ? '' : ` (${code})`}; what it sent is not complete.`,
    message: `pipeline error: ${foreignWords(JSON.stringify({ error, reason, code, msg }))}`,
    retryable: code !== undefined && isPassing(code),
  })
}

export async function* readElements(system: string, body: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<string> {
  const members: JsonObject = {}
  let bytes = 0
  for await (const piece of streamJson(system, body, (path) => path.length === 0)) {
    const [key] = piece.path
    if (piece.kind === 'end') {
      if (piece.isList) continue
      throwErrorDocument(system, members, what)
      throw refusedAnswer(system, 'it is an object, not a list')
    }
    if (key === undefined) throw refusedAnswer(system, 'it is not a list')
    if (typeof key === 'number') yield piece.text
    else {
      bytes += piece.text.length
      if (bytes > MEMBERS_BYTES_MAX) throw refusedAnswer(system, 'it is an object, not a list')
      members[key] = parseAnswer(system, piece.text)
    }
  }
}
