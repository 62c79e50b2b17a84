import { Readable } from 'node:stream'
import { Agent, type Dispatcher, request as undiciRequest } from 'undici'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import { type Redact, redactorFor, secretsInAddress } from '#lib/platform/secrets/redaction.ts'
import { encodingsIn, unknownEncoding, withoutEncodings } from './encoding.ts'
import { type Elsewhere, parseRetryAfter, type SystemName, toNetworkError, toStatusError } from './errors.ts'
import { guardedConnect } from './guarded-connect.ts'

interface HttpLimits {
  connectMs: number
  headersMs: number
  idleMs: number
  totalMs: number
  bodyBytes: number
}

const DEFAULT_LIMITS: HttpLimits = { connectMs: 10_000, headersMs: 30_000, idleMs: 30_000, totalMs: 300_000, bodyBytes: 100_000_000 }
const REDIRECTS_MAX = 3
const ERROR_BODY_BYTES = 65_536

export interface HttpRequest {
  system: SystemName
  url: string
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  /** A stream needs a `content-length` header. */
  body?: string | AsyncIterable<Uint8Array>
  limits?: Partial<HttpLimits>
  signal: AbortSignal
  clock: Clock
  /** Better words for an error answer, from its body (our credentials removed), or the whole error where the body knows more than the
   * status. */
  explain?: (status: number, body: string) => string | TidemarkError | undefined
  /** Its error answers may name people: their text is kept nowhere, not even in our own log. */
  isAboutPeople?: boolean
  /** Asks where the machine itself is told its credentials: nothing else leads there. */
  isOfMachine?: true
}

export interface HttpAnswer {
  status: number
  contentType: string
  /** By the name in small letters; repeated lines are joined. */
  header(name: string): string | undefined
  /** False when only the end of the connection ends the body, so that a cut may go unnoticed. */
  hasEnd: boolean
  /** The decompressed body, readable once. Throws when it ends early, stalls or grows past its limit. */
  body: AsyncIterable<Uint8Array>
  text(): Promise<string>
}

/** Sends one request; anything but 2xx is a TidemarkError, `retryable` for network trouble, 408, 425, 429 and 5xx. TLS is always
 * verified, a redirect followed on the same origin only, and no connection opened to the machine's own surroundings. */
export async function httpRequest(request: HttpRequest): Promise<HttpAnswer> {
  const limits = { ...DEFAULT_LIMITS, ...request.limits }
  const total = new AbortController()
  // Cleared with the call: a night of short requests would leave a hundred thousand timers.
  const timer = setTimeout(() => total.abort(), limits.totalMs).unref()
  const call: Call = { request, limits, total: total.signal, timer, signal: AbortSignal.any([request.signal, total.signal]) }
  try {
    const { response, elsewhere } = await follow(call)
    if (response.statusCode >= 200 && response.statusCode < 300) return toAnswer(call, response)
    const redact = requestRedactor(request)
    const body = redact(await collect(call, response, ERROR_BODY_BYTES, true))
    const explanation = request.explain?.(response.statusCode, body)
    if (explanation instanceof TidemarkError) throw explanation
    throw toStatusError(request.system, response.statusCode, {
      explanation,
      body: request.isAboutPeople === true ? '(not kept: it may name people)' : foreignWords(body, { redact }),
      retryAfterMs: parseRetryAfter(header(response, 'retry-after'), request.clock.now()),
      ...(elsewhere && { elsewhere }),
    })
  } catch (error) {
    clearTimeout(call.timer)
    throw interpret(call, error, false)
  }
}

const agents = new Map<string, Agent>()

/** Keep-alive: forty thousand requests to one system are not forty thousand handshakes. */
function agentFor(connectMs: number, isOfMachine = false): Agent {
  const key = `${connectMs} ${isOfMachine}`
  const known = agents.get(key)
  if (known !== undefined) return known
  const agent = new Agent({ connect: isOfMachine ? { timeout: connectMs, rejectUnauthorized: true } : guardedConnect(connectMs) })
  agents.set(key, agent)
  return agent
}

interface Call {
  request: HttpRequest
  limits: HttpLimits
  total: AbortSignal
  timer: NodeJS.Timeout
  signal: AbortSignal
}

async function follow(call: Call): Promise<{ response: Dispatcher.ResponseData; elsewhere?: Elsewhere }> {
  const seen = new Set<string>()
  for (let url = new URL(call.request.url); ; ) {
    const response = await send(call, url)
    if (response.statusCode < 300 || response.statusCode >= 400) return { response }
    seen.add(url.href)
    const location = header(response, 'location')
    const next = location !== undefined && URL.canParse(location, url) ? new URL(location, url) : undefined
    const elsewhere = next === undefined ? 'nowhere' : whyNot(call.request, url, next, seen)
    if (next === undefined || elsewhere !== undefined) return { response, ...(elsewhere && { elsewhere }) }
    await response.body.dump()
    url = next
  }
}

