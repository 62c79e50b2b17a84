import { BODY_BYTES_MAX } from '#app/_door/inspect-request.ts'
import { feedPath, questionOf, runPath, signInPath } from '#app/_ui/paths.ts'
import { auditRefusal, isDone, type Order } from '#lib/access/act.ts'
import { countRefused, requireOrderRoom, type Sender } from '#lib/access/limit.ts'
import { sealWords } from '#lib/access/sealed-words.ts'
import { concernsOneself } from '#lib/domain/access/actions.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { isTooDeep } from '#lib/domain/values/json.ts'
import { isStorableText } from '#lib/domain/values/storable-text.ts'
import { toHttpStatus } from '#lib/platform/errors.ts'
import { ORDER_DEPTH_MAX } from '#lib/queries/api/order-bodies.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { type ProblemLink, problemPage } from './bare-page.ts'
import { DATA_HEAD } from './content-policy.ts'
import { knownTrouble } from './database-pulse.ts'
import { givenAddresses } from './own-call.ts'
import { readText } from './read-text.ts'
import { requestContext, whoIsAsking } from './request-context.ts'
import { comeAgain, databaseGone, problem, refuse, unexpected, withChallenge } from './respond.ts'
import { foreignInWords, isFromForm, mediaType } from './same-origin.ts'
import { type Context, webProcess } from './web-process.ts'

/** What was sent along: the fields of a form (texts), or a JSON object. */
export type ActionFields = Record<string, unknown>

/** The text of a field; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What an order led to: where a form goes on, and what a script is told. */
export interface ActionDone {
  /** A path of this page, made by paths.ts. */
  location: string
  answer: object
  /** What the browser is told besides: what it is to keep, or to forget. */
  headers?: Record<string, string>
  /** What it is to keep besides, one header each. */
  setCookies?: readonly string[]
  /** What a form is answered with in place of being led to `location`: for what is told once. */
  page?: () => Promise<Response>
}

/** How a form is told that it was refused: the page it stands on, which then says why. */
interface FormPage {
  path: string
  /** What of the form stands in its address. */
  keeps?: readonly string[]
}

/**
 * Takes an order from the page: only from the page itself, only by those who may give it. A form is answered with a redirect to `location` (or
 * a small page saying why not), JSON with `answer` and `location` (or `{ problem }`). What is refused before it becomes an order stands in the
 * audit like one that is refused. With `formPage` a form is led back to its own page, which says why.
 */
export async function acceptAction(
  request: Request,
  order: Order,
  execute: (ctx: Context, fields: ActionFields) => Promise<ActionDone>,
  formPage: FormPage | null = null,
): Promise<Response> {
  const refuseWith = isFromForm(request.headers) ? problemPage : problem
  if (knownTrouble() !== undefined) return databaseGone(refuseWith)
  let context: Context | null = null
  let fields: ActionFields = {}
  let sender: Sender = 'elsewhere'
  try {
    context = await requestContext()
    const refusal = await refusalOf(request, context)
    sender = refusal === null ? 'own page' : 'elsewhere'
    await requireOrderRoom(context, sender)
    if (refusal !== null) throw refusal
    requireSomebody(context, order)
    fields = await readFields(request)
    const done = await execute(context, fields)
    if (!isFromForm(request.headers)) return answer(done)
    return done.page === undefined ? seeOther(done) : await done.page()
  } catch (error) {
    if (context !== null && !isDone(context)) await noteRefusal(context, { order, sender }, error)
    if (formPage !== null && isToldOnPage(error) && isFromForm(request.headers)) return backToForm(formPage, fields, error.publicMessage)
    if (isTidemarkError(error)) return withHeaders(error, context, refuseWith(toHttpStatus(error.code), error.publicMessage, linkOf(error)))
    return unexpected(error, 'an order failed', refuseWith)
  }
}

/** An order that was refused stands in the audit and is counted; one too many stands there once for all like it. */
async function noteRefusal(context: Context, { order, sender }: { order: Order; sender: Sender }, error: unknown): Promise<void> {
  await auditRefusal(context, order, error)
  if (isTidemarkError(error) && error.code !== 'too-many') await countRefused(context, sender)
}

