import type { Connection } from '#lib/connectors/connector.ts'
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '#lib/domain/json.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { httpRequest } from '#lib/platform/http-client.ts'
import type { PeopleSoftSettings } from './settings.ts'

interface QueryCall {
  query: string
  prompts?: Record<string, string> | undefined
  /** 0 = all. */
  rowsMax?: number
}

/** The rows of a query. Anything but a whole, successful answer is an error: 200 alone proves nothing here. */
export async function executeQuery(connection: Connection<PeopleSoftSettings>, call: QueryCall): Promise<JsonObject[]> {
  const { settings, clock, signal } = connection
  const system = `PeopleSoft (${connection.key})`
  const answer = await httpRequest({
    system,
    url: queryUrl(settings, call),
    headers: {
      authorization: `Basic ${Buffer.from(`${settings.user}:${settings.password}`).toString('base64')}`,
      accept: 'application/json',
    },
    limits: { headersMs: settings.timeout, idleMs: settings.timeout, totalMs: settings.timeout * 3 },
    signal,
    clock,
    explain: (_status, body) => brokerError(system, body, settings.user)?.publicMessage,
  })
  if (answer.status !== 200) throw refused(system, `PeopleSoft answered HTTP ${answer.status} instead of 200`)
  return toRows(system, await answer.text(), call, settings.user)
}

function queryUrl(settings: PeopleSoftSettings, call: QueryCall): string {
  const path = `/PSIGW/RESTListeningConnector/${settings.node}/ExecuteQuery.v1/${settings.owner}/${call.query}/JSON/NONFILE`
  const parameters = [`isconnectedquery=N`, `maxrows=${call.rowsMax ?? 0}`]
  const prompts = Object.entries(call.prompts ?? {})
  if (prompts.length > 0) {
    if (prompts.some(([name, value]) => name.includes(',') || value.includes(','))) {
      throw new TidemarkError('invalid', { publicMessage: `A prompt of ${call.query} contains a comma; the query service cannot take it.` })
    }
    // The commas between prompts must stay as they are.
    parameters.push(`prompt_uniquepromptname=${prompts.map(([name]) => encodeURIComponent(name)).join(',')}`)
    parameters.push(`prompt_fieldvalue=${prompts.map(([, value]) => encodeURIComponent(value)).join(',')}`)
  }
  parameters.push('json_resp=true')
  return `${settings.baseUrl.replace(/\/+$/, '')}${path}?${parameters.join('&')}`
}

function toRows(system: string, text: string, call: QueryCall, user: string): JsonObject[] {
  const broker = brokerError(system, text, user)
  if (broker) throw broker
  const document = parse(system, text)
  if (member(document, 'status') !== 'success') throw refused(system, 'it says the query did not succeed')
  const query = member(member(document, 'data'), 'query')
  const rows = member(query, 'rows')
  if (!Array.isArray(rows)) throw refused(system, 'it holds no rows')
  const promised = member(query, 'numrows')
  if (promised !== undefined && Number(promised) !== rows.length) {
    throw refused(system, `it announces ${String(promised)} rows and holds ${rows.length}`)
  }
  // The name's key has a trailing "=" on many releases.
  const name = member(query, 'queryname=') ?? member(query, 'queryname')
  if (typeof name === 'string' && name !== call.query) throw refused(system, `it belongs to another query, ${name}`)
  return rows.map((row, index) => {
    if (!isJsonObject(row)) throw refused(system, `row ${index + 1} is not a row`)
    return row
  })
}

function parse(system: string, text: string): JsonValue {
  const start = text.trimStart().slice(0, 1)
  try {
    return parseJson(text)
  } catch (cause) {
    if (start === '<') throw refused(system, 'it is a web page or XML, not JSON', cause)
    if (start === '{')
      throw new TidemarkError('unavailable', {
        publicMessage: `The answer of ${system} was cut off in the middle.`,
        cause,
        retryable: true,
      })
    throw refused(system, 'it is not JSON', cause)
  }
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? value[key] : undefined
}

function refused(system: string, because: string, cause?: unknown): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `The answer of ${system} cannot be used: ${because}.`, cause })
}

/** The Integration Broker's own error, which may hide in an answer of 200. */
function brokerError(system: string, body: string, user: string): TidemarkError | undefined {
  if (!body.includes('<IBResponse')) return undefined
  const message = /<MessageID>\s*(\d+)\s*<\/MessageID>/.exec(body)?.[1] ?? 'unknown'
  const words = (/<DefaultMessage>(.*?)<\/DefaultMessage>/s.exec(body)?.[1] ?? '').replaceAll(user, 'the account').trim().slice(0, 200)
  return new TidemarkError('refused', {
    publicMessage: `${system} answered with an Integration Broker error, message ${message}${words === '' ? '' : `: ${words}`}`,
  })
}
