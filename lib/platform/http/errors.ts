import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { type ErrorCode, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { parseHttpDate } from './date.ts'

/** Who is being asked, in public words: `PeopleSoft (peoplesoft)`. Never an address, which may hold a secret. */
export type SystemName = string

const CUT_OFF = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'Z_BUF_ERROR',
])
const DAMAGED = /^Z_(?!BUF_)|^ERR__ERROR_FORMAT|^ERR_BROTLI/
const NO_SUCH_HOST = new Set(['ENOTFOUND', 'EAI_AGAIN'])
/** Of a host that leads to the machine's own surroundings. */
export const OWN_SURROUNDINGS = 'OWN_SURROUNDINGS'
/** Slow to answer this question: not a failure of the whole system. */
const OF_ONE_QUESTION = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/** What went wrong on the wire, in our words. Network trouble is worth a retry; a bad certificate is not. */
export function toNetworkError(system: SystemName, error: unknown, answering: boolean): TidemarkError {
  if (error instanceof TidemarkError) return error
  const code = codeOf(error)
  const systemWide = !answering && !OF_ONE_QUESTION.has(code)
  const because = (kind: ErrorCode, publicMessage: string, retryable = true) =>
    new TidemarkError(kind, { publicMessage, message: `${publicMessage} [${code}]`, cause: error, retryable, systemWide })
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return because('timeout', `${system} did not accept a connection in time.`)
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return because('timeout', `${system} accepted the request but did not begin to answer in time.`)
  if (code === 'UND_ERR_BODY_TIMEOUT') return because('timeout', `${system} stopped sending in the middle of its answer.`)
  if (NO_SUCH_HOST.has(code)) return because('unavailable', `The host of ${system} cannot be found. Check the address of the connection.`)
  if (code === 'ECONNREFUSED') return because('unavailable', `${system} refuses connections: it is not running, or the address is wrong.`)
  const misfit = misfitInWords(system, code)
  if (misfit !== undefined) return because('refused', misfit, false)
  if (answering || CUT_OFF.has(code))
    return because('unavailable', `${system} broke the connection ${answering ? 'in the middle of its answer' : 'before it answered'}.`)
  return because('unavailable', `${system} cannot be reached.`)
}

/** Nobody asks there, or another protocol answers; another try does not help. */
function misfitInWords(system: SystemName, code: string): string | undefined {
  if (code === OWN_SURROUNDINGS)
    return `The host of ${system} leads to where the machine itself is told its credentials, and nothing is asked there. Check the address of the connection.`
  if (/^HTTPParserError|^HPE_|^UND_ERR_HEADERS_OVERFLOW/.test(code))
    return `${system} answers with something that is not HTTP. Check the address of the connection.`
  if (/^ERR_SSL|^EPROTO/.test(code))
    return `There is no encryption that ${system} and we have in common at that address (${code}): perhaps it is http there, not https.`
  if (/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS/.test(code))
    return `The certificate of ${system} cannot be verified (${code}), so nothing was sent to it.`
  return DAMAGED.test(code) ? `${system} sent an answer that is not compressed as it says, or damaged.` : undefined
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const own: unknown = Reflect.get(error, 'code')
  if (typeof own === 'string') return own
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  return inner === undefined ? error.name : codeOf(inner)
}

export function isPassing(status: number): boolean {
  return [408, 425, 429].includes(status) || status >= 500
}

/** Statuses that any question would get: credentials, rate limit, nothing behind the gateway. */
const SYSTEM_WIDE = new Set([401, 429, 502, 503])

/** An answer that is not 2xx, as an error. Worth a retry only for 408, 425, 429 and 5xx. */
export function toStatusError(
  system: SystemName,
  status: number,
  options: { explanation?: string | undefined; body: string; retryAfterMs: number | undefined; elsewhere?: Elsewhere },
): TidemarkError {
  const publicMessage =
    options.explanation ?? (options.elsewhere ? elsewhereInWords(system, status, options.elsewhere) : statusInWords(system, status))
  return new TidemarkError(codeFor(status), {
    publicMessage,
    message: `${publicMessage} [HTTP ${status}] ${options.body}`.trim(),
    retryable: isPassing(status),
    systemWide: SYSTEM_WIDE.has(status),
    status,
    ...lastingOf(status),
    ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
  })
}

function lastingOf(status: number): { lasting?: LastingReason } {
  if (status === 404 || status === 410) return { lasting: 'gone' }
  return status === 401 || status === 403 ? { lasting: 'refused' } : {}
}

export type Elsewhere = 'other-host' | 'other-port' | 'https' | 'http' | 'circle' | 'nowhere' | 'not-read'

function elsewhereInWords(system: SystemName, status: number, elsewhere: Elsewhere): string {
  const sent = `${system} sent us elsewhere (HTTP ${status})`
  switch (elsewhere) {
    case 'https':
      return `${sent}: to the same host by https. Write https in the address of the connection.`
    case 'http':
      return `${sent}: to the same host without encryption, where nothing is ever sent. Check the address of the connection.`
    case 'other-port':
      return `${sent}: to another port of the same host, which is never followed. Check the address of the connection.`
    case 'circle':
      return `${sent} again and again; it leads round in a circle, often because it wants a sign-in of another kind.`
    case 'nowhere':
      return `${sent} without saying where.`
    case 'not-read':
      return `${sent}; only a question that changes nothing may be sent on. Check the address of the connection.`
    default:
      return `${sent}; redirects to another host are never followed, because credentials stay with their host.`
  }
}

function codeFor(status: number): ErrorCode {
  if (status === 404 || status === 410 || status === 416) return 'not-found'
  if (status === 408 || status === 504) return 'timeout'
  return isPassing(status) ? 'unavailable' : 'refused'
}

function statusInWords(system: SystemName, status: number): string {
  if (status === 401 || status === 403) {
    return `${system} refused the credentials (HTTP ${status}). Check the user, password or key of the connection and what it is allowed to do.`
  }
  if (status === 404 || status === 410)
    return `${system} does not know what was asked for (HTTP ${status}). Check the address of the connection, and its credentials: some systems say so to wrong credentials too.`
  if (status === 429) return `${system} asks us to come back later (HTTP 429).`
  if (status >= 500) return `${system} had an error of its own (HTTP ${status}).`
  return `${system} did not accept the request (HTTP ${status}).`
}

/** Retry-After as a wait in ms, a day at most: seconds, or an HTTP date seen from `now`; undefined when absent or unreadable. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.min(DAY_MS, Math.ceil(Number(text) * 1000))
  const at = parseHttpDate(text)
  return at === null ? undefined : Math.min(DAY_MS, Math.max(0, at - now))
}
