import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { cut } from '#demo/campus/answer.ts'
import { listen } from '#demo/campus/listen.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { searchAnswer } from './search/answers.ts'
import { failure, ok, type Reply } from './search/reply.ts'
import { SearchWorld } from './search/world.ts'

const KEY = { id: 'pretend-id', key: 'pretend-key' }
const USER = { user: 'tidemark', password: 'pretend-search' }

/** What it can do wrong, to the next requests whose path fits. `restart`: nobody is there for so many requests. */
export interface SearchFault {
  kind:
    | 'server-error'
    | 'unavailable'
    | 'too-many-requests'
    | 'no-memory'
    | 'no-leader'
    | 'html-page'
    | 'not-json'
    | 'cut-body'
    | 'answer-lost'
    | 'forbidden'
    | 'shard-failed'
    | 'timed-out'
    | 'no-shard-asked'
    | 'half-told'
    | 'slow'
    | 'restart'
  path?: RegExp
  /** Absent: until it is cleared. */
  times?: number
}

export interface PretendSearch {
  url: string
  apiKey: string
  user: string
  password: string
  world: SearchWorld
  faults: SearchFault[]
  /** `POST /prices/_search`, in the order they came. */
  requests: string[]
  behaviour: {
    /** Which items of a bulk request the node has no room for, now. */
    isRefused: (id: string) => boolean
    /** Which never fit. */
    isUnfit: (id: string) => boolean
    /** Without one, what it has no room for is blocked. */
    hasLeader: boolean
    /** Its disk: above the flood stage it takes no writes, nor a new index. */
    isDiskFull: boolean
    /** Asked before each request, `POST /prices/_search`: one that is not heard does nothing, and nobody answers. */
    isHeard: (request: string) => boolean
    /** Larger requests are refused with 413. */
    bytesMax: number
    keyEndsAt: Instant | null
    distribution: 'elasticsearch' | 'opensearch' | 'something else'
    /** As OpenSearch. */
    version: string
  }
  close(): Promise<void>
}

/** Starts a node on the loopback address that speaks the API of Elasticsearch 8, or of OpenSearch. */
export async function startSearch({ clock, port }: { clock: Clock; port?: number }): Promise<PretendSearch> {
  const search = new Search(clock)
  const server = createServer((request, response) => {
    search.answer(request, response).catch(() => response.destroy())
  })
  const listening = await listen(server, port)
  const { world, faults, requests, behaviour } = search
  return {
    url: `http://127.0.0.1:${listening.port}`,
    apiKey: `${KEY.id}:${KEY.key}`,
    ...USER,
    world,
    faults,
    requests,
    behaviour,
    close: () => listening.close(),
  }
}

const encoded = (text: string) => Buffer.from(text).toString('base64')
const LET_IN: readonly (string | undefined)[] = [
  `ApiKey ${encoded(`${KEY.id}:${KEY.key}`)}`,
  `Basic ${encoded(`${USER.user}:${USER.password}`)}`,
]

class Search {
  readonly world: SearchWorld
  readonly faults: SearchFault[] = []
  readonly requests: string[] = []
  readonly behaviour: PretendSearch['behaviour'] = {
    isRefused: () => false,
    isUnfit: () => false,
    isHeard: () => true,
    hasLeader: true,
    isDiskFull: false,
    bytesMax: 100_000_000,
    keyEndsAt: null,
    distribution: 'elasticsearch',
    version: '2.19.6',
  }

  constructor(clock: Clock) {
    this.world = new SearchWorld(() => clock.now())
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const url = new URL(request.url ?? '/', 'http://search')
    const pathname = decodeURIComponent(url.pathname)
    const asked = `${request.method} ${pathname}`
    this.requests.push(asked)
    if (!this.behaviour.isHeard(asked)) return void response.destroy()
    const fault = this.#take(pathname)
    if (fault === 'restart') {
      this.world.restart()
      return void response.destroy()
    }
    if (fault === 'slow') return
    const reply = spoiled(fault, request.headers.authorization) ?? this.#answerTo(request, url, body)
    if (fault === 'answer-lost') return void response.destroy()
    send(response, spoiledBody(fault, reply), fault === 'cut-body')
  }

