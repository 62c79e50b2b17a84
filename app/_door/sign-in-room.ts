import type { IncomingMessage, ServerResponse } from 'node:http'
import { problemPage } from '#app/_lib/bare-page.ts'
import { problem } from '#app/_lib/respond.ts'
import { isFromForm } from '#app/_lib/same-origin.ts'
import type { Asking, Context } from '#app/_lib/web-process.ts'
import { isKnownBrowser } from '#lib/access/known-browser.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'

/** So many tries to sign in a process looks at in a second, and after a quiet while at once. */
const ROOM = { perSecond: 5, atOnce: 20 }
const WAITS_MS = SECOND_MS
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
 * Answers tries of strangers to sign in for which there is no room, so late that whoever sends one after the other takes their time; false for all else. Browsers in which somebody
 * has signed in before have room of their own.
 */
export function limitTries(ctx: Pick<Context, 'clock' | 'secret'>) {
  const [roomOfStrangers, roomOfKnown] = [signInRoom(ctx.clock), signInRoom(ctx.clock)]
  return async (request: IncomingMessage, response: ServerResponse, site: Asking['site']): Promise<boolean> => {
    if (request.method !== 'POST' || !TRY.test(request.url ?? '')) return false
    if (isKnownBrowser(ctx, site, request.headers.cookie ?? null) ? roomOfKnown() : roomOfStrangers()) return false
    await ctx.clock.sleep(WAITS_MS)
    await refuse(request, response)
    return true
  }
}

async function refuse({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  const words = 'Very many are signing in right now. Try again in a minute.'
  const isForm = isFromForm(new Headers({ 'content-type': headers['content-type'] ?? '' }))
  const refusal = isForm ? problemPage(429, words) : problem(429, words)
  const body = await refusal.text()
  response.writeHead(429, { ...Object.fromEntries(refusal.headers), 'content-length': Buffer.byteLength(body), 'retry-after': '60' })
  response.end(body)
}
