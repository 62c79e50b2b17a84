import type { Sql } from '#lib/db/context.ts'
import { toInstant, toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A message as it came, with what makes it known when it comes again. */
export interface PushedMessage {
  kind: 'lineage' | 'heartbeat' | 'flow'
  dedupeKey: string
  eventAt: Instant
  body: unknown
}

/** A message that waits to be carried over. */
export interface WaitingMessage {
  id: string
  kind: 'lineage' | 'heartbeat'
  /** Of the token that brought it: what it may tell about; null: everything. */
  audience: string | null
  body: unknown
}

/** Something that was pushed to a flow and waits. */
export interface WaitingPush {
  id: string
  tokenId: string
  receivedAt: Instant
  body: unknown
}

/** What tells of loads; what is pushed to flows waits apart from it. */
const OF_LOADS = "taken_at is null and kind <> 'flow'"

/** After so many tries a message that cannot be carried over is left as it is. */
export const TRIES_MAX = 5

/** Keeps messages in one statement, and answers how many of them were not there before; one that was given up is new when it comes again. */
export async function insertMessages(
  sql: Sql,
  by: { tokenId: string; audience: string | null; now: Instant },
  messages: readonly PushedMessage[],
): Promise<number> {
  // One statement may touch a row once; of those that are the same the first one stands.
  const distinct = new Map(messages.toReversed().map((message) => [message.dedupeKey, message]))
  const rows = [...distinct.values()]
    .map(({ kind, dedupeKey, eventAt, body }) => ({ kind, dedupe_key: dedupeKey, event_at: toText(eventAt), body }))
    .sort((a, b) => (a.dedupe_key < b.dedupe_key ? -1 : 1))
  const { rowCount } = await sql.query(
    `insert into push_inbox as p (received_at, token_id, audience, kind, dedupe_key, event_at, body)
     select $1, $2, $3, x.kind, x.dedupe_key, x.event_at, x.body
     from jsonb_to_recordset($4::jsonb) as x(kind text, dedupe_key text, event_at timestamptz, body jsonb) order by x.dedupe_key
     on conflict (dedupe_key) do update set received_at = excluded.received_at, event_at = excluded.event_at, body = excluded.body, tries = 0, problem = null
     where p.taken_at is null and p.tries >= ${TRIES_MAX}`,
    [toText(by.now), by.tokenId, by.audience, toStorableJson(rows)],
  )
  return rowCount ?? 0
}

/** How many messages wait that can still be carried over, counted no further than `most`. */
export async function countWaiting(sql: Sql, most: number): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `select count(*)::int as count from (select from push_inbox where taken_at is null and tries < ${TRIES_MAX} limit $1) x`,
    [most],
  )
  return rows[0]?.count ?? 0
}

/** Whether any message that tells of loads waits that can still be carried over. */
export async function hasWaiting(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ has: boolean }>(
    `select exists (select from push_inbox where ${OF_LOADS} and tries < ${TRIES_MAX}) as has`,
  )
  return rows[0]?.has === true
}

/** The messages that tell of loads and wait, the earliest event first. */
export async function lockWaiting(sql: Sql, most: number): Promise<WaitingMessage[]> {
  const { rows } = await sql.query<WaitingMessage>(
    `select id::text, kind, audience, body from push_inbox where ${OF_LOADS} and tries < ${TRIES_MAX}
     order by event_at, push_inbox.id limit $1 for update`,
    [most],
  )
  return rows
}

/** What was pushed to flows and waits, in the order in which it came, after one that was looked at already. */
export async function listWaitingPushes(sql: Sql, after: string, most: number): Promise<WaitingPush[]> {
  const { rows } = await sql.query<Omit<WaitingPush, 'receivedAt'> & { receivedAt: Date }>(
    `select id::text, token_id as "tokenId", received_at as "receivedAt", body from push_inbox
     where taken_at is null and kind = 'flow' and tries < ${TRIES_MAX} and id > $1 order by push_inbox.id limit $2`,
    [after, most],
  )
  return rows.map((row) => ({ ...row, receivedAt: toInstant(row.receivedAt) }))
}

/** Locks what was pushed to a flow; false where another worker has it, or it waits no more. */
export async function lockPush(sql: Sql, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('select from push_inbox where id = $1 and taken_at is null for update skip locked', [id])
  return rowCount === 1
}

/** Notes for good why something is not carried over. */
export async function noteRefused(sql: Sql, id: string, problem: string): Promise<void> {
  await sql.query(`update push_inbox set tries = ${TRIES_MAX}, problem = $2 where id = $1 and taken_at is null`, [id, problem])
}

export async function noteTaken(sql: Sql, ids: readonly string[], now: Instant): Promise<void> {
  await sql.query('update push_inbox set taken_at = $2, problem = null where id = any($1::bigint[])', [ids, toText(now)])
}

/** Notes why a message could not be carried over; it is tried a few times more. */
export async function noteNotTaken(sql: Sql, id: string, problem: string): Promise<void> {
  await sql.query('update push_inbox set tries = tries + 1, problem = $2 where id = $1 and taken_at is null', [id, problem])
}
