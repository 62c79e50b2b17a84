import type { IncomingMessage, ServerResponse } from 'node:http'
import { challengeFor } from '#app/_api/challenge.ts'
import { DATA_HEAD } from '#app/_lib/content-policy.ts'
import { knownTrouble } from '#app/_lib/database-pulse.ts'
import type { WebProcess } from '#app/_lib/web-process.ts'
import { bearerIn, tokenActor } from '#lib/access/token-use.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import type { TokenKind } from '#lib/domain/access/token-rules.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toHttpStatus } from '#lib/platform/errors.ts'
import { isDatabaseGone } from '#lib/platform/postgres/database-gone.ts'

/** A token as a program brought it along. */
export interface Brought {
  text: string
  kind: TokenKind
  /** It stood in an address, where others may read it: good for handing in and nothing else. */
  inAddress?: true
}

/** The addresses that take a key, for readers that cannot send headers. */
const WITH_KEY = ['/feed.atom', '/api/v1/status']
/** And the one that takes a token there, for senders that cannot: topics of SNS, subscriptions of Event Grid. */
const WITH_TOKEN = /^\/api\/v1\/flows\/[^/]+\/push$/
const RETRY_AFTER_SECONDS = 10

/** The token of a request, from its header or, where there may be one, its address, which keeps nothing of it. */
export function takeToken(request: Pick<IncomingMessage, 'headers' | 'url' | 'method'>): Brought | null {
  const inAddress = takeKey(request)
  const bearer = bearerIn(request.headers.authorization ?? null)
  return bearer === null ? inAddress : { text: bearer, kind: 'token' }
}

function takeKey(request: Pick<IncomingMessage, 'url' | 'method'>): Brought | null {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s)
  const asked = new URLSearchParams(query)
  const text = asked.get('key')
  const brought = text === null ? null : broughtTo(request.method ?? '', path, text)
  if (brought === null) return null
  asked.delete('key')
  request.url = asked.size === 0 ? path : `${path}?${asked}`
  return brought
}

function broughtTo(method: string, path: string, text: string): Brought | null {
  const reads = method === 'GET' || method === 'HEAD'
  if (reads && WITH_KEY.includes(path)) return { text, kind: 'address' }
  return !reads && WITH_TOKEN.test(path) ? { text, kind: 'token', inAddress: true } : null
}

/**
 * Who asks by a token, or why not: an order is refused where it is taken, with its own entry in the audit. Where something is handed in (`push`) a
 * token counts as far as it may do that.
 */
export async function whoBrought(
  { context }: WebProcess,
  brought: Brought,
  from: string | null,
  use: 'read' | 'order' | 'push',
): Promise<Actor | TidemarkError> {
  const isOrder = use === 'order'
  const unknown = () => unknownNow('whose token this is')
  if (knownTrouble() !== undefined) return unknown()
  try {
    const { text, kind, inAddress = false } = brought
    return await tokenActor({ ...context, from }, text, kind, { isAudited: !isOrder, handsIn: use === 'push', inAddress })
  } catch (error) {
    if (isTidemarkError(error)) return error
    if (use !== 'read' && isDatabaseGone(error)) return unknown()
    throw error
  }
}

/** The refusal of whoever cannot be looked up while the database is away. */
export function unknownNow(what: string): TidemarkError {
  const publicMessage = `It cannot be looked up right now ${what}. Ask again in a moment.`
  return new TidemarkError('unavailable', { publicMessage, retryAfterMs: RETRY_AFTER_SECONDS * SECOND_MS })
}

/** Refuses in words, and says as RFC 6750 has it how to ask or what is wrong with a token. */
export function refuseInWords(request: IncomingMessage, response: ServerResponse, error: TidemarkError): void {
  const body = JSON.stringify({ problem: error.publicMessage })
  const status = toHttpStatus(error.code)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...DATA_HEAD,
    ...challengeFor(error),
    ...(status === 503 && { 'retry-after': String(RETRY_AFTER_SECONDS) }),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}