  #take(pathname: string): SearchFault['kind'] | undefined {
    const at = this.faults.findIndex(({ path }) => path?.test(pathname) ?? true)
    const fault = this.faults[at]
    if (fault?.times !== undefined && --fault.times <= 0) this.faults.splice(at, 1)
    return fault?.kind
  }

  #answerTo({ method = 'GET', headers }: IncomingMessage, { pathname, searchParams: parameters }: URL, body: string): Reply {
    if (!LET_IN.includes(headers.authorization)) return failure(401, 'security_exception', 'unable to authenticate user [nobody]')
    if (Buffer.byteLength(body) > this.behaviour.bytesMax) return { status: 413, body: '', contentType: 'text/plain' }
    const path = pathname.split('/').slice(1).map(decodeURIComponent)
    if (pathname === '/') return ok(this.#about())
    if (pathname === '/_security/_authenticate') return this.#whoIs(headers.authorization ?? '')
    if (pathname === '/_security/api_key') return ok({ api_keys: [{ id: KEY.id, name: 'tidemark', expiration: this.behaviour.keyEndsAt }] })
    return searchAnswer(this.world, { method, path, parameters, body, ...this.behaviour })
  }

  #about() {
    const { distribution, version: number } = this.behaviour
    const about = { name: 'node-1', cluster_name: 'pretend', version: { number: '8.15.0' } }
    if (distribution === 'something else') return about
    if (distribution === 'elasticsearch') return { ...about, tagline: 'You Know, for Search' }
    return { ...about, version: { number, distribution }, tagline: 'The OpenSearch Project: https://opensearch.org/' }
  }

  #whoIs(authorization: string): Reply {
    if (this.behaviour.distribution !== 'elasticsearch') return failure(400, 'illegal_argument_exception', 'no handler found for uri')
    const key = authorization.startsWith('ApiKey') ? { api_key: { id: KEY.id, name: 'tidemark' } } : {}
    return ok({ username: USER.user, roles: [], ...key })
  }
}

/** An answer that has nothing to do with the question. */
function spoiled(fault: SearchFault['kind'] | undefined, authorization: string | undefined): Reply | undefined {
  switch (fault) {
    case 'server-error':
      return failure(500, 'exception', `something broke for ${authorization}`)
    case 'unavailable':
      return { status: 503, body: 'No server is available to handle this request.', contentType: 'text/plain' }
    case 'too-many-requests':
      return failure(429, 'es_rejected_execution_exception', 'rejected execution of TimedRunnable')
    case 'no-memory':
      return failure(429, 'circuit_breaking_exception', '[parent] Data too large, data for [<http_request>]')
    case 'no-leader':
      return failure(503, 'cluster_block_exception', 'blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];')
    case 'forbidden':
      return failure(403, 'security_exception', 'action [indices:data/read/search] is unauthorized for user [tidemark]')
    case 'html-page':
      return { status: 200, body: '<!DOCTYPE html><h1>Sign in</h1>', contentType: 'text/html' }
    case 'not-json':
      return { status: 200, body: '{"took":3,"timed_out":', contentType: 'application/json' }
    default:
      return undefined
  }
}

/** A good answer that says, if one looks, that it is not about everything. */
function spoiledBody(fault: SearchFault['kind'] | undefined, reply: Reply): Reply {
  if (fault === 'half-told') {
    const { items } = reply.body as { items: unknown[] }
    return { ...reply, body: { ...(reply.body as object), items: items.slice(items.length / 2) } }
  }
  if (fault !== 'shard-failed' && fault !== 'timed-out' && fault !== 'no-shard-asked') return reply
  const more = {
    'shard-failed': { _shards: { total: 5, successful: 4, skipped: 0, failed: 1 } },
    'timed-out': { timed_out: true },
    'no-shard-asked': {
      _shards: { total: 0, successful: 0, skipped: 0, failed: 0 },
      hits: { total: { value: 0, relation: 'eq' }, hits: [] },
    },
  }[fault]
  return { ...reply, body: { ...(reply.body as object), ...more } }
}

function send(response: ServerResponse, { status, body, contentType = 'application/json' }: Reply, isCut: boolean): void {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  response.statusCode = status
  response.setHeader('content-type', contentType)
  response.setHeader('x-elastic-product', 'Elasticsearch')
  if (isCut) cut(response, bytes)
  else response.end(bytes)
}
