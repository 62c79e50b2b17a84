import { jsonBody, parseAnswer, parseRow, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { nextAddress } from '#lib/connectors/kit/ask.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import { streamJson, wayTo } from '#lib/records/read/json-stream.ts'
import { reportsError } from '#lib/records/read/reported-error.ts'
import { askSap, systemOf } from './ask.ts'
import type { SapSettings } from './settings.ts'

const DATE = /^\/Date\((-?\d+)([+-]\d+)?\)\/$/

/** A row without metadata and deferred links, expanded lists as lists, `/Date(ms)/` in ISO form: with Z only where it had an offset,
 * else it is the system's local time. */
function plainRow(row: JsonObject): JsonObject {
  const kept = Object.entries(row).filter(([key, value]) => key !== '__metadata' && !key.includes('@') && !isDeferred(value))
  return Object.fromEntries(kept.map(([key, value]) => [key, plainValue(value)]))
}

function isDeferred(value: JsonValue): boolean {
  return isJsonObject(value) && '__deferred' in value
}

function plainValue(value: JsonValue): JsonValue {
  if (typeof value === 'string') return plainDate(value)
  if (Array.isArray(value)) return value.map((one) => (isJsonObject(one) ? plainRow(one) : plainValue(one)))
  if (!isJsonObject(value)) return value
  const { results } = value
  return Array.isArray(results) ? plainValue(results) : plainRow(value)
}

function plainDate(value: string): string {
  const match = DATE.exec(value)
  const ms = Number(match?.[1])
  if (match === null || Math.abs(ms) > 8.64e15) return value
  const written = new Date(ms).toISOString()
  return match[2] === undefined ? written.replace(/(\.000)?Z$/, '') : written.replace('.000Z', 'Z')
}

export interface ODataCall {
  entitySet: string
  filter?: string | undefined
  select?: string | undefined
  orderBy?: string | undefined
  /** At most so many rows; more are then not missed. */
  top?: number | undefined
}

type Connected = Connection<SapSettings>

/** The rows of an entity set, page by page on the service's own origin. Fewer rows than the service counts throws after them: a page
 * without a next one may be a server's limit. */
export async function* readOData(connection: Connected, call: ODataCall): AsyncGenerator<JsonObject> {
  const system = systemOf(connection)
  const asked = new Set<string>()
  let counted = 0
  let seen = 0
  for (let url: URL | undefined = firstPage(connection.settings, call); url !== undefined; ) {
    if (asked.has(url.href)) throw refusedAnswer(system, 'its pages go round in a circle')
    asked.add(url.href)
    const page: Page = yield* readPage(connection, url)
    seen += page.rows
    counted = page.count ?? counted
    url = nextPage(connection, url, page.next)
  }
  if (seen < Math.min(counted, call.top ?? counted))
    throw refusedAnswer(system, `it counts ${counted} rows and gives ${seen} of them, so it is not complete`)
}

/** How many rows there are, without reading them; null when the service does not count. */
export async function countOData(connection: Connected, entitySet: string): Promise<number | null> {
  const page = readPage(connection, firstPage(connection.settings, { entitySet, top: 0 }))
  for (;;) {
    const { done, value } = await page.next()
    if (done) return value.count ?? null
  }
}

export async function listEntitySets(connection: Connected): Promise<string[]> {
  const system = systemOf(connection)
  const answer = await ask(connection, new URL(rootOf(connection.settings)))
  const document = parseAnswer(system, await answer.text())
  throwIfError(system, document)
  const sets = member(member(document, 'd'), 'EntitySets') ?? member(document, 'value')
  if (!Array.isArray(sets)) throw refusedAnswer(system, 'it is not the document of an OData service')
  return sets.flatMap((set) => {
    const name = isJsonObject(set) ? (set['kind'] ?? 'EntitySet') === 'EntitySet' && set['name'] : set
    return typeof name === 'string' ? [name] : []
  })
}

function rootOf({ url, protocol, client }: SapSettings): string {
  const root = new URL(url.endsWith('/') ? url : `${url}/`)
  if (protocol === 'odata2') root.searchParams.set('$format', 'json')
  if (client !== undefined) root.searchParams.set('sap-client', client)
  return root.href
}

function firstPage(settings: SapSettings, call: ODataCall): URL {
  const root = new URL(rootOf(settings))
  const url = new URL(call.entitySet, root)
  url.search = root.search
  const set = (name: string, value: string | number | undefined) => value !== undefined && url.searchParams.set(name, String(value))
  set('$filter', call.filter)
  set('$select', call.select)
  set('$orderby', call.orderBy)
  set('$top', call.top)
  if (settings.protocol === 'odata2') set('$inlinecount', 'allpages')
  else set('$count', 'true')
  // OData wants %20 for a blank; some services take a plus for a plus.
  url.search = url.search.replaceAll('+', '%20')
  return url
}

interface Page {
  rows: number
  /** Of all pages together. */
  count: number | undefined
  next: string | undefined
}

const LISTS = { bapi: [], odata2: ['d', 'results'], odata4: ['value'] } satisfies Record<SapSettings['protocol'], string[]>

async function* readPage(connection: Connected, url: URL): AsyncGenerator<JsonObject, Page> {
  const system = systemOf(connection)
  const list = LISTS[connection.settings.protocol]
  const beside: JsonObject = {}
  let rows = 0
  let hasList = false
  for await (const piece of streamJson(system, await jsonBody(system, await ask(connection, url)), wayTo(...list))) {
    const { path } = piece
    if (piece.kind === 'end') hasList ||= piece.isList && path.length === list.length
    else if (path.length > list.length) {
      yield plainRow(parseRow(system, path[list.length], piece.text, 'it holds something that is no row'))
      rows += 1
    } else beside[String(path.at(-1))] = parseAnswer(system, piece.text)
  }
  throwIfError(system, beside)
  if (!hasList) throw refusedAnswer(system, 'it holds no rows')
  // OData 4.01 leaves the prefix out.
  const count = Number(beside['__count'] ?? beside['@odata.count'] ?? beside['@count'] ?? Number.NaN)
  const next = beside['__next'] ?? beside['@odata.nextLink'] ?? beside['@nextLink']
  return { rows, count: Number.isInteger(count) ? count : undefined, next: typeof next === 'string' ? next : undefined }
}

function ask(connection: Connected, url: URL): Promise<HttpAnswer> {
  return askSap(connection, url, { explain: (status, body) => explain(systemOf(connection), status, body, url) })
}

/** SAP's own words for what it refuses; a logon page says nothing worth repeating. */
function explain(system: string, status: number, body: string, url: URL): string | undefined {
  if (status === 401 || status === 403) return undefined
  try {
    const error = errorIn(parseJson(body), url.pathname.split('/'))
    return error === undefined ? undefined : `${system} did not accept the request (HTTP ${status}): ${error}`
  } catch {
    return undefined
  }
}

function throwIfError(system: string, document: JsonValue): void {
  const error = errorIn(document)
  if (error !== undefined) throw new TidemarkError('refused', { publicMessage: `${system} reports an error: ${error}` })
}

function errorIn(document: JsonValue, asked: readonly string[] = []): string | undefined {
  const error = member(document, 'error')
  if (!isJsonObject(error) || !reportsError(error)) return undefined
  const message = isJsonObject(error['message']) ? error['message']['value'] : error['message']
  const words = typeof message === 'string' ? foreignWords(message, { asked }) : ''
  return `${foreignWords(String(error['code'] ?? '')) || 'without a code'} ${words}`.trim()
}

function nextPage(connection: Connected, url: URL, next: string | undefined): URL | undefined {
  if (next === undefined || next === '') return undefined
  if (!URL.canParse(next, url)) throw refusedAnswer(systemOf(connection), 'what stands in place of its next page is not an address')
  const found = nextAddress(url, new URL(next, url))
  if (!found.ok) throw refusedAnswer(systemOf(connection), found.because)
  const address = found.url
  const { client } = connection.settings
  if (client !== undefined && !address.searchParams.has('sap-client')) address.search += `&sap-client=${client}`
  return address
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? value[key] : undefined
}
