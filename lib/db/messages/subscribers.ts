import { randomBytes } from 'node:crypto'
import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { PERSON_COLUMNS, type Person, type PersonRow, toPerson } from '#lib/db/people/people.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'

/** What is asked for and not confirmed within so long is forgotten. */
export const CONFIRM_MS = DAY_MS

/** Somebody who wants to be written to of groups and feeds. */
export interface Subscriber {
  id: number
  /** Where letters go to if no person is known to have this address. */
  email: string
  /** The link in their letters. */
  token: string
  person: Person | null
  /** What another system said of the person when they signed in last. */
  claims: unknown
}

/** What somebody is written to of, or asked to be. */
export interface Subscription {
  kind: 'group' | 'feed'
  subjectId: number
  key: string
  name: string
  /** It is in the catalogue no more. */
  isGone: boolean
  isConfirmed: boolean
}

type SubscriberRow = { subscriber_id: number; subscriber_email: string; token: string; claims: unknown } & Partial<PersonRow>

const SUBSCRIBER = `
  select u.id as subscriber_id, u.email as subscriber_email, u.token, u.claims, ${PERSON_COLUMNS}
  from subscriber u left join person p on p.id = u.person_id`

const isPersonRow = (row: Partial<PersonRow>): row is PersonRow => typeof row.id === 'string'

/** A subscriber by number, by the link in their letters, or as the person they are; null when there is none. */
export async function findSubscriber(sql: Sql, by: { id: number } | { token: string } | { personId: string }): Promise<Subscriber | null> {
  const [column, value] = 'id' in by ? ['id', by.id] : 'token' in by ? ['token', by.token] : ['person_id', by.personId]
  const { rows } = await sql.query<SubscriberRow>(`${SUBSCRIBER} where u.${column} = $1`, [value])
  const [row] = rows
  if (row === undefined) return null
  const { subscriber_id: id, subscriber_email: email, token, claims } = row
  return { id, email, token, claims, person: isPersonRow(row) ? toPerson(row) : null }
}

/**
 * With what another system last said of the person, whose sessions end. Who has not proved the address gets another link at another one: the old link was sent to
 * whoever reads there.
 */
const upsert = (conflict: string) => `
  insert into subscriber (email, person_id, token, created_at, claims) values ($1, $2, $3, $4, (
    select claims from person_session where person_id = $2 and claims is not null order by created_at desc limit 1))
  on conflict ${conflict} do update set email = excluded.email, claims = coalesce(excluded.claims, subscriber.claims),
    token = case when subscriber.email = excluded.email or $5 then subscriber.token else excluded.token end
  returning id`

/** Who is written to at an address, added if new: the person whose it is, or else whoever reads there. What was asked for at a person's address before they were known is theirs, with its link. */
export async function addSubscriber(sql: Sql, { email, person }: { email: string; person: Person | null }, now: Instant): Promise<number> {
  const isProved = person?.isEmailVerified === true
  const values = [email.toLowerCase(), person?.id ?? null, randomBytes(32).toString('base64url'), toText(now), isProved]
  if (person !== null) await (isProved ? becomeKnown(sql, person) : forgetConfirmed(sql, person.id, email, now))
  const { rows } = await sql.query<{ id: number }>(upsert(person === null ? '(email) where person_id is null' : '(person_id)'), values)
  const id = rows[0]?.id ?? 0
  if (person !== null && isProved) await takeOver(sql, id, person.email)
  return id
}

/** What was confirmed at another address was not confirmed at this one. */
async function forgetConfirmed(sql: Sql, personId: string, email: string, now: Instant): Promise<void> {
  await sql.query(
    `update subscription s set confirmed_at = null, asked_at = $3 from subscriber u
     where u.id = s.subscriber_id and u.person_id = $1 and u.email <> $2 and s.confirmed_at is not null`,
    [personId, email.toLowerCase(), toText(now)],
  )
}

/** Whoever reads at an address turns out to be a person: the link in their letters goes on. */
async function becomeKnown(sql: Sql, { id, email }: Person): Promise<void> {
  await sql.query(
    `update subscriber set person_id = $1 where person_id is null and email = $2 and not exists (select from subscriber where person_id = $1)`,
    [id, email.toLowerCase()],
  )
}

