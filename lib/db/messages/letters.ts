import { z } from 'zod'
import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText } from '#lib/db/instants.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { MessageOutcome } from './messages.ts'
import { CONFIRM_MS } from './subscribers.ts'

const letterSchema = z.object({
  kind: z.enum(['invitation', 'reset', 'password-changed', 'subscription', 'report']),
  to: z.string(),
  /** Who gets it, and who had it sent, by name where they have one. */
  name: z.string().nullable(),
  by: z.string().nullable(),
  role: z.string().nullable(),
  /** The invitation whose link stands in it. */
  invitation: z.string().nullable(),
  /** The subscriber who is to confirm what was asked for at this address. */
  subscriber: z.number().exactOptional(),
  /** What a reader reported. */
  report: z.number().exactOptional(),
})

/** What a letter to a person says, without its link. */
export type Letter = z.infer<typeof letterSchema>

/** A letter somebody has begun to send. */
export interface ClaimedLetter {
  id: string
  letter: Letter
  /** The token of its link, sealed for its receiver; null: it has none. */
  sealed: string | null
  /** Until when its link is good; null: it has none, or the link is good no more. */
  linkEndsAt: Instant | null
  /** What is to be confirmed by it, by name, and the link for that; null: it is about something else. */
  toConfirm: { names: string[]; token: string } | null
  /** What was reported; null: it is about something else. */
  reported: { by: string; text: string; feed: string; feedName: string; asset: string | null } | null
  attempts: number
  createdAt: Instant
}

/** Puts a letter into the outbox, due at once, and wakes a worker that sends it. */
export async function enqueueLetter(sql: Sql, at: Instant, letter: Letter, sealed: string | null = null): Promise<void> {
  await sql.query(`insert into outbox (channel, letter, sealed, created_at, next_attempt_at) values ('letter', $1, $2, $3, $3)`, [
    JSON.stringify(letter),
    sealed,
    toText(at),
  ])
  await notifyWorkers(sql)
}

interface LetterRow {
  id: string
  letter: unknown
  sealed: string | null
  link_ends_at: Date | null
  to_confirm: ClaimedLetter['toConfirm']
  reported: ClaimedLetter['reported']
  attempts: number
  created_at: Date
}

const CLAIM = `
with due as (
  select id from outbox where letter is not null and next_attempt_at <= $1 order by next_attempt_at, id limit $3 for update skip locked
)
update outbox o set attempts = o.attempts + 1, next_attempt_at = $2 from due where o.id = due.id
returning o.id::text, o.letter, o.sealed, o.attempts, o.created_at,
  (select i.expires_at from invitation i where i.id = o.letter ->> 'invitation' and i.used_at is null and i.expires_at > $1) as link_ends_at,
  (select json_build_object('token', u.token, 'names', array(
     select s.name from subscription x join subject s on s.id = x.subject_id and s.removed_at is null
     where x.subscriber_id = u.id and x.confirmed_at is null and x.asked_at > $4 order by lower(s.name)))
   from subscriber u where u.id = (o.letter ->> 'subscriber')::int) as to_confirm,
  (select json_build_object('by', r.reported_by, 'text', r.text, 'feed', s.key, 'feedName', s.name, 'asset', sa.name)
   from report r join subject s on s.id = r.feed_id left join subject sa on sa.id = r.asset_id where r.id = (o.letter ->> 'report')::int) as reported`

/** Takes due letters for `leaseMs`; whoever does not record an outcome by then has lost them to the next claim. */
export async function claimLetters(sql: Sql, now: Instant, leaseMs: number, limit: number): Promise<ClaimedLetter[]> {
  const { rows } = await sql.query<LetterRow>(CLAIM, [toText(now), toText(now + leaseMs), limit, toText(now - CONFIRM_MS)])
  return rows.map((row) => ({
    id: row.id,
    letter: letterSchema.parse(row.letter),
    sealed: row.sealed,
    linkEndsAt: toInstantOrNull(row.link_ends_at),
    toConfirm: row.to_confirm,
    reported: row.reported,
    attempts: row.attempts,
    createdAt: toInstant(row.created_at),
  }))
}

/** Records the outcome of this very try; with nothing left to send, the link is forgotten. */
export async function recordLetterOutcome(sql: Sql, { id, attempts }: ClaimedLetter, outcome: MessageOutcome): Promise<void> {
  const [delivered, givenUp, next] = [outcome.deliveredAt, outcome.givenUpAt, outcome.nextAttemptAt].map((at) =>
    at === null ? null : toText(at),
  )
  await sql.query(
    `update outbox set delivered_at = $3, given_up_at = $4, next_attempt_at = $5, problem = $6,
       sealed = case when $5::timestamptz is null then null else sealed end
     where id = $1 and attempts = $2 and delivered_at is null and given_up_at is null`,
    [id, attempts, delivered, givenUp, next, outcome.problem],
  )
}

/** What became of the latest letter of each invitation: sent, given up and why, or still on its way. */
export async function letterOutcomes(
  sql: Sql,
): Promise<Map<string, { deliveredAt: Instant | null; givenUpAt: Instant | null; problem: string | null }>> {
  const { rows } = await sql.query<{ invitation: string; delivered_at: Date | null; given_up_at: Date | null; problem: string | null }>(
    `select distinct on (letter ->> 'invitation') letter ->> 'invitation' as invitation, delivered_at, given_up_at, problem
     from outbox where letter ->> 'invitation' is not null order by letter ->> 'invitation', id desc`,
  )
  return new Map(
    rows.map((row) => [
      row.invitation,
      { deliveredAt: toInstantOrNull(row.delivered_at), givenUpAt: toInstantOrNull(row.given_up_at), problem: row.problem },
    ]),
  )
}
