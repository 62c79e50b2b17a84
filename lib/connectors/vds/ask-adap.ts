import { refusedAnswer } from '#lib/connectors/answer/refusal.ts'
import type { Connection } from '#lib/connectors/connector.ts'
import { isJsonObject, parseJson } from '#lib/domain/json.ts'
import { type HttpRequest, httpRequest } from '#lib/platform/http-client.ts'
import { peekStart } from '#lib/platform/peek-start.ts'
import { type AdapEnd, checkWhole, readAdap } from './read-adap.ts'
import { codeError, type DirectoryEntry, renamed, truncated, type VdsRequest } from './search.ts'
import type { VdsSettings } from './settings.ts'

type Connected = Connection<VdsSettings>

const ANSWER_BYTES_MAX = 2_000_000_000

/** The system in public words. */
export function systemOf(connection: Connected): string {
  return `The directory (${connection.key})`
}

/** Searches over REST: in one answer when a size limit is given, otherwise page by page until the last. */
export async function* searchRest(connection: Connected, request: VdsRequest): AsyncGenerator<DirectoryEntry> {
  const { pageSize, base = '' } = connection.settings
  const system = systemOf(connection)
  const address = `${connection.settings.url.replace(/\/+$/, '')}/${encodeURIComponent(request.base ?? base)}`
  const asked = new Set<string>()
  for (let cookie: string | undefined = ''; cookie !== undefined; ) {
    asked.add(cookie)
    const url = new URL(address)
    for (const [name, value] of parametersOf(request, pageSize, cookie)) url.searchParams.set(name, value)
    // A blank is %20 in a filter: the directory takes a plus for a plus.
    url.search = url.search.replaceAll('+', '%20')
    const end: AdapEnd = yield* entriesOf(connection, { url: url.href, headers: basic(connection.settings) }, request)
    if (request.sizeLimit !== undefined || end.cookie === undefined) {
      checkWhole(system, end)
      if (end.total === -2) throw truncated(system, 'the directory says that there is another page, and does not say how to get it')
      return
    }
    if (asked.has(end.cookie)) throw refusedAnswer(system, 'its pages go round in a circle')
    cookie = end.total === -3 ? undefined : end.cookie
  }
}

function parametersOf(request: VdsRequest, pageSize: number, cookie: string): [string, string][] {
  return [
    ['filter', request.filter],
    ['scope', request.scope],
    ['returnMode', 'array'],
    ...(request.attributes === undefined ? [] : [['attributes', request.attributes.join(',')] satisfies [string, string]]),
    ...(request.sizeLimit === undefined
      ? [['pageSize', String(pageSize)] satisfies [string, string]]
      : [['sizeLimit', String(request.sizeLimit)] satisfies [string, string]]),
    ...(cookie === '' ? [] : [['cookie', cookie] satisfies [string, string]]),
  ]
}

/** Searches through the gateway: the same parameters as one text, and one answer or several. */
export async function* searchGateway(connection: Connected, request: VdsRequest): AsyncGenerator<DirectoryEntry> {
  const { url, auth, key = '' } = connection.settings
  const attributes = request.attributes === undefined ? '' : `&attributes=${request.attributes.join(',')}`
  // Without a limit of ours the directory would stop at one of its own and not say so.
  const params = `filter=${inText(request.filter)}&sizeLimit=${request.sizeLimit ?? 0}${attributes}`
  const end: AdapEnd = yield* entriesOf(
    connection,
    {
      url,
      method: 'POST',
      headers: {
        ...(auth === 'bearer' ? { authorization: `Bearer ${key}` } : { 'x-api-key': key }),
        'content-type': 'application/json',
      },
      body: JSON.stringify({ params }),
    },
    request,
  )
  checkWhole(systemOf(connection), end)
}

/** What would end or change a parameter inside the text is escaped, nothing else: gateways pass it on as it stands. */
function inText(filter: string): string {
  return filter.replace(/[%&#+\s]|[^\x20-\x7e]+/g, encodeURIComponent)
}

/** Asks only for a bind. */
export async function bindRest(connection: Connected): Promise<void> {
  const url = `${connection.settings.url.replace(/\/+$/, '')}?bind=simpleBind`
  const answer = await send(connection, { url, headers: basic(connection.settings) })
  const text = await answer.text()
  const status = /"httpStatus"\s*:\s*200\b/.test(text)
  if (!status) throw refusedAnswer(systemOf(connection), 'it does not confirm the bind')
}

async function* entriesOf(connection: Connected, call: Call, request: VdsRequest): AsyncGenerator<DirectoryEntry, AdapEnd> {
  const system = systemOf(connection)
  const answer = await send(connection, call)
  const { start, chunks } = await peekStart(answer.body, 1)
  if (start === '<') {
    await chunks.return()
    throw refusedAnswer(system, 'it is a web page or XML, not JSON')
  }
  const entries = readAdap(system, chunks)
  try {
    for (let next = await entries.next(); ; next = await entries.next()) {
      if (next.done) return next.value
      yield { dn: next.value.dn, attributes: renamed(next.value.attributes, request.attributes) }
    }
  } finally {
    await entries.return({ entries: 0, total: undefined, cookie: undefined })
  }
}

type Call = Pick<HttpRequest, 'url' | 'method' | 'headers' | 'body'>

function send(connection: Connected, call: Call) {
  const { settings, clock, signal } = connection
  return httpRequest({
    ...call,
    system: systemOf(connection),
    headers: { accept: 'application/json', ...call.headers },
    limits: { headersMs: settings.timeout, idleMs: settings.timeout, totalMs: settings.timeout * 5, bodyBytes: ANSWER_BYTES_MAX },
    signal,
    clock,
    isAboutPeople: true,
    explain: (_status, body) => explain(systemOf(connection), body),
  })
}

function basic({ user, password }: VdsSettings): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64')}` }
}

/** The code in the body is the truth: a wrong password is a 400 here. */
function explain(system: string, body: string): string | undefined {
  try {
    const document = parseJson(body)
    const code = isJsonObject(document) ? document['ldapCode'] : undefined
    return typeof code === 'number' ? codeError(system, code).publicMessage : undefined
  } catch {
    return undefined
  }
}
