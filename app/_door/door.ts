import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { DATA_HEAD } from '#app/_lib/content-policy.ts'
import { cameFrom, proxyFinder } from './came-from.ts'
import { type Asked, inspectRequest, type Refusal } from './inspect-request.ts'
import { isKnownName } from './known-name.ts'

/** The header in which the door says where a request comes from; nobody else can set it. */
export const FROM_HEADER = 'x-tidemark-from'

interface DoorOptions {
  isDevelopment: boolean
  /** The addresses that settings of this process give the page. */
  addresses: readonly string[]
  /** Addresses and networks of proxies beside those of this machine. */
  proxies: readonly string[]
  /** The address that the catalogue gives it; asked only for names that are not known otherwise. */
  catalogueAddress: () => Promise<string | null>
  /** Answers what was let in. */
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  limits?: Partial<typeof LIMITS>
}

interface Door extends DoorOptions {
  isProxy: (address: string) => boolean
}

/** A request has to be here whole, and a reader has to take something of an answer, within so long. */
const LIMITS = { requestMs: 30_000, headersMs: 15_000, standstillMs: 60_000, checkMs: 2000 }
/** So many requests may wait for their turn on one connection. */
const WAITING_MAX = 100
/** How long what nobody reads any more may still come in, so that its sender gets to see the answer. */
const LINGER_MS = 1000

/**
 * The server in front of everything: who asks for what cannot be understood, or under a name that is not this page's, gets an answer
 * here and reaches nothing. What a proxy claims about the asker (`X-Forwarded-*`) is left out, but for the address, where the proxy is one that is known.
 */
export function createDoor(options: DoorOptions): Server {
  const { isDevelopment, addresses } = options
  const door = { ...options, isProxy: proxyFinder(options.proxies) }
  const limits = { ...LIMITS, ...options.limits }
  const server = createServer(
    {
      requireHostHeader: false,
      requestTimeout: limits.requestMs,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
      shouldUpgradeCallback: (request) => isDevelopment && isKnownName(request.headers.host ?? '', request.socket, addresses),
    },
    (request, response) => void inTurn(request, response, () => receive(request, response, door)),
  )
  server.timeout = limits.standstillMs
  server.on('connect', (_request, socket) => {
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nallow: GET, HEAD\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
  })
  return server
}

interface Turns {
  waiting: number
  last: Promise<void>
}

const turns = new WeakMap<Socket, Turns>()

/** One request of a connection after the other: what was sent ahead costs nothing before its turn, and nothing once nobody listens. */
async function inTurn(request: IncomingMessage, response: ServerResponse, work: () => Promise<void>): Promise<void> {
  const { socket } = request
  const { waiting, last } = turns.get(socket) ?? { waiting: 0, last: Promise.resolve() }
  const { promise: done, resolve } = Promise.withResolvers<void>()
  turns.set(socket, { waiting: waiting + 1, last: done })
  if (waiting >= WAITING_MAX) socket.destroy()
  if (waiting > 0) await last
  response.once('close', resolve)
  if (!socket.writable) resolve()
  else await work()
  await done
  const now = turns.get(socket)
  if (now !== undefined) now.waiting -= 1
}

async function receive(request: IncomingMessage, response: ServerResponse, options: Door): Promise<void> {
  response.once('finish', () => stopReading(request))
  try {
    const refusal = await admit(request, options)
    if (refusal === null) await options.answer(request, response)
    else refuse(request, response, refusal)
  } catch {
    if (response.headersSent) request.socket.destroy()
    else refuse(request, response, { status: 500, words: 'Something unexpected went wrong.' })
  }
}

/** Makes the request what it stands for: path, host, and nothing that only a proxy may say. */
async function admit(request: IncomingMessage, options: Door): Promise<Refusal | null> {
  const found = inspectRequest(toAsked(request), options)
  if ('status' in found) return found
  if (!(await isAnsweredTo(found.host, request.socket, options))) return misdirected(found.host)
  request.url = found.path
  request.headers.host = found.host
  request.headers[FROM_HEADER] = cameFrom(request.socket.remoteAddress, request.headers['x-forwarded-for'], options.isProxy)
  for (const name of Object.keys(request.headers)) if (/^(?:x-forwarded-|forwarded$)/.test(name)) delete request.headers[name]
  return null
}

function toAsked({ method, url, rawHeaders, headers, socket }: IncomingMessage): Asked {
  return {
    method: method ?? '',
    target: url ?? '',
    hosts: rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host'),
    contentLength: headers['content-length'],
    isChunked: headers['transfer-encoding'] !== undefined,
    remoteAddress: socket.remoteAddress,
    localAddress: socket.localAddress,
  }
}

async function isAnsweredTo(host: string, socket: Socket, options: DoorOptions): Promise<boolean> {
  if (isKnownName(host, socket, options.addresses)) return true
  const address = await options.catalogueAddress()
  return address !== null && isKnownName(host, socket, [address])
}

function misdirected(host: string): Refusal {
  const name = host.slice(0, 100)
  const words = `This page does not answer to the name ${name}. If people use it, set TIDEMARK_URL, or page.url in the catalogue, to their address.`
  return { status: 421, words }
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, words, allow }: Refusal): void {
  const isApi = /^\/api\//.test(request.url ?? '')
  const body = isApi ? JSON.stringify({ problem: words }) : `${words}\n`
  response.writeHead(status, {
    'content-type': `${isApi ? 'application/json' : 'text/plain'}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    ...DATA_HEAD,
    'x-content-type-options': 'nosniff',
    ...(allow !== undefined && { allow }),
    ...(hasBody(request) && { connection: 'close' }),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** Nobody is to take for a second request what another would take for the content of this one. */
function hasBody({ complete, headers }: IncomingMessage): boolean {
  return !complete || headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined
}

/** What is still coming after the answer is thrown away for a moment; then the connection ends. */
function stopReading(request: IncomingMessage): void {
  if (request.complete) return
  const { socket } = request
  request.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  timer.unref()
  request.once('end', () => clearTimeout(timer))
  socket.once('close', () => clearTimeout(timer))
}
