import { parseAnswer, refusedAnswer, withoutIds } from '#lib/connectors/answer/refusal.ts'
import type { Connection } from '#lib/connectors/connector.ts'
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '#lib/domain/json.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { httpRequest } from '#lib/platform/http-client.ts'
import { credentialsOf, systemOf } from './credentials.ts'
import { plainRow } from './odata-values.ts'
import type { SapSettings } from './settings.ts'

export interface ODataCall {
  entitySet: string
  filter?: string | undefined
  select?: string | undefined
  orderBy?: string | undefined
  /** So many rows at most; what there is beyond them is then not missed. */
  top?: number | undefined
}

type Connected = Connection<SapSettings>

/**
 * Streams the rows of an entity set page by page. Pages are followed on the service's own origin only; an answer with
 * fewer rows than the service counts throws after them, because a page without a next one may just be a server's limit.
 */
export async function* readOData(connection: Connected, call: ODataCall): AsyncGenerator<JsonObject> {
  const system = systemOf(connection)
  const asked = new Set<string>()
  let counted: number | undefined
  let seen = 0
  for (let url: URL | undefined = firstPage(connection.settings, call); url !== undefined; ) {
    if (asked.has(url.href)) throw refusedAnswer(system, 'its pages go round in a circle')
    asked.add(url.href)
    const page = await readPage(connection, url)
    for (const row of page.rows) yield plainRow(row)
    seen += page.rows.length
    counted = page.count ?? counted
    url = nextPage(system, url, page.next)
  }
  if (call.top === undefined && counted !== undefined && seen < counted)
    throw refusedAnswer(system, `it counts ${counted} rows and gives ${seen} of them, so it is not complete`)
}

/** How many rows there are, without reading them; null when the service does not count. */
export async function countOData(connection: Connected, entitySet: string): Promise<number | null> {
  const page = await readPage(connection, firstPage(connection.settings, { entitySet, top: 0 }))
  return page.count ?? null
}

/** The names of the service's entity sets. */
export async function listEntitySets(connection: Connected): Promise<string[]> {
  const document = await fetchJson(connection, new URL(rootOf(connection.settings)))
  const sets = isJsonObject(document) && isJsonObject(document['d']) ? document['d']['EntitySets'] : member(document, 'value')
  if (!Array.isArray(sets)) throw refusedAnswer(systemOf(connection), 'it is not the document of an OData service')
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
  // OData wants a blank as %20; the plus that forms use means a plus to some services.
  url.search = url.search.replaceAll('+', '%20')
  return url
}

interface Page {
  rows: JsonObject[]
  count: number | undefined
  next: string | undefined
}

async function readPage(connection: Connected, url: URL): Promise<Page> {
  const system = systemOf(connection)
  const document = await fetchJson(connection, url)
  const body = connection.settings.protocol === 'odata2' ? member(document, 'd') : document
  const listed = Array.isArray(body) ? body : (member(body, 'results') ?? member(body, 'value'))
  // A single entity stands alone, without a list around it.
  const list = listed ?? (isJsonObject(body) && connection.settings.protocol === 'odata2' ? [body] : undefined)
  if (!Array.isArray(list)) throw refusedAnswer(system, 'it holds no rows')
  const rows = list.filter(isJsonObject)
  if (rows.length < list.length) throw refusedAnswer(system, 'it holds something that is no row')
  const count = Number(member(body, '__count') ?? member(body, '@odata.count') ?? Number.NaN)
  const next = member(body, '__next') ?? member(body, '@odata.nextLink')
  return { rows, count: Number.isInteger(count) ? count : undefined, next: typeof next === 'string' ? next : undefined }
}

async function fetchJson(connection: Connected, url: URL): Promise<JsonValue> {
  const { settings, clock, signal } = connection
  const system = systemOf(connection)
  const answer = await httpRequest({
    system,
    url: url.href,
    headers: { ...credentialsOf(settings), accept: 'application/json' },
    limits: { headersMs: settings.timeout, idleMs: settings.timeout, totalMs: settings.timeout * 5 },
    signal,
    clock,
    isAboutPeople: true,
    explain: (status, body) => explain(system, status, body),
  })
  const document = parseAnswer(system, await answer.text())
  const error = errorIn(document)
  if (error === undefined) return document
  throw new TidemarkError('refused', { publicMessage: `${system} reports an error: ${error}` })
}

/** SAP's own words for what it refuses; a logon page says nothing worth repeating. */
function explain(system: string, status: number, body: string): string | undefined {
  if (status === 401 || status === 403) return undefined
  try {
    const error = errorIn(parseJson(body))
    return error === undefined ? undefined : `${system} did not accept the request (HTTP ${status}): ${error}`
  } catch {
    return undefined
  }
}

function errorIn(document: JsonValue): string | undefined {
  const error = member(document, 'error')
  if (!isJsonObject(error)) return undefined
  const message = isJsonObject(error['message']) ? error['message']['value'] : error['message']
  const words = typeof message === 'string' ? withoutIds(message).slice(0, 200) : ''
  return `${String(error['code'] ?? 'without a code')} ${words}`.trim()
}

function nextPage(system: string, url: URL, next: string | undefined): URL | undefined {
  if (next === undefined || next === '') return undefined
  const address = URL.canParse(next, url) ? new URL(next, url) : undefined
  if (address?.origin === url.origin) return address
  throw refusedAnswer(system, 'its next page is on another host, where our credentials have no business')
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? value[key] : undefined
}
