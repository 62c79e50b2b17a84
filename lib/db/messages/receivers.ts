import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Hold } from '#lib/domain/messages/pace.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type MessageOutcome, TELL_RECEIVERS } from './messages.ts'

/** Something that waits to be told to a receiver by its routes. */
export interface Waiting {
  id: string
  /** A change of a feed, or another event by its key. */
  changeId: string | null
  event: string | null
  createdAt: Instant
  dueAt: Instant
  /** The message it went out with before, by its first row: it goes with that again. */
  carrierId: string | null
  attempts: number
  /** What held it back last. */
  hold: Hold | null
}

interface WaitingRow {
  id: string
  change_id: string | null
  event: string | null
  created_at: Date
  next_attempt_at: Date
  carrier_id: string | null
  attempts: number
  hold: Hold | null
}

/** The receivers for whom something is due, channels before those who subscribed: nobody on call waits for letters. */
export async function listDueReceivers(sql: Sql, now: Instant): Promise<string[]> {
  const { rows } = await sql.query<{ channel: string }>(
    `select channel from outbox where next_attempt_at <= $1 and letter is null and not channel = any($2)
     group by channel order by channel like 'subscriber:%', channel`,
    [toText(now), TELL_RECEIVERS],
  )
  return rows.map(({ channel }) => channel)
}

/** Everything that waits for a receiver, due or not, the oldest first; until the transaction ends nobody else decides about it. */
export async function loadWaiting(sql: Sql, receiver: string): Promise<Waiting[]> {
  const { rows } = await sql.query<WaitingRow>(
    `select id::text, change_id::text, event, created_at, next_attempt_at, carrier_id::text, attempts, hold from outbox
     where channel = $1 and next_attempt_at is not null order by outbox.id for update`,
    [receiver],
  )
  return rows.map((row) => ({
    id: row.id,
    changeId: row.change_id,
    event: row.event,
    createdAt: toInstant(row.created_at),
    dueAt: toInstant(row.next_attempt_at),
    carrierId: row.carrier_id,
    attempts: row.attempts,
    hold: row.hold,
  }))
}

/** When a receiver was sent something last, and how many messages since an instant. */
export async function loadSent(sql: Sql, receiver: string, since: Instant): Promise<{ lastSentAt: Instant | null; sentToday: number }> {
  const { rows } = await sql.query<{ last: Date | null; sent: number }>(
    `select max(tried_at) as last, (count(*) filter (where tried_at >= $2))::int as sent from outbox where channel = $1 and carrier_id = id`,
    [receiver, toText(since)],
  )
  return { lastSentAt: toInstantOrNull(rows[0]?.last ?? null), sentToday: rows[0]?.sent ?? 0 }
}

/** A change of a feed that waits for a receiver, and what the receiver was told of that feed last. */
export interface FeedTurn {
  id: string
  changeId: string
  feedId: number
  feed: string
  group: string
  owner: string | null
  to: Status | null
  at: Instant
  told: Status | null
  /** Something later about it went out meanwhile. */
  isOvertaken: boolean
}

/** The changes among what waits for a receiver, in order. */
export async function loadTurns(sql: Sql, receiver: string, ids: readonly string[]): Promise<FeedTurn[]> {
  if (ids.length === 0) return []
  const { rows } = await sql.query<Omit<FeedTurn, 'at'> & { at: Date }>(
    `select o.id::text, c.id::text as "changeId", s.id as "feedId", s.key as feed, g.key as "group", f.owner, c.to_status as "to", c.at,
       told.to_status as told, coalesce(told.id > c.id, false) as "isOvertaken"
     from outbox o join status_change c on c.id = o.change_id join subject s on s.id = c.subject_id
     join feed f on f.subject_id = s.id join subject g on g.id = f.group_id
     left join lateral (
       select t.id, t.to_status from outbox e join status_change t on t.id = e.change_id
       where e.channel = $1 and e.tried_at is not null and t.subject_id = c.subject_id and e.id <> o.id
         and (o.carrier_id is null or e.carrier_id is distinct from o.carrier_id) order by t.id desc limit 1
     ) told on true
     where o.id = any($2::bigint[]) order by c.id`,
    [receiver, ids],
  )
  return rows.map((row) => ({ ...row, at: toInstant(row.at) }))
}

/** Ends what is not told after all. */
export async function dropWaiting(sql: Sql, ids: readonly string[], why: string): Promise<void> {
  if (ids.length === 0) return
  await sql.query('update outbox set next_attempt_at = null, problem = $2 where id = any($1::bigint[])', [ids, why])
}

/** Puts off what something holds back. */
export async function holdWaiting(sql: Sql, held: readonly { id: string; at: Instant; hold: Hold | null }[]): Promise<void> {
  if (held.length === 0) return
  await sql.query(
    `update outbox o set next_attempt_at = h.at, hold = coalesce(h.hold, o.hold)
     from unnest($1::bigint[], $2::timestamptz[], $3::text[]) as h(id, at, hold) where o.id = h.id`,
    [held.map(({ id }) => id), held.map(({ at }) => toText(at)), held.map(({ hold }) => hold)],
  )
}

/** Binds rows into one message, named by the first of them, for as long as it takes to send it: whatever becomes of that, they stay together. */
export async function bindMessage(sql: Sql, ids: readonly string[], { now, leaseMs }: { now: Instant; leaseMs: number }): Promise<void> {
  await sql.query(
    'update outbox set carrier_id = $2, attempts = attempts + 1, tried_at = $3, next_attempt_at = $4 where id = any($1::bigint[])',
    [ids, ids[0], toText(now), toText(now + leaseMs)],
  )
}

/** Records what became of this very try of a message. Its rows are taken in the order in which whoever decides about the receiver takes them. */
export async function recordBound(sql: Sql, carrierId: string, attempts: number, outcome: MessageOutcome): Promise<void> {
  await sql.query(
    `with own as (
       select id from outbox
       where carrier_id = $1 and attempts = $2 and delivered_at is null and given_up_at is null and next_attempt_at is not null order by id for update
     )
     update outbox o set delivered_at = $3, given_up_at = $4, next_attempt_at = $5, problem = $6 from own where o.id = own.id`,
    [
      carrierId,
      attempts,
      toTextOrNull(outcome.deliveredAt),
      toTextOrNull(outcome.givenUpAt),
      toTextOrNull(outcome.nextAttemptAt),
      outcome.problem,
    ],
  )
}