function whyNot({ method }: HttpRequest, from: URL, to: URL, seen: ReadonlySet<string>): Elsewhere | undefined {
  if (to.hostname !== from.hostname) return 'other-host'
  if (to.protocol !== from.protocol) return to.protocol === 'https:' ? 'https' : 'http'
  if (to.origin !== from.origin) return 'other-port'
  if (seen.has(to.href) || seen.size > REDIRECTS_MAX) return 'circle'
  return method === undefined || method === 'GET' || method === 'HEAD' ? undefined : 'not-read'
}

function send(call: Call, url: URL): Promise<Dispatcher.ResponseData> {
  const { request, limits } = call
  return undiciRequest(url, {
    dispatcher: agentFor(limits.connectMs, request.isOfMachine),
    method: request.method ?? 'GET',
    headers: { 'user-agent': 'Tidemark', 'accept-encoding': 'gzip', ...request.headers },
    body: typeof request.body === 'object' ? Readable.from(request.body, { objectMode: false }) : (request.body ?? null),
    signal: call.signal,
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.idleMs,
  })
}

function toAnswer(call: Call, response: Dispatcher.ResponseData): HttpAnswer {
  const contentType = header(response, 'content-type') ?? ''
  return {
    status: response.statusCode,
    contentType,
    header: (name) => (SINGLE.has(name) ? header(response, name) : list(response, name)),
    hasEnd: hasEnd(response),
    body: read(call, response, call.limits.bodyBytes),
    text: () => collect(call, response, call.limits.bodyBytes, false),
  }
}

/** By a length, by chunks, or by a compression that marks its own end. */
function hasEnd(response: Dispatcher.ResponseData): boolean {
  if (header(response, 'content-length') !== undefined) return true
  return /\bchunked\b/i.test(list(response, 'transfer-encoding') ?? '') || encodingsIn(list(response, 'content-encoding')).length > 0
}

async function* read(call: Call, response: Dispatcher.ResponseData, bytesMax: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  // An 'error' before anybody listens would end the process.
  response.body.on('error', () => {})
  try {
    for await (const chunk of plain(call, response)) {
      bytes += chunk.length
      if (bytes > bytesMax) throw tooLarge(call, bytesMax)
      yield chunk
    }
  } catch (error) {
    throw interpret(call, error, true)
  } finally {
    response.body.destroy()
    clearTimeout(call.timer)
  }
}

function plain(call: Call, response: Dispatcher.ResponseData): AsyncIterable<Uint8Array> {
  // HEAD announces the encoding of a body it does not have.
  const encodings = call.request.method === 'HEAD' ? [] : encodingsIn(list(response, 'content-encoding'))
  const unknown = unknownEncoding(encodings)
  if (unknown === undefined) return withoutEncodings(response.body, encodings)
  throw new TidemarkError('refused', {
    publicMessage: `${call.request.system} sent an answer that is compressed in a way we cannot undo, and did not ask for.`,
  })
}

async function collect(call: Call, response: Dispatcher.ResponseData, bytesMax: number, cut: boolean): Promise<string> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of read(call, response, bytesMax)) chunks.push(chunk)
  } catch (error) {
    // Of an error answer the beginning is enough, however it ended.
    if (!cut) throw error
  }
  return Buffer.concat(chunks).toString('utf8')
}

function tooLarge(call: Call, bytesMax: number): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `${call.request.system} sent more than the limit of ${bytesMax} bytes.` })
}

function interpret(call: Call, error: unknown, answering: boolean): TidemarkError {
  const { system, signal } = call.request
  if (error instanceof TidemarkError) return error
  if (signal.aborted) return new TidemarkError('cancelled', { publicMessage: `The request to ${system} was cancelled.`, cause: error })
  if (call.total.aborted) {
    const seconds = Math.round(call.limits.totalMs / 1000)
    return new TidemarkError('timeout', { publicMessage: `${system} was not done after ${seconds} s.`, cause: error, retryable: true })
  }
  return toNetworkError(system, error, answering)
}

function header(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** Headers that may not repeat: the first counts. */
const SINGLE = new Set(['content-type', 'content-length', 'location', 'retry-after', 'etag', 'last-modified', 'date'])

function list(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** Headers that never hold a credential; any other may. */
const PLAIN_HEADER =
  /^(accept|accept-.*|content-.*|digest|user-agent|idempotency-key|if-.*|range|date|host|connection|cache-control|x-request-id)$/i

/** Removes a request's credentials from a text: servers repeat them in their errors. */
function requestRedactor({ url, headers = {} }: HttpRequest): Redact {
  const values = Object.entries(headers).flatMap(([name, value]) => (PLAIN_HEADER.test(name) ? [] : valuesOf(value)))
  return redactorFor({ secrets: [...values, ...secretsInAddress(url)], users: [] })
}

/** A header's value, what follows its scheme, and the password in `Basic`. */
function valuesOf(value: string): string[] {
  const [, scheme = '', credentials = ''] = /^([A-Za-z]+) (\S+)$/.exec(value.trim()) ?? []
  if (credentials === '') return [value]
  const pair = scheme.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString('utf8') : ''
  return [value, credentials, ...(pair.includes(':') ? [pair, pair.slice(pair.indexOf(':') + 1)] : [])]
}
