import { createHash, randomBytes } from 'node:crypto'
import type { Context, Sql } from '#lib/db/context.ts'
import {
  findInvitation,
  type Invitation,
  insertInvitation,
  lockFirstAdminLinks,
  useInvitation,
  withdrawInvitations,
} from '#lib/db/people/invitations.ts'
import {
  findPerson,
  getPasswordHash,
  hasAdmin,
  insertPerson,
  lockPerson,
  type Person,
  putPasswordHash,
  updatePerson,
} from '#lib/db/people/people.ts'
import { endSessions } from '#lib/db/people/sessions.ts'
import type { Role } from '#lib/domain/access/actor.ts'
import { isEmail } from '#lib/domain/access/email.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { act, auditRefusal } from './act.ts'
import { canWrite, mailLink, tellPasswordChanged } from './letters.ts'
import { hashOf, inTurn, requireGoodPassword } from './passwords.ts'
import { actorFor, startSession } from './sessions.ts'
import { type Browser, endBrought, requireKeeping } from './sign-in.ts'
import { forgiveTries, refuseKnown, requireTry, triesOf } from './tries.ts'

/** Longer ones are nobody's. */
const EMAIL_LENGTH_MAX = 254
const INVITED_MS = 7 * DAY_MS
const FIRST_ADMIN_MS = 24 * HOUR_MS
const RESET_MS = HOUR_MS

/** A link that is told once: its token is kept as a hash only. */
export interface Link {
  invitation: Invitation
  token: string
  /** Whether it is mailed to the address it is for. */
  isMailed: boolean
}

/** The address to follow, on the page at `url`. */
export function invitationLink(url: string, token: string): string {
  return `${url.replace(/\/+$/, '')}/sign-in/invitation/${token}`
}

/** Invites somebody to a role: an address, whose earlier link is void, or whoever is given the link. */
export async function invite(ctx: Context, given: { email: string | null; role: Role; audience: string | null }): Promise<Link> {
  const email = given.email === null ? null : requireEmail(given.email)
  if (email === null && given.role === 'admin')
    throw invalid('Say the address of somebody who is to be an admin: a link alone may go astray.')
  const order = { action: 'person.invite', target: { kind: 'person', key: email ?? 'whoever has the link' } } as const
  return act(ctx, order, async (sql) => {
    const person = email === null ? null : await findPerson(sql, { email })
    if (person !== null && person.endedAt === null) throw conflict('There is somebody with this address already.')
    const link = await makeLink(ctx, sql, { purpose: 'join', ...given, email, lastsMs: INVITED_MS })
    return { result: link, after: { role: given.role, audience: given.audience } }
  })
}

/** Takes an unused invitation back. */
export async function withdrawInvitation(ctx: Context, id: string): Promise<void> {
  await act(ctx, { action: 'person.invite', target: { kind: 'invitation', key: id } }, async (sql) => {
    if ((await withdrawInvitations(sql, { id })) === 0) throw gone('This invitation was used or taken back already.')
    return { result: undefined, after: { withdrawn: true } }
  })
}

/** A link by which whoever has it becomes an admin: with an address the one it is for, who may be somebody already; without one the first admin. */
export async function inviteAdmin(ctx: Context, given: string | null): Promise<Link> {
  const email = given === null ? null : requireEmail(given)
  return act(ctx, { action: 'person.invite', target: { kind: 'person', key: email ?? 'first admin' } }, async (sql) => {
    const link = await makeLink(ctx, sql, { purpose: 'join', email, role: 'admin', audience: null, lastsMs: FIRST_ADMIN_MS })
    return { result: link, after: { role: 'admin' } }
  })
}

/** The link of the first admin while there is none; null once there is. */
export async function firstAdminLink(ctx: Context): Promise<Link | null> {
  return (await hasAdmin(ctx.whole)) ? null : inviteAdmin(ctx, null)
}

/** A link by which somebody chooses another password; null when nobody who gets in by one has this address, which the asker is not to be told. */
export async function requestReset(ctx: Context, email: string): Promise<Link | null> {
  const person = await findPerson(ctx.whole, { email: email.trim() })
  const order = { action: 'password.reset', target: { kind: 'person', key: person?.id ?? '?' } } as const
  const keys = triesOf(`reset ${email}`, ctx.from)
  refuseKnown(ctx, keys)
  // Who comes by another system is given no password by mail: it would outlast their account there.
  if (person === null || person.endedAt !== null || (await getPasswordHash(ctx.whole, person.id)) === null) {
    await requireTry(ctx, keys)
    await auditRefusal(ctx, order, gone('There is nobody with this address who gets in by a password.'))
    return null
  }
  return act(ctx, order, async (sql) => {
    await requireTry(ctx, keys)
    const { role, audience } = person
    const link = await makeLink(ctx, sql, { purpose: 'reset', email: person.email, name: person.name, role, audience, lastsMs: RESET_MS })
    return { result: link, after: { link: 'made' } }
  })
}

/** Mails a link to choose another password to whoever has this address; the words are the same whether anybody has. Refused where no mail is sent. */
export async function mailReset(ctx: Context, email: string): Promise<string> {
  if (!(await canWrite(ctx.whole)))
    throw new TidemarkError('refused', { publicMessage: 'This page sends no mail. Ask an admin of it for another invitation.' })
  await requestReset(ctx, email.slice(0, EMAIL_LENGTH_MAX))
  return 'If there is an account with this address, a link is on its way to it. It works once, within an hour.'
}

