import type { IncomingMessage, ServerResponse } from 'node:http'
import { isHandIn, isMissingFromApi, methodsOf } from '#app/_api/methods-of.ts'
import { isEmbed, takeEmbedKey } from '#app/_embed/embed-address.ts'
import { DATA_HEAD } from '#app/_lib/content-policy.ts'
import { knownTrouble } from '#app/_lib/database-pulse.ts'
import { isOwnCall } from '#app/_lib/own-call.ts'
import type { Asking, WebProcess } from '#app/_lib/web-process.ts'
import { type SignedIn, whoAsks } from '#lib/access/sessions.ts'
import { OUTSIDER, visitor } from '#lib/domain/access/actor.ts'
import { sessionCookieName, siteOf } from '#lib/domain/access/site.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isDatabaseGone } from '#lib/platform/postgres/database-gone.ts'
import type { PageAccess } from '#lib/queries/shared/page-access.ts'
import type { Behind } from './answer-in-trouble.ts'
import { FROM_HEADER } from './door.ts'
import { notTaken } from './inspect-request.ts'
import { limitTries } from './sign-in-room.ts'
import { type Brought, refuseInWords, takeToken, unknownNow, whoBrought } from './token-brought.ts'
import { turnAway } from './turn-away.ts'

interface GateOptions {
  web: WebProcess
  /** What the catalogue in force says of the page; null as long as that was never known. */
  access: () => Promise<PageAccess | null>
  answer: Behind['answer']
  isDevelopment: boolean
}

/** So many sessions are remembered for when the database cannot be asked. */
const REMEMBERED_MAX = 1000

/** Finds out who asks before anything is answered, and sends those whom nobody knows away from a private page. */
export function withGate({ web, access, answer, isDevelopment }: GateOptions): Behind['answer'] {
  const find = sessionFinder(web)
  const answersTry = limitTries(web.context)
  /** Whoever comes: what is shown there goes by the key alone. */
  const answerEmbed = (request: IncomingMessage, response: ServerResponse, known: PageAccess | null) => {
    if (known !== null) askForTls(response, siteOf(request.headers.host ?? '', known.url))
    takeEmbedKey(request)
    return answer(request, response)
  }
  const answerKnown = async (request: IncomingMessage, response: ServerResponse, known: PageAccess) => {
    const site = siteOf(request.headers.host ?? '', known.url)
    askForTls(response, site)
    if (await answersTry(request, response, site)) return
    const { asking, isStranger } = await whoIsIt(web, request, known, find)
    if (refuseByToken(request, response, asking.refusal)) return
    if (isStranger && known.isPrivate && sendAway(request, response, { isDevelopment, isOpen: known.isOpen })) return
    if (refuseUnfit(request, response, isStranger && known.isPrivate)) return
    return web.asking.run(asking, () => answer(request, response))
  }
  return async (request, response) => {
    if (isOwn(request)) return answer(request, response)
    const known = await access()
    if (isEmbed(request.url ?? '')) return answerEmbed(request, response, known)
    return known === null ? refuseUnknown(request, response) : answerKnown(request, response, known)
  }
}

/** Refuses a token that is not known or not for this; an order that it may not give is refused where it is taken. */
function refuseByToken(request: IncomingMessage, response: ServerResponse, refusal: TidemarkError | undefined): boolean {
  if (refusal === undefined) return false
  // Whoever has a token, for whatever, is no stranger: that there is no such address, or by which methods it is asked, says more.
  if (refusal.code === 'forbidden' && refuseUnfit(request, response, false)) return true
  if (request.method === 'POST' && !handsIn(request)) return false
  refuseInWords(request, response, refusal)
  return true
}

/** Whether somebody hands something in, which takes a token made for that. */
function handsIn({ method = '', url = '' }: IncomingMessage): boolean {
  return isHandIn(method, url)
}

/** What asks the API gets an answer of the API, not the page that says there is nothing. */
function isMissing({ url = '' }: IncomingMessage): boolean {
  return isMissingFromApi(url.split('?')[0] ?? '')
}

/** The methods that an address of the API takes, where what is asked by is none of them; null where it is, or it is none of its addresses. */
function takenInstead({ method = '', url = '' }: IncomingMessage): readonly string[] | null {
  const taken = methodsOf(url.split('?')[0] ?? '')
  return taken === null || taken.includes(method) ? null : taken
}

/** Says that the API has no such address, or by which methods it is asked; to who is shut out what an order there would say. False where it is fit. */
function refuseUnfit(request: IncomingMessage, response: ServerResponse, isShutOut: boolean): boolean {
  const taken = takenInstead(request)
  if (taken === null && !isMissing(request)) return false
  if (isShutOut) refuseInWords(request, response, notSignedIn())
  else if (taken === null) refuseInWords(request, response, missing())
  else refuseMethod(request, response, taken)
  return true
}

function refuseMethod(request: IncomingMessage, response: ServerResponse, taken: readonly string[]): void {
  const { words, allow } = notTaken(request.method ?? '', taken)
  const body = JSON.stringify({ problem: words })
  const head = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
  }
  response.writeHead(405, { ...head, ...DATA_HEAD, allow }).end(request.method === 'HEAD' ? undefined : body)
}

