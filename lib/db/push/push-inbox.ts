import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A message as it came, with what makes it known when it comes again. */
export interface PushedMessage {
  kind: 'lineage' | 'heartbeat'
  dedupeKey: string
  eventAt: Instant
  body: unknown
}

/** A message that waits to be carried over. */
export interface WaitingMessage {
  id: string
  kind: PushedMessage['kind']
  /** Of the token that brought it: what it may tell about; null: everything. */
  audience: string | null
  body: unknown
}

/** After so many tries a message that cannot be carried over is left as it is. */
export const TRIES_MAX = 5

/** Keeps messages in one statement, and answers how many of them were not there before. */
export async function insertMessages(
  sql: Sql,
  by: { tokenId: string; audience: string | null; now: Instant },
  messages: readonly PushedMessage[],
): Promise<number> {
  const rows = messages
    .map(({ kind, dedupeKey, eventAt, body }) => ({ kind, dedupe_key: dedupeKey, event_at: toText(eventAt), body }))
    .sort((a, b) => (a.dedupe_key < b.dedupe_key ? -1 : 1))
  const { rowCount } = await sql.query(
    `insert into push_inbox (received_at, token_id, audience, kind, dedupe_key, event_at, body)
     select $1, $2, $3, x.kind, x.dedupe_key, x.event_at, x.body
     from jsonb_to_recordset($4::jsonb) as x(kind text, dedupe_key text, event_at timestamptz, body jsonb) order by x.dedupe_key
     on conflict (dedupe_key) do nothing`,
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

/** Whether any message waits that can still be carried over. */
export async function hasWaiting(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ has: boolean }>(
    `select exists (select from push_inbox where taken_at is null and tries < ${TRIES_MAX}) as has`,
  )
  return rows[0]?.has === true
}

/** The messages that wait, the earliest event first. */
export async function lockWaiting(sql: Sql, most: number): Promise<WaitingMessage[]> {
  const { rows } = await sql.query<WaitingMessage>(
    `select id::text, kind, audience, body from push_inbox where taken_at is null and tries < ${TRIES_MAX}
     order by event_at, id limit $1 for update`,
    [most],
  )
  return rows
}

export async function noteTaken(sql: Sql, ids: readonly string[], now: Instant): Promise<void> {
  await sql.query('update push_inbox set taken_at = $2, problem = null where id = any($1::bigint[])', [ids, toText(now)])
}

/** Notes why a message could not be carried over; it is tried a few times more. */
export async function noteNotTaken(sql: Sql, id: string, problem: string): Promise<void> {
  await sql.query('update push_inbox set tries = tries + 1, problem = $2 where id = $1 and taken_at is null', [id, problem])
}
