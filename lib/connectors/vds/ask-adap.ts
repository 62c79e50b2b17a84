import { jsonBody, parseAnswer, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { askForJson, basicAuth, type JsonQuestion, keyAuth } from '#lib/connectors/kit/ask.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { isJsonObject, parseJson } from '#lib/domain/values/json.ts'
import { type AdapEnd, readAdap } from './read-adap.ts'
import { codeError, type DirectoryEntry, truncated, type VdsRequest } from './search.ts'
import type { VdsSettings } from './settings.ts'

type Connected = Connection<VdsSettings>
type Call = Pick<JsonQuestion, 'url' | 'headers' | 'json'>
type Ask = (limits: Record<string, string>) => AsyncGenerator<DirectoryEntry, AdapEnd>

const ANSWER_BYTES_MAX = 2_000_000_000

export function systemOf(connection: Connected): string {
  return `Directory (${connection.key})`
}

/** Searches over REST: in one answer when a size limit is given, otherwise page by page until the last. */
export async function* searchRest(connection: Connected, request: VdsRequest): AsyncGenerator<DirectoryEntry> {
  const system = systemOf(connection)
  const ask: Ask = (limits) => entriesOf(connection, restCall(connection, request, limits), request)
  if (request.sizeLimit !== undefined) return yield* searchOnce(system, ask, { sizeLimit: String(request.sizeLimit) })
  const pageSize = String(connection.settings.pageSize)
  // A page cursor that goes round shows only in how pages begin: the cookie stays the same.
  const begun = new Set<string>()
  let entries = 0
  for (let cookie: string | undefined = ''; cookie !== undefined; ) {
    const page: AdapEnd = yield* ask({ pageSize, ...(cookie === '' ? {} : { cookie }) })
    entries += page.entries
    cookie = page.cookie
    if (cookie === undefined) await checkWhole(system, ask, page, entries)
    else if (begun.has(page.firstDn)) throw refusedAnswer(system, 'its pages go round in a circle')
    begun.add(page.firstDn)
  }
}

/** Searches through the gateway: the same parameters as one text, and one answer or several. */
export async function* searchGateway(connection: Connected, request: VdsRequest): AsyncGenerator<DirectoryEntry> {
  const ask: Ask = (limits) => entriesOf(connection, gatewayCall(connection, request, limits), request)
  // Without a limit of ours the directory stops silently at its own.
  yield* searchOnce(systemOf(connection), ask, { sizeLimit: String(request.sizeLimit ?? 0) })
}

async function* searchOnce(system: string, ask: Ask, limits: Record<string, string>): AsyncGenerator<DirectoryEntry> {
  const end = yield* ask(limits)
  await checkWhole(system, ask, end, end.entries)
}

/** Refuses an incomplete answer. A total of -1 means cut off or just not counted, and a forgotten search ends like a finished one: in
 * doubt the directory is asked how many there are. */
async function checkWhole(system: string, ask: Ask, last: AdapEnd, entries: number): Promise<void> {
  const isLastPage = last.total === -3 && (last.entries > 0 || entries === 0)
  if (isLastPage || last.total === last.entries) return
  const counting = ask({ sizeLimit: '0', startIndex: '1', count: '1' })
  for (;;) {
    const { done, value } = await counting.next()
    if (!done) continue
    if (value.total >= 0 && value.total <= entries) return
    const more = value.total >= 0 ? `are ${value.total} entries` : 'may be more, which the directory does not count,'
    throw truncated(system, `there ${more} and it gave ${entries}`)
  }
}

function restCall({ settings }: Connected, request: VdsRequest, limits: Record<string, string>): Call {
  const url = new URL(`${settings.url.replace(/\/+$/, '')}/${encodeURIComponent(request.base ?? settings.base ?? '')}`)
  const attributes = request.attributes === undefined ? {} : { attributes: request.attributes.join(',') }
  const parameters = { filter: request.filter, scope: request.scope, returnMode: 'array', ...attributes, ...limits }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  // A blank is %20 in a filter: the directory takes a plus for a plus.
  url.search = url.search.replaceAll('+', '%20')
  return { url: url.href, headers: basicAuth(settings.user, settings.password) }
}

function gatewayCall({ settings }: Connected, request: VdsRequest, limits: Record<string, string>): Call {
  const { url, auth, key = '' } = settings
  const attributes = request.attributes === undefined ? {} : { attributes: request.attributes.join(',') }
  const parameters = { filter: inText(request.filter), ...limits, ...attributes }
  const params = Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
  return {
    url,
    headers: keyAuth(key, auth),
    json: { params: params.join('&') },
  }
}

/** Escapes only what would end or change a parameter inside the text: gateways pass the rest on as it stands. */
function inText(filter: string): string {
  return filter.replace(/[%&#+\s]|[^\x20-\x7e]+/g, encodeURIComponent)
}

/** Asks only for a bind; answers when the password ends, which the directory tells when that is near. */
export async function bindRest(connection: Connected): Promise<Instant | null> {
  const system = systemOf(connection)
  const { url, user, password } = connection.settings
  const answer = await send(connection, { url: `${url.replace(/\/+$/, '')}?bind=simpleBind`, headers: basicAuth(user, password) })
  const document = parseAnswer(system, await answer.text())
  if (!isJsonObject(document) || document['httpStatus'] !== 200) throw refusedAnswer(system, 'it does not confirm the bind')
  const seconds = document['secUntilPwdExp']
  return typeof seconds === 'number' ? connection.clock.now() + seconds * SECOND_MS : null
}

async function* entriesOf(connection: Connected, call: Call, request: VdsRequest): AsyncGenerator<DirectoryEntry, AdapEnd> {
  const system = systemOf(connection)
  return yield* readAdap(system, await jsonBody(system, await send(connection, call)), request.attributes)
}

function send(connection: Connected, call: Call) {
  const system = systemOf(connection)
  return askForJson(connection, {
    ...call,
    system,
    timeoutMs: connection.settings.timeout,
    timeouts: 5,
    bytesMax: ANSWER_BYTES_MAX,
    explain: (_status, body) => explain(system, body),
  })
}

/** The code in the body decides: a wrong password is HTTP 400 here. */
function explain(system: string, body: string): TidemarkError | undefined {
  try {
    const document = parseJson(body)
    const code = isJsonObject(document) ? document['ldapCode'] : undefined
    return typeof code === 'number' ? codeError(system, code) : undefined
  } catch {
    return undefined
  }
}
