import type { IncomingMessage, ServerResponse } from 'node:http'
import { problemPage } from '#app/_lib/bare-page.ts'
import { comeAgain, problem } from '#app/_lib/respond.ts'
import { isFromForm } from '#app/_lib/same-origin.ts'
import type { Asking, Context } from '#app/_lib/web-process.ts'
import { isKnownBrowser } from '#lib/access/known-browser.ts'
import { TOO_BUSY } from '#lib/access/passwords.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'

/** So many tries to sign in a process looks at in a second, and after a quiet while at once: a password takes a core for a tenth of a second. */
const ROOM = { perSecond: 5, atOnce: 20 }
/** Who is put off waits so long, and up to as long again: they cost no more than a connection meanwhile, and do not come back all at once. */
const WAITS_MS = 4 * SECOND_MS
/** So many wait; more are refused at once. */
const WAITING_MAX = 500
/** Where somebody wants to be let in. */
const TRY = /^\/api\/sign-in(?:\/(?:demo|forgotten|invitation\/[^/]+))?(?:\?|$)/

/** Tells of each try whether there is room to look at it: a process that looks at all of very many has no time left for those who read. */
export function signInRoom(clock: Pick<Clock, 'now'>): () => boolean {
  let [left, at] = [ROOM.atOnce, clock.now()]
  return () => {
    const since = Math.max(0, clock.now() - at)
    left = Math.min(ROOM.atOnce, left + (since * ROOM.perSecond) / SECOND_MS)
    at += since
    if (left < 1) return false
    left -= 1
    return true
  }
}

/**
 * Answers tries to sign in for which there is no room, nor is when they have waited, so late that whoever sends one after the other takes their time; false for all else. Browsers
 * in which somebody has signed in before have room of their own.
 */
export function limitTries(ctx: Pick<Context, 'clock' | 'secret'>) {
  const [roomOfStrangers, roomOfKnown] = [signInRoom(ctx.clock), signInRoom(ctx.clock)]
  let waiting = 0
  /** Whether there is room by the time whoever asks has waited; null when they have gone. */
  const roomLater = async (hasRoom: () => boolean, response: ServerResponse) => {
    if (waiting >= WAITING_MAX) return false
    waiting += 1
    await whileThere(response, (gone) => ctx.clock.sleep(WAITS_MS * (1 + Math.random()), gone))
    waiting -= 1
    return response.destroyed ? null : hasRoom()
  }
  return async (request: IncomingMessage, response: ServerResponse, site: Asking['site']): Promise<boolean> => {
    if (request.method !== 'POST' || !TRY.test(request.url ?? '')) return false
    const hasRoom = isKnownBrowser(ctx, site, request.headers.cookie ?? null) ? roomOfKnown : roomOfStrangers
    const room = hasRoom() || (await roomLater(hasRoom, response))
    if (room === false) await refuse(request, response)
    return room !== true
  }
}

/** Waits for something, told when whoever asks has gone. */
async function whileThere(response: ServerResponse, wait: (gone: AbortSignal) => Promise<void>): Promise<void> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  response.once('close', leave)
  await wait(gone.signal)
  response.off('close', leave)
}

async function refuse({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  const isForm = isFromForm(new Headers({ 'content-type': headers['content-type'] ?? '' }))
  const refusal = comeAgain((isForm ? problemPage : problem)(429, TOO_BUSY.words), TOO_BUSY.againMs / SECOND_MS)
  const body = await refusal.text()
  response.writeHead(429, { ...Object.fromEntries(refusal.headers), 'content-length': Buffer.byteLength(body), connection: 'close' })
  response.end(body)
}
