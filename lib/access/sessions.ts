import type { Context, Sql } from '#lib/db/context.ts'
import { findPerson, getPasswordHash, type Person } from '#lib/db/people/people.ts'
import { getPeopleSettings } from '#lib/db/people/people-settings.ts'
import { endSessions, findSession, listSessions, type Session, sessionsThatGoOn } from '#lib/db/people/sessions.ts'
import { type AccessRules, accessOf } from '#lib/domain/access/access-rules.ts'
import { type Actor, person } from '#lib/domain/access/actor.ts'
import type { Site } from '#lib/domain/access/site.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { act } from './act.ts'
import { authOf } from './better-auth.ts'
import { sessionCookie, sessionTokenIn } from './cookies.ts'

/** Somebody who signed in, and by which session they ask. */
export interface SignedIn {
  actor: Actor
  sessionId: string
}

/** Who asks, by the session their browser brings along; null when it brings none that goes on. What they may do is worked out anew each time. */
export async function whoAsks(ctx: Context, site: Site, cookieHeader: string | null): Promise<SignedIn | null> {
  const token = sessionTokenIn(ctx, site, cookieHeader)
  if (token === null) return null
  const found = await findSession(ctx.whole, token, ctx.clock.now())
  return found === null ? null : { actor: actorBy(found.rules, found.person, found.session.claims), sessionId: found.session.id }
}

/** Somebody as they act here, with what they may do and see by these rules; `claims` is what another system said of them. */
export function actorBy(rules: AccessRules, known: Person, claims: unknown): Actor {
  const { id, name, role, audience, email, isEmailVerified } = known
  return person({ id, name, ...accessOf({ role, audience, email, isEmailVerified, oidcGroups: groupsIn(claims) }, rules) })
}

/** The groups that another system named when somebody signed in there. */
function groupsIn(claims: unknown): string[] {
  const groups: unknown = typeof claims === 'object' && claims !== null ? Reflect.get(claims, 'groups') : []
  return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : []
}

/** The same by the rules in force. */
export async function actorFor(sql: Sql, known: Person, claims: unknown = null): Promise<Actor> {
  return actorBy(await getPeopleSettings(sql), known, claims)
}

/** Those of the sessions that go on, each with what its owner may do and see now. */
export async function sessionsNow(ctx: Context, ids: readonly string[]): Promise<Map<string, Actor>> {
  if (ids.length === 0) return new Map()
  const [found, rules] = await Promise.all([sessionsThatGoOn(ctx.whole, ids, ctx.clock.now()), getPeopleSettings(ctx.whole)])
  return new Map([...found].map(([id, { person, session }]) => [id, actorBy(rules, person, session.claims)]))
}

/** A new session of somebody, as the header that gives it to their browser; never one that was there before they signed in. */
export async function startSession(ctx: Context, site: Site, known: Person, browser: string | null): Promise<string> {
  const { internalAdapter } = await (await authOf(ctx, site)).$context
  const session = await internalAdapter.createSession(known.id, false, {
    ipAddress: ctx.from ?? '',
    userAgent: browser?.slice(0, 300) ?? '',
  })
  return sessionCookie(ctx, site, session.token, Math.floor((session.expiresAt.getTime() - ctx.clock.now()) / 1000))
}

/** What somebody sees of themselves. */
export interface Account {
  person: Person
  /** The newest first. */
  sessions: Session[]
  hasPassword: boolean
}

/** The account of whoever asks. */
export async function ownAccount(ctx: Context): Promise<Account> {
  const id = requireId(ctx)
  const [person, sessions, hash] = await Promise.all([
    findPerson(ctx.whole, { id }),
    listSessions(ctx.whole, id, ctx.clock.now()),
    getPasswordHash(ctx.whole, id),
  ])
  if (person === null) throw new TidemarkError('not-found', { publicMessage: 'There is no such account.' })
  return { person, sessions, hasPassword: hash !== null }
}

/** Ends the session that somebody asks by. */
export async function signOut(ctx: Context, sessionId: string): Promise<void> {
  const id = requireId(ctx)
  await act(ctx, { action: 'sign-out', target: { kind: 'person', key: id } }, async (sql) => {
    await endSessions(sql, id, { only: sessionId })
    return { result: undefined }
  })
}

/** Ends one session of whoever asks, or all but the one they ask by; tells how many. */
export async function endOwnSessions(ctx: Context, which: { only: string } | { but: string | null }): Promise<number> {
  const id = requireId(ctx)
  return act(ctx, { action: 'session.end', target: { kind: 'person', key: id } }, async (sql) => {
    const ended = await endSessions(sql, id, which)
    if (ended === 0 && 'only' in which) throw new TidemarkError('not-found', { publicMessage: 'This session has ended already.' })
    return { result: ended, after: { ended } }
  })
}

/** The id of whoever asks; refused for those whom nobody knows. */
export function requireId({ actor }: Context): string {
  if (actor.kind === 'person' && actor.id !== null) return actor.id
  throw new TidemarkError('unauthorized', { publicMessage: 'Sign in to do this.' })
}
