import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DatabaseTrouble } from '#app/_lib/database-pulse.ts'
import type { RenderedPage } from '#app/_lib/own-page.ts'
import { type AnswerKind, answerKind } from './answer-kind.ts'
import { holdFaults } from './hold-faults.ts'

/** What stands behind an answer that may not come. */
export interface Behind {
  /** Answers as if nothing were wrong. */
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** Why the database cannot be asked, as far as it is known. */
  known: () => DatabaseTrouble | undefined
  /** The same, looked up now. */
  look: () => Promise<DatabaseTrouble | undefined>
  /** Calls back when the database falls silent; the answer ends that. */
  whenSilent: (call: () => void) => () => void
  /** The page that says in words what is wrong. */
  render: (trouble: DatabaseTrouble | undefined) => Promise<RenderedPage>
  /** The page that says there is nothing at an address. */
  renderMissing: () => Promise<RenderedPage>
}

const RETRY_AFTER_SECONDS = 10
const EVERY_HEAD = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/**
 * Answers, and says so in words where that fails: 503 while the database is in trouble, without waiting for it longer than it takes to
 * know, else 500. What fails later than it was in trouble fails for that, too. A page that is not there is 404 with the look of all others: Next would send a shell that is blank without JavaScript.
 * What has its own words for a fault (the API, the overview as last known) keeps them.
 */
export async function answerInTrouble(request: IncomingMessage, response: ServerResponse, behind: Behind): Promise<void> {
  const kind = answerKind(request.method ?? '', request.url ?? '')
  if (kind === 'itself') return behind.answer(request, response)
  const held = holdFaults(response, (status) => kind !== 'api' && (status >= 500 || isMissing(status, kind, request)))
  const say = async (trouble: DatabaseTrouble | undefined) => held.replace(await inWords(kind, trouble, behind))
  const known = behind.known()
  if (kind === 'page' && known !== undefined) return say(known)
  const { silent, trouble, stop } = notice(kind, behind)
  try {
    const answered = behind.answer(request, response).then(() => 'answered' as const)
    const end = await Promise.race([answered, held.fault, silent])
    if (end === 'answered' || response.headersSent) return await answered.then(() => {})
    answered.catch(() => {})
    held.take()
    if (isMissing(end, kind, request)) return held.replace(missing(await behind.renderMissing()))
    await say(await trouble())
  } catch (error) {
    if (response.headersSent) throw error
    const found = await trouble()
    if (kind === 'api' && found === undefined) throw error
    held.take()
    await say(found)
  } finally {
    stop()
  }
}

/** Notices when the database falls silent, for which nobody waits but the overview, which has something to show without; `trouble` is what is wrong now, or was meanwhile. */
function notice(kind: AnswerKind, { known, look, whenSilent }: Behind) {
  let noticed = known()
  const { promise: silent, resolve } = Promise.withResolvers<'silent'>()
  const stop = whenSilent(() => {
    noticed = known()
    if (kind !== 'overview') resolve('silent')
  })
  return { silent, stop, trouble: async () => (await look()) ?? noticed }
}

/** Of a page no part of it, which Next's own script asks for and understands. */
function isMissing(status: number | 'silent', kind: AnswerKind, request: IncomingMessage): boolean {
  return status === 404 && kind === 'page' && request.headers['rsc'] === undefined
}

function missing({ headers, body }: RenderedPage) {
  return { status: 404, headers: { ...headers, ...EVERY_HEAD }, body }
}

async function inWords(kind: AnswerKind, trouble: DatabaseTrouble | undefined, behind: Behind) {
  const status = trouble === undefined ? 500 : 503
  const head: Record<string, string> = { ...EVERY_HEAD }
  if (trouble !== undefined) head['retry-after'] = String(RETRY_AFTER_SECONDS)
  if (kind === 'api') {
    const words = `${trouble?.problem ?? ''} That says nothing about the data; ask again in a moment.`.trim()
    return { status, headers: { ...head, 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify({ problem: words }) }
  }
  const { headers, body } = await behind.render(trouble)
  return { status, headers: { ...headers, ...head }, body }
}
