import type { Sql } from '#lib/db/context.ts'
import { toInstant, toText, toTextOrNull } from '#lib/db/instants.ts'
import { endsOfChange, type FailedRun, type LastEnds, TOLD_BY_RUN, toFailedRun } from '#lib/db/runs/failed-runs.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** The receivers of `tell`, which get one message a change. */
export const TELL_RECEIVERS = ['email', 'webhook'] as const

/** A message somebody has begun to send, with all there is to say about its change. */
export interface ClaimedMessage {
  id: string
  channel: string
  changeId: string
  /** Tries begun, this one included. */
  attempts: number
  createdAt: Instant
  feedKey: string
  feedName: string
  groupName: string
  owner: string | null
  /** In words, without a full stop; empty when nothing is promised. */
  promise: string
  from: Status | null
  to: Status | null
  reason: Reason | null
  at: Instant
  recordedAt: Instant
  explanation: string | null
  /** Promised assets that had the feed's status at that moment. */
  causes: { name: string; reason: Reason; dueAt: Instant | null }[]
  /** The run because of which it is so, as it was known then; null where that is not the reason. */
  failedRun: FailedRun | null
}

interface MessageRow {
  id: string
  channel: string
  change_id: string
  attempts: number
  created_at: Date
  feed_key: string
  feed_name: string
  group_name: string
  owner: string | null
  promise: string | null
  from_status: Status | null
  to_status: Status | null
  reason: Reason | null
  at: Date
  recorded_at: Date
  explanation: string | null
  causes: { name: string; reason: Reason; dueAt: number | null }[] | null
  last_ends: LastEnds | null
}

/**
 * Claims by moving `next_attempt_at` ahead, so that nobody else takes the same row while it is being sent. Messages of one
 * feed on one channel keep their order while the earlier one is in the air or about to be tried again.
 */
const CLAIMED = `
with due as (
  select o.id from outbox o join status_change c on c.id = o.change_id
  where o.next_attempt_at <= $1 and o.channel = any($4) and not exists (
    select from outbox e join status_change ec on ec.id = e.change_id
    where e.channel = o.channel and ec.subject_id = c.subject_id and e.change_id < o.change_id and e.next_attempt_at <= $2
  )
  order by o.next_attempt_at, o.id limit $3 for update of o skip locked
), claimed as (
  update outbox o set attempts = o.attempts + 1, next_attempt_at = $2 from due where o.id = due.id
  returning o.id, o.channel, o.change_id, o.attempts, o.created_at
)`

const SAID = `
select m.*, s.key as feed_key, s.name as feed_name, g.name as group_name, f.owner, f.settings ->> 'promise' as promise,
  c.from_status, c.to_status, c.reason, c.at, c.recorded_at, told_people(c.explanation, array[f.group_id]) as explanation,
  (
    select json_agg(json_build_object('name', t.name, 'reason', sp.reason, 'dueAt', (a.verdict ->> 'dueAt')::float8) order by sp.from_at, t.name)
    from asset a join subject t on t.id = a.subject_id and t.removed_at is null join status_span sp on sp.subject_id = a.subject_id
    where a.feed_id = s.id and a.promised and sp.status = c.to_status and sp.from_at <= c.at and coalesce(sp.to_at, 'infinity') > c.at
  ) as causes,
  ${endsOfChange('c', TOLD_BY_RUN)} as last_ends
from claimed m join status_change c on c.id = m.change_id join subject s on s.id = c.subject_id
join feed f on f.subject_id = s.id join subject g on g.id = f.group_id
order by m.change_id, m.channel`

/** Takes due messages of `tell` for `leaseMs`; whoever does not record an outcome by then has lost them to the next claim. */
export async function claimMessages(sql: Sql, now: Instant, leaseMs: number, limit: number): Promise<ClaimedMessage[]> {
  const { rows } = await sql.query<MessageRow>(CLAIMED + SAID, [toText(now), toText(now + leaseMs), limit, TELL_RECEIVERS])
  return rows.map(toMessage)
}

/** What there is to say about the changes in these rows of the outbox; nothing of one whose feed is gone. */
export async function loadMessages(sql: Sql, ids: readonly string[]): Promise<ClaimedMessage[]> {
  const { rows } = await sql.query<MessageRow>(
    `with claimed as (select o.id, o.channel, o.change_id, o.attempts, o.created_at from outbox o where o.id = any($1::bigint[])) ${SAID}`,
    [ids],
  )
  return rows.map(toMessage)
}

function toMessage(row: MessageRow): ClaimedMessage {
  return {
    id: row.id,
    channel: row.channel,
    changeId: row.change_id,
    attempts: row.attempts,
    createdAt: toInstant(row.created_at),
    feedKey: row.feed_key,
    feedName: row.feed_name,
    groupName: row.group_name,
    owner: row.owner,
    promise: row.promise ?? '',
    from: row.from_status,
    to: row.to_status,
    reason: row.reason,
    at: toInstant(row.at),
    recordedAt: toInstant(row.recorded_at),
    explanation: row.explanation,
    causes: row.causes ?? [],
    failedRun: toFailedRun(row.last_ends),
  }
}

/** How a try ended: `deliveredAt`, `givenUpAt` or, to be tried again, `nextAttemptAt`; none of them: not wanted. */
export interface MessageOutcome {
  deliveredAt: Instant | null
  givenUpAt: Instant | null
  nextAttemptAt: Instant | null
  problem: string | null
}

/** Records the outcome of this very try; does nothing when the message has been claimed anew since. */
export async function recordMessageOutcome(sql: Sql, message: ClaimedMessage, outcome: MessageOutcome): Promise<void> {
  await sql.query(
    `update outbox set delivered_at = $3, given_up_at = $4, next_attempt_at = $5, problem = $6
     where id = $1 and attempts = $2 and delivered_at is null and given_up_at is null`,
    [
      message.id,
      message.attempts,
      toTextOrNull(outcome.deliveredAt),
      toTextOrNull(outcome.givenUpAt),
      toTextOrNull(outcome.nextAttemptAt),
      outcome.problem,
    ],
  )
}

/** When the next message is due; null when none waits. */
export async function getNextMessageAt(sql: Sql): Promise<Instant | null> {
  const { rows } = await sql.query<{ at: Date | null }>('select min(next_attempt_at) as at from outbox where next_attempt_at is not null')
  const at = rows[0]?.at ?? null
  return at === null ? null : toInstant(at)
}

/** Puts one message per channel and change into the outbox, due at once; a change that is there already stays as it is. */
export async function enqueueMessages(sql: Sql, at: Instant, channels: readonly string[], changeIds: readonly string[]): Promise<void> {
  if (channels.length === 0 || changeIds.length === 0) return
  await sql.query(
    `insert into outbox (channel, change_id, created_at, next_attempt_at)
     select channel, change_id, $3, $3 from unnest($1::text[]) as channel, unnest($2::bigint[]) as change_id
     order by change_id, channel
     on conflict (channel, change_id) do nothing`,
    [channels, changeIds, toText(at)],
  )
}