async function makeLink(
  ctx: Context,
  sql: Sql,
  made: Pick<Invitation, 'purpose' | 'email' | 'role' | 'audience'> & { lastsMs: number; name?: string },
): Promise<Link> {
  const { purpose, email, role, audience, lastsMs } = made
  // Links of nobody in particular are for several people, and of several web processes each prints one for the first admin.
  if (email !== null) await withdrawInvitations(sql, { email, purpose })
  const [token, createdAt] = [randomBytes(32).toString('base64url'), ctx.clock.now()]
  const invitation = await insertInvitation(sql, {
    ...{ purpose, email, role, audience, createdAt },
    expiresAt: createdAt + lastsMs,
    madeBy: ctx.actor.kind === 'person' ? ctx.actor.id : null,
    tokenHash: tokenHash(token),
  })
  return { invitation, token, isMailed: await mailLink(ctx, sql, { invitation, token }, made.name ?? null) }
}

/** What a link is for and for whom; null when there is no such link, or it was used, or its time is over. */
export async function lookAtInvitation(ctx: Context, token: string): Promise<{ invitation: Invitation; person: Person | null } | null> {
  const invitation = await usable(ctx, ctx.whole, token, false)
  if (invitation === null) return null
  return { invitation, person: invitation.email === null ? null : await findPerson(ctx.whole, { email: invitation.email }) }
}

async function usable(ctx: Context, sql: Sql, token: string, lock: boolean): Promise<Invitation | null> {
  const found = await findInvitation(sql, tokenHash(token), { lock })
  if (found === null || found.usedAt !== null || found.expiresAt <= ctx.clock.now()) return null
  // Once there is an admin nobody becomes the first one.
  return found.email === null && found.role === 'admin' && (await hasAdmin(sql)) ? null : found
}

/** What somebody enters who follows a link. */
export interface Accepted {
  /** Asked for only where the link names none. */
  email?: string | undefined
  /** Asked for only of those who are new. */
  name?: string | undefined
  password: string
}

/**
 * Uses a link: whoever has it becomes somebody, or gets another password, with the role it is for, and is signed in. Once, and within its time. The header that
 * gives their browser the session.
 */
export async function acceptInvitation(ctx: Context, token: string, given: Accepted, browser: Browser): Promise<string> {
  requireKeeping(browser.site)
  const known = await usable(ctx, ctx.whole, token, false)
  const action = known?.purpose === 'reset' ? 'password.reset' : 'invitation.accept'
  const keys = triesOf(null, ctx.from)
  refuseKnown(ctx, keys)
  return inTurn(async () => {
    const person = await act(ctx, { action, target: { kind: 'invitation', key: known?.id ?? '?' } }, async (sql) => {
      await requireTry(ctx, keys)
      if (known?.email === null && known.role === 'admin') await lockFirstAdminLinks(sql)
      const invitation = await usable(ctx, sql, token, true)
      if (invitation === null) throw gone('This link was used already, or its time is over. Ask for another one.')
      const { person, before } = await personOf(ctx, sql, invitation, given)
      requireGoodPassword(given.password, person)
      await putPasswordHash(sql, person.id, await hashOf(given.password), ctx.clock.now())
      await useInvitation(sql, invitation.id, ctx.clock.now())
      await endSessions(sql, person.id)
      await endBrought(sql, browser)
      await forgiveTries(ctx, keys)
      if (invitation.purpose === 'reset') await tellPasswordChanged(ctx, sql, person)
      const after = { person: person.id, role: person.role, audience: person.audience }
      return { result: person, before, after, by: await actorFor(sql, person) }
    })
    return startSession(ctx, browser.site, person, browser.name)
  }, 'strangers')
}

/** Whom a link makes somebody, or something else. */
async function personOf(ctx: Context, sql: Sql, invitation: Invitation, given: Accepted): Promise<{ person: Person; before: unknown }> {
  const email = invitation.email ?? requireEmail(given.email ?? '')
  const { role, audience, purpose } = invitation
  const found = await lockPerson(sql, { email })
  // Who has the first admin's link does not prove that an address is theirs, and so takes over nobody.
  if (found !== null && invitation.email === null) throw conflict('There is somebody with this address already.')
  if (purpose === 'reset') {
    if (found === null || found.endedAt !== null) throw gone('There is nobody with this address any more.')
    return { person: found, before: null }
  }
  if (found !== null) {
    const now = { name: found.name, role, audience, endedAt: null }
    await updatePerson(sql, found.id, { ...now, at: ctx.clock.now() })
    return { person: { ...found, ...now }, before: { role: found.role, audience: found.audience } }
  }
  const made = await insertPerson(sql, {
    // Who says an address themselves does not prove that it is theirs.
    ...{ email, isEmailVerified: invitation.email !== null },
    ...{ name: requireName(given.name ?? ''), role, audience, at: ctx.clock.now() },
  })
  if (made === null) throw conflict('There is somebody with this address already.')
  return { person: made, before: null }
}

function requireEmail(text: string): string {
  const email = text.trim().toLowerCase()
  if (isEmail(email)) return email
  throw invalid('An e-mail address is needed, such as ada@example.edu.')
}

/** A name as people write it: one line, not long. */
function requireName(text: string): string {
  const name = text.replace(/\s+/g, ' ').trim()
  if (name.length >= 1 && name.length <= 100 && !/[\p{Cc}\p{Cf}]/u.test(name)) return name
  throw invalid('A name is needed, of at most 100 characters.')
}

function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

function invalid(publicMessage: string): TidemarkError {
  return new TidemarkError('invalid', { publicMessage })
}

function conflict(publicMessage: string): TidemarkError {
  return new TidemarkError('conflict', { publicMessage })
}

function gone(publicMessage: string): TidemarkError {
  return new TidemarkError('not-found', { publicMessage })
}