/** Only an address that people reach over TLS may ask browsers to come by nothing else. */
function askForTls(response: ServerResponse, site: Asking['site']): void {
  if (site.origin.startsWith('https:')) response.setHeader('strict-transport-security', 'max-age=31536000')
}

/** Sends a stranger away from what is not for everybody; false where it is. */
function sendAway(request: IncomingMessage, response: ServerResponse, how: { isDevelopment: boolean; isOpen: boolean }): boolean {
  const away = turnAway({ method: request.method ?? '', path: request.url ?? '', ...how })
  if (away === 'in words') refuseInWords(request, response, stranger())
  else if (away !== null) response.writeHead(303, { ...DATA_HEAD, location: away.location, 'content-length': 0 }).end()
  return away !== null
}

type Find = (cookie: string, site: Asking['site'], isOrder: boolean) => Promise<SignedIn | null>

/** Nobody is answered before it was read once who may be; a page says so in its own look, which nobody has for an order. */
function refuseUnknown(request: IncomingMessage, response: ServerResponse): void {
  const error = new TidemarkError('unavailable', { publicMessage: 'It is not known yet who may see this page.' })
  if (request.method !== 'POST') throw error
  refuseInWords(request, response, error)
}

/** Who asks, by a token or else a session; a stranger brings neither. */
async function whoIsIt(
  web: WebProcess,
  request: IncomingMessage,
  known: PageAccess,
  find: Find,
): Promise<{ asking: Asking; isStranger: boolean }> {
  const brought = takeToken(request)
  if (brought !== null) return { asking: await whoAsksByToken(web, request, known, brought), isStranger: false }
  const asking = await whoComes(request, known, find)
  return { asking, isStranger: asking.sessionId === null }
}

/** Who asks by their session. An order whose session cannot be looked up is refused where it is taken, like one by a token. */
async function whoComes(request: IncomingMessage, known: PageAccess, find: Find): Promise<Asking> {
  try {
    return await whoIsThere(request, known, find)
  } catch (error) {
    if (request.method !== 'POST' || !isDatabaseGone(error)) throw error
    const nobody = await whoIsThere(request, known, async () => null)
    return { ...nobody, actor: OUTSIDER, refusal: unknownNow('who you are') }
  }
}

async function whoIsThere(request: IncomingMessage, known: PageAccess, find: Find): Promise<Asking> {
  const { cookie, host = '' } = request.headers
  const site = siteOf(host, known.url)
  const found = cookie?.includes(`${sessionCookieName(site)}=`) ? await find(cookie, site, request.method === 'POST') : null
  return {
    actor: found?.actor ?? (known.isPrivate ? OUTSIDER : visitor(known.publicAudience)),
    sessionId: found?.sessionId ?? null,
    site,
    from: String(request.headers[FROM_HEADER] ?? '') || null,
    browser: request.headers['user-agent'] ?? null,
  }
}

/** Whoever brings a token is who it says and nobody else, whatever cookies come along. */
async function whoAsksByToken(web: WebProcess, request: IncomingMessage, known: PageAccess, brought: Brought): Promise<Asking> {
  const nobody = await whoIsThere(request, known, async () => null)
  const use = handsIn(request) ? 'push' : request.method === 'POST' ? 'order' : 'read'
  const found = await whoBrought(web, brought, nobody.from, use)
  return isTidemarkError(found) ? { ...nobody, actor: OUTSIDER, refusal: found } : { ...nobody, actor: found }
}

/**
 * Looks sessions up each time; while the database cannot be asked, those that went on when it last could go on: for who reads also when that shows only now, so
 * that the page they have open is not taken from them.
 */
function sessionFinder({ context }: WebProcess): Find {
  const remembered = new Map<string, SignedIn>()
  return async (cookie, site, isOrder) => {
    const key = `${site.origin} ${cookie}`
    if (knownTrouble() !== undefined) return remembered.get(key) ?? null
    const before = isOrder ? undefined : remembered.get(key)
    const found = await whoAsks(context, site, cookie).catch((error: unknown) => {
      if (before === undefined || !isDatabaseGone(error)) throw error
      return before
    })
    remembered.delete(key)
    if (found !== null) remembered.set(key, found)
    const [oldest] = remembered.keys()
    if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest)
    return found
  }
}

function isOwn({ headers }: IncomingMessage): boolean {
  return headers.authorization !== undefined && isOwnCall(new Headers({ authorization: headers.authorization }))
}

function stranger(): TidemarkError {
  const publicMessage = 'This page is private. Sign in, or send the token of a program along.'
  return new TidemarkError('unauthorized', { publicMessage })
}

function notSignedIn(): TidemarkError {
  return new TidemarkError('unauthorized', { publicMessage: 'Sign in to do this.' })
}

function missing(): TidemarkError {
  const publicMessage = 'The API has no such address. /api/v1/openapi.json describes those it has.'
  return new TidemarkError('not-found', { publicMessage })
}