async function takeOver(sql: Sql, id: number, email: string): Promise<void> {
  await sql.query(
    `with before as (delete from subscriber where person_id is null and email = $2 returning id)
     insert into subscription (subscriber_id, subject_id, asked_at, confirmed_at)
     select $1, s.subject_id, s.asked_at, s.confirmed_at from subscription s join before b on b.id = s.subscriber_id on conflict do nothing`,
    [id, email.toLowerCase()],
  )
}

/** Notes that somebody wants to be written to of something; false where that stands already. One that was asked for and not confirmed in its time is asked for anew. */
export async function addSubscription(
  sql: Sql,
  { subscriberId, subjectId }: { subscriberId: number; subjectId: number },
  { now, isConfirmed }: { now: Instant; isConfirmed: boolean },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into subscription as s (subscriber_id, subject_id, asked_at, confirmed_at) values ($1, $2, $3, $4)
     on conflict (subscriber_id, subject_id) do update set asked_at = excluded.asked_at, confirmed_at = excluded.confirmed_at where s.confirmed_at is null`,
    [subscriberId, subjectId, toText(now), isConfirmed ? toText(now) : null],
  )
  return rowCount === 1
}

/** What somebody is written to of, and what they asked for since an instant and have not confirmed. */
export async function listSubscriptions(sql: Sql, subscriberId: number, askedSince: Instant): Promise<Subscription[]> {
  const { rows } = await sql.query<Subscription>(
    `select s.kind, s.id as "subjectId", s.key, s.name, s.removed_at is not null as "isGone", x.confirmed_at is not null as "isConfirmed"
     from subscription x join subject s on s.id = x.subject_id
     where x.subscriber_id = $1 and (x.confirmed_at is not null or x.asked_at > $2) order by s.kind desc, lower(s.name), s.id`,
    [subscriberId, toText(askedSince)],
  )
  return rows
}

/** Confirms what somebody asked for since an instant; tells how much that was. */
export async function confirmSubscriptions(sql: Sql, subscriberId: number, askedSince: Instant, now: Instant): Promise<number> {
  const { rowCount } = await sql.query(
    'update subscription set confirmed_at = $3 where subscriber_id = $1 and confirmed_at is null and asked_at > $2',
    [subscriberId, toText(askedSince), toText(now)],
  )
  return rowCount ?? 0
}

/** Ends what somebody is written to of, one thing or everything; tells how much that was. Of who wants nothing any more nothing is kept, and what waits is not sent. */
export async function endSubscriptions(sql: Sql, subscriberId: number, only: number | null): Promise<number> {
  // One who asks for something meanwhile waits, and keeps it.
  await sql.query('select from subscriber where id = $1 for update', [subscriberId])
  const { rowCount } = await sql.query('delete from subscription where subscriber_id = $1 and ($2::int is null or subject_id = $2)', [
    subscriberId,
    only,
  ])
  const { rowCount: gone } = await sql.query(
    'delete from subscriber u where u.id = $1 and not exists (select from subscription s where s.subscriber_id = u.id)',
    [subscriberId],
  )
  if (gone === 1)
    await sql.query(
      `with own as (select id from outbox where channel = $1 and next_attempt_at is not null order by id for update)
       update outbox o set next_attempt_at = null, problem = 'The subscription was ended.' from own where o.id = own.id`,
      [receiverOf(subscriberId)],
    )
  return rowCount ?? 0
}

const RECEIVER = 'subscriber:'

/** As whom a subscriber stands in the outbox. */
export function receiverOf(subscriberId: number): string {
  return `${RECEIVER}${subscriberId}`
}

/** The subscriber that a receiver is; null: it is a channel. */
export function subscriberIn(receiver: string): number | null {
  return receiver.startsWith(RECEIVER) ? Number(receiver.slice(RECEIVER.length)) : null
}

/** A group or feed as somebody sees it, by its key; null when they see none. */
export async function findSubscribable(
  sql: Sql,
  { kind, key }: { kind: 'group' | 'feed'; key: string },
): Promise<{ id: number; name: string } | null> {
  const { rows } = await sql.query<{ id: number; name: string }>(
    'select id, name from subject where kind = $1 and key = $2 and removed_at is null',
    [kind, key],
  )
  return rows[0] ?? null
}

/** Which of these subjects somebody sees. */
export async function seenSubjects(sql: Sql, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set()
  const { rows } = await sql.query<{ id: number }>('select id from subject where id = any($1::int[])', [ids])
  return new Set(rows.map(({ id }) => id))
}
