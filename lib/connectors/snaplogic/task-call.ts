import type { Connection } from '#lib/connectors/kit/connector.ts'
import { jsonBody } from '#lib/connectors/kit/json-body.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { httpRequest } from '#lib/platform/http/client.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import { reportsError } from '#lib/records/read/reported-error.ts'
import { type SnapLogicSettings, timeoutMsOf } from './settings.ts'

const ANSWER_BYTES_MAX = 4_000_000_000

export interface TaskCall {
  /** Pipeline parameters, as they stand in the address. */
  parameters: Record<string, string>
  /** The pipeline's open input; without it the task is asked with a GET. */
  body?: JsonObject
}

/** Runs the task and gives its answer as it comes; a page instead of JSON is refused. */
export async function callTask(connection: Connection<SnapLogicSettings>, call: TaskCall): Promise<AsyncIterable<Uint8Array>> {
  const { settings, clock, signal } = connection
  const timeoutMs = timeoutMsOf(settings)
  const system = systemOf(connection)
  const url = new URL(settings.url)
  for (const [name, value] of Object.entries(call.parameters)) url.searchParams.set(name, value)
  const credentials = settings.auth === 'bearer' ? { authorization: `Bearer ${settings.key}` } : { 'x-api-key': settings.key }
  const answer = await httpRequest({
    system,
    url: url.href,
    ...(call.body === undefined ? {} : { method: 'POST', body: JSON.stringify(call.body) }),
    headers: {
      ...credentials,
      accept: 'application/json',
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    limits: { headersMs: timeoutMs, idleMs: timeoutMs, totalMs: timeoutMs * 2, bodyBytes: ANSWER_BYTES_MAX },
    signal,
    clock,
    isAboutPeople: true,
  })
  return jsonBody(system, answer)
}

/** The system in public words. */
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
    retryable: code === undefined ? false : code === 408 || code === 425 || code === 429 || code >= 500,
  })
}
