import type { Context, Sql } from '#lib/db/context.ts'
import { findPerson, getPasswordHash, lockPerson, putPasswordHash } from '#lib/db/people/people.ts'
import { endSession, endSessions } from '#lib/db/people/sessions.ts'
import { keepsSignIn, type Site } from '#lib/domain/access/site.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { act } from './act.ts'
import { authOf, FROM_HEADER, SESSION_MS } from './better-auth.ts'
import { sessionCookie } from './cookies.ts'
import { knownBrowserIn } from './known-browser.ts'
import { tellPasswordChanged } from './letters.ts'
import { hashOf, inTurn, isPassword, requireGoodPassword } from './passwords.ts'
import { actorFor, requireId } from './sessions.ts'
import { forgiveTries, refuseKnown, requireTry, triesOf } from './tries.ts'

/** Where somebody signs in, and with what. */
export interface Browser {
  site: Site
  /** What it calls itself. */
  name: string | null
  /** The session it has brought along, which ends when another begins. */
  sessionId: string | null
}

/** Why no browser would keep a sign-in there, and what to do; null where it would. */
export function whyNotKept(site: Site): string | null {
  if (keepsSignIn(site)) return null
  return `Beyond its own machine this page keeps a sign-in over https only. Whoever runs it: set TIDEMARK_URL to its https address, now ${site.origin}.`
}

/** Refuses where no browser would keep the sign-in. */
export function requireKeeping(site: Site): void {
  const publicMessage = whyNotKept(site)
  if (publicMessage !== null) throw new TidemarkError('refused', { publicMessage })
}

/** What somebody proves with whose account it is. */
interface Given {
  email: string
  password: string
  /** What their browser has kept of this page: one in which the owner signed in before has tries of its own, so that strangers cannot use up the owner's. */
  cookieHeader?: string | null
}

/** Signs somebody in by address and password; the header that gives their browser the session. What is wrong says nothing about whether there is such an account. */
export async function signIn(ctx: Context, given: Given, browser: Browser): Promise<string> {
  requireKeeping(browser.site)
  const email = given.email.trim().toLowerCase()
  const known = knownBrowserIn(ctx, browser.site, given.cookieHeader ?? null, email)
  const keys = triesOf(email, ctx.from, known)
  refuseKnown(ctx, keys)
  const signInNow = async () => {
    const person = await findPerson(ctx.whole, { email })
    return act(ctx, { action: 'sign-in', target: { kind: 'person', key: person?.id ?? '?' } }, async (sql) => {
      await requireTry(ctx, keys)
      // Compared with nothing, which takes as long.
      const asked = person === null || person.endedAt !== null ? 'nobody@account.invalid' : email
      const token = await passwordSession(ctx, { email: asked, password: given.password }, browser)
      if (token === null || person === null) throw wrong()
      await forgiveTries(ctx, keys)
      await endBrought(sql, browser)
      const result = sessionCookie(ctx, browser.site, token, SESSION_MS / 1000)
      return { result, after: { method: 'password' }, by: await actorFor(sql, person) }
    })
  }
  return inTurn(signInNow, known === null ? 'strangers' : 'known')
}

/** The token of a new session, or null when address and password do not go together. */
async function passwordSession(ctx: Context, body: { email: string; password: string }, browser: Browser): Promise<string | null> {
  const auth = await authOf(ctx, browser.site)
  const headers = new Headers({ 'user-agent': browser.name ?? '', [FROM_HEADER]: ctx.from ?? '' })
  try {
    return (await auth.api.signInEmail({ body, headers })).token
  } catch (error) {
    if (error instanceof Error && 'status' in error && ['UNAUTHORIZED', 'BAD_REQUEST'].includes(String(error.status))) return null
    throw error
  }
}

function wrong(): TidemarkError {
  return new TidemarkError('unauthorized', { publicMessage: 'This address and this password do not go together.' })
}

/** Whatever a browser brought along before somebody signed in ends with it. */
export async function endBrought(sql: Sql, { sessionId }: Browser): Promise<void> {
  if (sessionId !== null) await endSession(sql, sessionId)
}

/** Changes the password of whoever asks, who says the one they have; their other sessions end. */
export async function changePassword(ctx: Context, given: { password: string; next: string }, sessionId: string): Promise<void> {
  const id = requireId(ctx)
  const keys = triesOf(id, ctx.from)
  refuseKnown(ctx, keys)
  const change = () =>
    act(ctx, { action: 'password.change', target: { kind: 'person', key: id } }, async (sql) => {
      const person = await lockPerson(sql, { id })
      const hash = await getPasswordHash(sql, id)
      if (person === null || hash === null)
        throw new TidemarkError('conflict', { publicMessage: 'You sign in without a password of this page, so there is none to change.' })
      requireGoodPassword(given.next, person)
      await requireTry(ctx, keys)
      if (!(await isPassword(given.password, hash)))
        throw new TidemarkError('refused', { publicMessage: 'This is not the password you have now.' })
      await forgiveTries(ctx, keys)
      await putPasswordHash(sql, id, await hashOf(given.next), ctx.clock.now())
      await tellPasswordChanged(ctx, sql, person)
      const ended = await endSessions(sql, id, { but: sessionId })
      return { result: undefined, after: { sessionsEnded: ended } }
    })
  await inTurn(change, 'known')
}
