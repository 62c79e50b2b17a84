import { createHash } from 'node:crypto'
import type { Context, Sql } from '#lib/db/context.ts'
import { enqueueLetter } from '#lib/db/messages/letters.ts'
import {
  addSubscriber,
  addSubscription,
  CONFIRM_MS,
  endSubscriptions,
  findSubscribable,
  findSubscriber,
  listSubscriptions,
  type Subscription,
  seenSubjects,
} from '#lib/db/messages/subscribers.ts'
import { findPerson, type Person } from '#lib/db/people/people.ts'
import { countTry } from '#lib/db/people/tries.ts'
import { isEmail } from '#lib/domain/access/email.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { act } from '../act.ts'
import { canWrite } from '../letters.ts'
import { requireId } from '../sessions.ts'
import { requireFew, triesOf } from '../tries.ts'

/** Letters to confirm: so many an hour that one address of the network asks for, and that all do; so many a day to one address. */
const ASKED = { network: 10, all: 200, windowMs: HOUR_MS, letters: 3 } as const
const OWN_MAX = 500

/** A group or a feed. */
export interface Subscribable {
  kind: 'group' | 'feed'
  key: string
}

const ON_ITS_WAY =
  'If this address can be written to, a letter is on its way to it. Follow the link in it within a day: nothing else is sent before.'

/**
 * Has somebody written to of a group or feed that they see: who has signed in at their own address, anybody else at the one they give, once they have followed the link in a
 * letter. The words are the same whether that address is known here or not.
 */
export async function subscribe(ctx: Context, subject: Subscribable, email: string): Promise<string> {
  const { actor } = ctx
  if (!(await canWrite(ctx.whole))) throw refused('This page sends no mail.')
  const found = await findSubscribable(ctx.pool, subject)
  if (found === null) throw new TidemarkError('not-found', { publicMessage: `There is no such ${subject.kind} here.` })
  if (actor.kind !== 'person' && actor.kind !== 'visitor') throw refused('A program is written to by a channel of the catalogue.')
  const person = actor.kind === 'person' ? await findPerson(ctx.whole, { id: requireId(ctx) }) : null
  // What is counted is counted before the transaction: one that waits for a second connection may wait for ever.
  const work =
    person?.isEmailVerified === true
      ? (sql: Sql) => begin(ctx, sql, person, found)
      : await asking(ctx, { email: person?.email ?? requireEmail(email), person, subjectId: found.id })
  return act(ctx, { action: 'subscription.begin', target: subject }, async (sql) => {
    const result = await work(sql)
    return { result, after: { subject: `${subject.kind}:${subject.key}` } }
  })
}

async function begin(ctx: Context, sql: Sql, person: Person, { id: subjectId, name }: { id: number; name: string }): Promise<string> {
  const now = ctx.clock.now()
  const subscriberId = await addSubscriber(sql, { email: person.email, person }, now)
  if ((await listSubscriptions(sql, subscriberId, now)).length >= OWN_MAX) throw refused(`You are written to of ${OWN_MAX} things already.`)
  await addSubscription(sql, { subscriberId, subjectId }, { now, isConfirmed: true })
  return `You are written to at ${person.email} when something is wrong with ${name}, and when it is well again.`
}

interface Asked {
  email: string
  /** Who has signed in and has not proved that the address is theirs. */
  person: Person | null
  subjectId: number
}

/** Counts what is asked for by whoever is not known to read at an address, and answers what is done about it; refused where it is too much. */
async function asking(ctx: Context, asked: Asked): Promise<(sql: Sql) => Promise<string>> {
  await requireRoom(ctx)
  const key = createHash('sha256').update(asked.email.toLowerCase()).digest('base64url')
  const { tries } = await countTry(ctx.whole, `subscribe-letter:${key}`, ctx.clock.now(), DAY_MS)
  return async (sql) => (tries > ASKED.letters ? ON_ITS_WAY : ask(ctx, sql, asked))
}

