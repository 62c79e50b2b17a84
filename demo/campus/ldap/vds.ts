import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { z } from 'zod'
import { type Answer, jsonAnswer } from '#demo/campus/answer.ts'
import type { Fault, FaultKind } from '#demo/campus/faults.ts'
import type { CampusSystem, CampusWorld } from '#demo/campus/system.ts'
import { find, PEOPLE_BASE } from './entries.ts'
import { type Entry, parseFilter, valuesOf } from './filter.ts'

export const VDS_REST_PATH = '/adap'
export const VDS_GATEWAY_PATH = '/vds-gateway'

const DEFAULT_SIZE_LIMIT = 1000
const PARAMETERS = new Set(['filter', 'scope', 'attributes', 'sizeLimit', 'pageSize', 'cookie', 'returnMode', 'startIndex', 'count'])
const gatewayBody = z.strictObject({ params: z.string() })

/** The virtual directory: its own REST search, and a gateway that takes the same parameters as one text. */
export function vds(world: CampusWorld): CampusSystem {
  const { bindDn, bindPassword, key } = world.credentials
  const sessions: Sessions = new Map()
  const basic = `Basic ${Buffer.from(`${bindDn}:${bindPassword}`).toString('base64')}`
  return {
    isFor: (path) => path === VDS_GATEWAY_PATH || path === VDS_REST_PATH || path.startsWith(`${VDS_REST_PATH}/`),
    answer(request, url, fault) {
      if (url.pathname === VDS_GATEWAY_PATH) return answerGateway(world, request, key, fault)
      if (fault?.kind === 'unauthorized' || request.headers.authorization !== basic) {
        return adapError(400, 49, 'Connection failed: [LDAP: error code 49 - Invalid Credentials]')
      }
      if (url.search === '?bind=simpleBind') return jsonAnswer(200, { httpStatus: 200 })
      return answerSearch(world, sessions, url, fault?.kind)
    },
  }
}

function adapError(status: number, ldapCode: number, description: string): Answer {
  return jsonAnswer(status, { httpStatus: status, ldapCode, description })
}

function answerSearch(world: CampusWorld, sessions: Sessions, url: URL, kind: FaultKind | undefined): Answer {
  if (kind === 'error-in-200')
    return jsonAnswer(200, { httpStatus: 400, ldapCode: 4, description: '[LDAP: error code 4 - Size Limit Exceeded]' })
  const base = decodeURIComponent(url.pathname.slice(VDS_REST_PATH.length + 1))
  if (base.toLowerCase() !== PEOPLE_BASE) return adapError(404, 32, '[LDAP: error code 32 - No Such Object]')
  const strange = [...url.searchParams.keys()].find((name) => !PARAMETERS.has(name))
  if (strange !== undefined) return adapError(400, 2, `Unknown parameter ${strange}`)
  const found = search(world, sessions, url.searchParams, kind)
  return found === undefined ? adapError(400, 87, 'The filter is not a filter.') : jsonAnswer(200, found)
}

interface Found {
  resources: { dn: string; attributes: Record<string, string | string[]> }[]
  totalResults: number
  count: number
  cookie?: string | null
}

/** How far each paged search has got, by its cookie, which stays the same over all pages. */
type Sessions = Map<string, number>

function search(world: CampusWorld, sessions: Sessions, parameters: URLSearchParams, kind: FaultKind | undefined): Found | undefined {
  const filter = parseFilter(parameters.get('filter') ?? '(objectClass=*)')
  if (filter === undefined) return undefined
  const found = kind === 'empty-answer' ? [] : find(world.people, filter)
  const shown = (some: Entry[]) => some.map((entry) => show(entry, parameters))
  const pageSize = Number(parameters.get('pageSize') ?? 0)
  if (pageSize > 0 && kind !== 'no-paging') return page(found, { sessions, pageSize, cookie: parameters.get('cookie'), kind }, shown)
  const limit = pageSize > 0 ? pageSize : Number(parameters.get('sizeLimit') ?? DEFAULT_SIZE_LIMIT)
  const most = kind === 'size-limit' ? Math.ceil(found.length / 2) : limit
  const taken = most === 0 ? found : found.slice(0, most)
  const start = Number(parameters.get('startIndex') ?? 1) - 1
  const resources = shown(taken.slice(start, start + Number(parameters.get('count') ?? taken.length)))
  // Only an unlimited search tells the total.
  return {
    resources,
    totalResults: most === 0 ? found.length : -1,
    count: resources.length,
    ...(pageSize > 0 ? { cookie: null } : {}),
  }
}

interface Paging {
  sessions: Sessions
  pageSize: number
  cookie: string | null
  kind: FaultKind | undefined
}

function page(found: Entry[], { sessions, pageSize, cookie, kind }: Paging, shown: (some: Entry[]) => Found['resources']): Found {
  const known = cookie === null ? 0 : sessions.get(cookie)
  // A forgotten search looks like a finished one.
  if (known === undefined || (cookie !== null && kind === 'ends-early'))
    return { resources: [], totalResults: -3, count: 0, cookie: 'null' }
  const session = cookie ?? `node1=${Buffer.from(randomUUID()).toString('base64')}`
  const to = Math.min(found.length, known + pageSize)
  const isLast = to === found.length
  if (isLast) sessions.delete(session)
  else sessions.set(session, to)
  // RadiantOne ends the pages with the text "null".
  return {
    resources: shown(found.slice(known, to)),
    totalResults: isLast ? -3 : -2,
    count: to - known,
    cookie: isLast ? 'null' : session,
  }
}

function show(entry: Entry, parameters: URLSearchParams): Found['resources'][number] {
  const names = parameters.get('attributes')?.split(',') ?? Object.keys(entry.attributes)
  const isArray = parameters.get('returnMode') === 'array'
  const attributes = names.flatMap((name) => {
    const values = valuesOf(entry, name)
    return values.length === 0 ? [] : [[name, isArray || values.length > 1 ? values : (values[0] ?? '')] as const]
  })
  return { dn: entry.dn, attributes: Object.fromEntries(attributes) }
}

async function answerGateway(world: CampusWorld, request: IncomingMessage, key: string, fault: Fault | undefined): Promise<Answer> {
  const given = request.headers['x-api-key'] ?? request.headers.authorization?.replace(/^Bearer /, '')
  if (fault?.kind === 'unauthorized' || given !== key) return jsonAnswer(403, { message: 'Forbidden' })
  const body = gatewayBody.safeParse(await readJson(request).catch(() => undefined))
  if (request.method !== 'POST' || !body.success) return jsonAnswer(400, { message: 'The body has no params.' })
  if (fault?.kind === 'error-in-200')
    return jsonAnswer(200, [
      { statusLine: { statusCode: 400, reasonPhrase: 'Bad Request' }, entity: { httpStatus: 400, ldapCode: 4, description: 'Size limit' } },
    ])
  const found = search(world, new Map(), new URLSearchParams(body.data.params), fault?.kind)
  if (found === undefined)
    return jsonAnswer(200, [
      { statusLine: { statusCode: 400 }, entity: { httpStatus: 400, ldapCode: 87, description: 'The filter is not a filter.' } },
    ])
  // The gateway passes on the entries and no total.
  const wrapped = { statusLine: { statusCode: 200, reasonPhrase: 'OK' }, entity: { resources: found.resources } }
  return jsonAnswer(200, fault?.kind === 'one-json-document' ? wrapped : [wrapped])
}