/** Why an order is not taken from whoever sent it: their token lets nobody in, or another page made a browser, which sends cookies along, ask. */
async function refusalOf(request: Request, { actor }: Context): Promise<TidemarkError | null> {
  const { refusal } = whoIsAsking()
  if (refusal !== undefined || actor.kind === 'token') return refusal ?? null
  const foreign = foreignInWords(request.headers, [(await getPageAccess(webProcess().context)).url, ...givenAddresses()])
  return foreign === null ? null : new TidemarkError('forbidden', { publicMessage: foreign })
}

/** Whom nobody knows orders nothing, but to be known. */
function requireSomebody({ actor }: Context, { action }: Order): void {
  if (actor.kind !== 'visitor' || concernsOneself(action)) return
  throw new TidemarkError('unauthorized', { publicMessage: 'Sign in to do this.' })
}

/** What whoever sent the form can do something about; what is wrong with a token is told by the status, as to all programs. */
function isToldOnPage(error: unknown): error is TidemarkError {
  return isTidemarkError(error) && error.code !== 'forbidden' && error.code !== 'internal' && error.challenge === undefined
}

function backToForm({ path, keeps = [] }: FormPage, fields: ActionFields, words: string): Response {
  const kept = Object.fromEntries(keeps.map((name) => [name, textOf(fields[name])]))
  return seeOther({ location: saidPath(path, words, kept) })
}

/** A page that says something to whoever sent a form from it. */
export function saidPath(path: string, words: string, question: Record<string, string> = {}): string {
  return `${path}${questionOf({ ...question, said: sealWords(webProcess().context, words) })}`
}

/** When it may be tried again, and what a token lacks. */
function withHeaders(error: TidemarkError, context: Context | null, response: Response): Response {
  const { code, challenge, retryAfterMs } = error
  const lacksScope = code === 'forbidden' && context?.actor.kind === 'token'
  withChallenge({ code, challenge: challenge ?? (lacksScope ? 'insufficient_scope' : undefined) }, response)
  return retryAfterMs === undefined ? response : comeAgain(response, Math.ceil(retryAfterMs / SECOND_MS))
}

function linkOf({ runId, feedKey, code }: TidemarkError): ProblemLink | null {
  if (code === 'unauthorized') return { words: 'Sign in', location: signInPath }
  if (feedKey !== undefined) return { words: 'Its page', location: feedPath(feedKey) }
  return runId === undefined ? null : { words: 'That run', location: runPath(runId) }
}

async function readFields(request: Request): Promise<ActionFields> {
  const text = await readText(request, BODY_BYTES_MAX)
  if (isFromForm(request.headers)) return requireStorable(Object.fromEntries(new URLSearchParams(text)))
  if (mediaType(request.headers) !== 'application/json') throw refuse('Orders are sent as JSON (content-type: application/json).')
  return text === '' ? {} : requireStorable(jsonObject(text))
}

function requireStorable(fields: ActionFields): ActionFields {
  const odd = Object.entries(fields).find(([, value]) => typeof value === 'string' && !isStorableText(value))
  if (odd !== undefined) throw refuse(`“${odd[0].slice(0, 50)}” holds a character that no database keeps.`)
  return fields
}

/** The object a JSON text holds; anything else is refused, and what nests so deeply that nobody wrote it by hand. */
function jsonObject(text: string): Record<string, unknown> {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('This is not a JSON object.')
  if (isTooDeep(value, ORDER_DEPTH_MAX)) throw refuse(`This JSON is nested in more than ${ORDER_DEPTH_MAX} levels.`)
  return { ...value }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function seeOther(done: Pick<ActionDone, 'location' | 'headers' | 'setCookies'>): Response {
  const headers = headersOf(done)
  headers.set('location', done.location)
  return new Response(null, { status: 303, headers })
}

function answer(done: ActionDone): Response {
  return Response.json({ ...done.answer, location: done.location }, { headers: headersOf(done) })
}

function headersOf({ headers, setCookies = [] }: Pick<ActionDone, 'headers' | 'setCookies'>): Headers {
  const all = new Headers({ ...DATA_HEAD, ...headers })
  for (const setCookie of setCookies) all.append('set-cookie', setCookie)
  return all
}