/** Whoever asks is not known to read at the address: what reads there has to say so. */
async function ask(ctx: Context, sql: Sql, { email, person, subjectId }: Asked): Promise<string> {
  const now = ctx.clock.now()
  const known = person ?? (await provenPerson(sql, email))
  const subscriberId = await addSubscriber(sql, { email, person: known }, now)
  if (await addSubscription(sql, { subscriberId, subjectId }, { now, isConfirmed: false })) {
    const letter = {
      kind: 'subscription',
      to: email,
      name: null,
      by: null,
      role: null,
      invitation: null,
      subscriber: subscriberId,
    } as const
    await enqueueLetter(sql, now, letter)
  }
  return ON_ITS_WAY
}

async function provenPerson(sql: Sql, email: string): Promise<Person | null> {
  const found = await findPerson(sql, { email })
  return found?.isEmailVerified === true && found.endedAt === null ? found : null
}

async function requireRoom(ctx: Context): Promise<void> {
  const { address } = triesOf(null, ctx.from)
  for (const [key, max] of [[`subscribe:${address ?? '-'}`, ASKED.network] as const, ['subscribe:all', ASKED.all] as const])
    await requireFew(ctx, key, { what: 'letters asked for', max, windowMs: ASKED.windowMs })
}

/** Ends what whoever has signed in is written to of. */
export async function unsubscribe(ctx: Context, subject: Subscribable): Promise<void> {
  const personId = requireId(ctx)
  await act(ctx, { action: 'subscription.end', target: subject }, async (sql) => {
    const subscriber = await findSubscriber(sql, { personId })
    const own = subscriber === null ? [] : await listSubscriptions(sql, subscriber.id, 0)
    const which = own.find(({ kind, key }) => kind === subject.kind && key === subject.key)
    if (subscriber === null || which === undefined) throw refused('You are not written to of this.')
    await endSubscriptions(sql, subscriber.id, which.subjectId)
    return { result: undefined, after: { ended: 1 } }
  })
}

/** What somebody is written to of, as far as they see it now, and how much besides. */
export interface SeenSubscriptions {
  subscriptions: Subscription[]
  unseen: number
}

/** What whoever has signed in is written to of; nothing for anybody else. */
export async function ownSubscriptions(ctx: Context): Promise<SeenSubscriptions> {
  const { kind, id } = ctx.actor
  const subscriber = kind === 'person' && id !== null ? await findSubscriber(ctx.whole, { personId: id }) : null
  if (subscriber === null) return { subscriptions: [], unseen: 0 }
  return seenOf(ctx, await listSubscriptions(ctx.whole, subscriber.id, ctx.clock.now() - CONFIRM_MS))
}

/** Those of the subscriptions that a reader sees, and how many besides. */
export async function seenOf(reader: Context, all: readonly Subscription[]): Promise<SeenSubscriptions> {
  const seen = await seenSubjects(
    reader.pool,
    all.map(({ subjectId }) => subjectId),
  )
  const subscriptions = all.filter(({ subjectId }) => seen.has(subjectId))
  return { subscriptions, unseen: all.length - subscriptions.length }
}

/** Whether anybody can be written to at all. */
export async function offersLetters(ctx: Context): Promise<boolean> {
  return canWrite(ctx.whole)
}

/** What the page of a group or feed offers whoever reads it; null: nothing, since this page sends no mail or they are a program. */
export async function subscriptionOffer(ctx: Context, subject: Subscribable): Promise<SubscriptionOffer | null> {
  const { kind } = ctx.actor
  if ((kind !== 'person' && kind !== 'visitor') || !(await offersLetters(ctx))) return null
  if (kind === 'visitor') return { to: null, state: 'none' }
  const [own, person] = await Promise.all([ownSubscriptions(ctx), findPerson(ctx.whole, { id: requireId(ctx) })])
  const found = own.subscriptions.find((one) => one.kind === subject.kind && one.key === subject.key)
  return { to: person?.email ?? null, state: found === undefined ? 'none' : found.isConfirmed ? 'confirmed' : 'asked' }
}

export interface SubscriptionOffer {
  /** The address of whoever has signed in; null: it has to be given. */
  to: string | null
  state: 'none' | 'asked' | 'confirmed'
}

function requireEmail(text: string): string {
  const email = text.trim().toLowerCase()
  if (isEmail(email)) return email
  throw new TidemarkError('invalid', { publicMessage: 'An e-mail address is needed, such as ada@example.edu.' })
}

function refused(publicMessage: string): TidemarkError {
  return new TidemarkError('refused', { publicMessage })
}
