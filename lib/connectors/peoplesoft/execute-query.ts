import { parseAnswer, parseRow, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { askForJson, basicAuth } from '#lib/connectors/kit/ask.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { JsonObject, JsonValue } from '#lib/domain/values/json.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import { type JsonPiece, streamJson, wayTo } from '#lib/records/read/json-stream.ts'
import { sniffStart } from '#lib/records/read/sniff.ts'
import type { PeopleSoftSettings } from './settings.ts'

interface QueryCall {
  query: string
  prompts?: Record<string, string> | undefined
  /** 0 = all. */
  rowsMax?: number
}

/** The rows of a query. HTTP 200 proves nothing here: anything but a whole, successful answer throws, at the latest after the rows. */
export async function* readQuery(connection: Connection<PeopleSoftSettings>, call: QueryCall): AsyncGenerator<JsonObject> {
  const { settings } = connection
  const system = `PeopleSoft (${connection.key})`
  const answer = await askForJson(connection, {
    system,
    url: queryUrl(settings, call),
    headers: basicAuth(settings.user, settings.password),
    timeoutMs: settings.timeout,
    timeouts: 3,
    explain: (_status, body) => brokerError(system, body, settings)?.publicMessage,
  })
  const { start, chunks } = await sniffStart(answer.body, 1)
  if (start === '<' || answer.status !== 200) throw await notTheQuery(system, chunks, answer.status, settings)
  const reading = new QueryAnswer(system, call.query)
  for await (const piece of streamJson(system, chunks, isOnWay)) yield* reading.take(piece)
  reading.end()
}

function queryUrl(settings: PeopleSoftSettings, call: QueryCall): string {
  const path = `/PSIGW/RESTListeningConnector/${settings.node}/ExecuteQuery.v1/${settings.owner}/${call.query}/JSON/NONFILE`
  const parameters = [`isconnectedquery=N`, `maxrows=${call.rowsMax ?? 0}`]
  const prompts = Object.entries(call.prompts ?? {})
  if (prompts.length > 0) {
    if (prompts.some(([name, value]) => name.includes(',') || value.includes(','))) {
      throw new TidemarkError('invalid', { publicMessage: `A prompt of ${call.query} contains a comma; the query service cannot take it.` })
    }
    // The service wants the commas between prompts unescaped.
    parameters.push(`prompt_uniquepromptname=${prompts.map(([name]) => encodeURIComponent(name)).join(',')}`)
    parameters.push(`prompt_fieldvalue=${prompts.map(([, value]) => encodeURIComponent(value)).join(',')}`)
  }
  parameters.push('json_resp=true')
  return `${settings.baseUrl.replace(/\/+$/, '')}${path}?${parameters.join('&')}`
}

const ROWS = ['data', 'query', 'rows']
const isOnWay = wayTo(...ROWS)

class QueryAnswer {
  readonly #system: string
  readonly #query: string
  readonly #around = new Map<string, JsonValue>()
  #rows = 0
  #hasRows = false

  constructor(system: string, query: string) {
    this.#system = system
    this.#query = query
  }

  *take(piece: JsonPiece): Generator<JsonObject> {
    const { path } = piece
    if (piece.kind === 'end') this.#hasRows ||= piece.isList && path.length === ROWS.length
    else if (path.length > ROWS.length) {
      yield parseRow(this.#system, path[ROWS.length], piece.text)
      this.#rows += 1
    } else this.#note(path.join('.'), parseAnswer(this.#system, piece.text))
  }

  #note(key: string, value: JsonValue): void {
    this.#around.set(key, value)
    if (key === 'status' && value !== 'success') throw refusedAnswer(this.#system, 'it says the query did not succeed')
    // On many releases this key has a trailing "=".
    const isName = key === 'data.query.queryname=' || key === 'data.query.queryname'
    if (isName && typeof value === 'string' && value !== this.#query)
      throw refusedAnswer(this.#system, `it belongs to another query, ${value}`)
  }

  end(): void {
    if (!this.#around.has('status')) throw refusedAnswer(this.#system, 'it says the query did not succeed')
    if (!this.#hasRows) throw refusedAnswer(this.#system, 'it holds no rows')
    const promised = this.#around.get('data.query.numrows')
    if (promised !== undefined && Number(promised) !== this.#rows)
      throw refusedAnswer(this.#system, `it announces ${String(promised)} rows and holds ${this.#rows}`)
  }
}

const ERROR_BYTES = 65_536

async function notTheQuery(
  system: string,
  chunks: AsyncIterable<Uint8Array>,
  status: number,
  settings: PeopleSoftSettings,
): Promise<TidemarkError> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    bytes += chunk.length
    if (bytes > ERROR_BYTES) break
  }
  const broker = brokerError(system, Buffer.concat(parts).toString('utf8'), settings)
  if (broker) return broker
  return refusedAnswer(system, status === 200 ? 'it is a web page or XML, not JSON' : `PeopleSoft answered HTTP ${status} instead of 200`)
}

/** The Integration Broker's own error, which may hide in an answer of 200. */
function brokerError(system: string, body: string, { user }: PeopleSoftSettings): TidemarkError | undefined {
  if (!body.includes('<IBResponse')) return undefined
  const message = /<MessageID>\s*(\d+)\s*<\/MessageID>/.exec(body)?.[1] ?? 'unknown'
  const said = /<DefaultMessage>(.*?)<\/DefaultMessage>/s.exec(body)?.[1] ?? ''
  const words = foreignWords(said.replaceAll(`User ${user} `, 'The account ').replaceAll(` ${user} `, ' the account '))
  return new TidemarkError('refused', {
    publicMessage: `${system} answered with an Integration Broker error, message ${message}${words === '' ? '' : `: ${words}`}`,
  })
}
