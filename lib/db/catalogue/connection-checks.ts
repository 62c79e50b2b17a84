import { z } from 'zod'
import type { Sql } from '#lib/db/context.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import { type KnownReference, SECRET_PLACES } from '#lib/domain/connections/secret-reference.ts'
import { DAY_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { IN_FORCE } from './catalogue-versions.ts'

const CHECK_EVERY_MS = DAY_MS
/** A check that has not ended by then was lost with its worker. */
const CHECK_LOST_MS = 2 * MINUTE_MS

const referenceSchema = z.object({
  name: z.string(),
  setting: z.string(),
  isSecret: z.boolean(),
  setIn: z.enum(SECRET_PLACES),
  fingerprint: z.string().nullable(),
  seenAt: z.number().nullable(),
  changedAt: z.number().nullable(),
})

/** The references stored with a connection; what cannot be read counts as never seen. */
export function toReferences(stored: unknown): KnownReference[] {
  return z.array(referenceSchema).catch([]).parse(stored)
}

const IS_DUE = `
  removed_at is null and (
    check_requested_at is not null or checked_at is null or checked_at < $1::timestamptz - ${CHECK_EVERY_MS} * interval '1 millisecond'
    or (check_ok is null and checked_at < $1::timestamptz - ${CHECK_LOST_MS} * interval '1 millisecond'))`

/** The connections to be checked now: asked for, new, not for a day, or lost in the middle; the longest waiting first. */
export async function listDueChecks(sql: Sql, now: Instant): Promise<string[]> {
  const { rows } = await sql.query<{ key: string }>(
    `select key from connection_state where ${IS_DUE} order by coalesce(check_requested_at, checked_at) nulls first, key`,
    [toText(now)],
  )
  return rows.map(({ key }) => key)
}

/** Takes a due check; false when it is not due (any more). Until its end `check_ok` is null: it is being checked. */
export async function takeCheck(sql: Sql, key: string, now: Instant): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update connection_state set checked_at = $1, check_ok = null, check_requested_at = null where key = $2 and ${IS_DUE}`,
    [toText(now), key],
  )
  return rowCount === 1
}

/** Asks for a check of one connection, or of all (null); answers how many there are. An earlier request stays the one that waits. */
export async function requestChecks(sql: Sql, now: Instant, key: string | null): Promise<number> {
  const { rowCount } = await sql.query(
    `update connection_state set check_requested_at = coalesce(check_requested_at, $1)
     where removed_at is null and ($2::text is null or key = $2)`,
    [toText(now), key],
  )
  return rowCount ?? 0
}

/** Asks for a check of every connection that a new document writes differently from the one in force. */
export async function requestChangedChecks(sql: Sql, now: Instant, document: unknown): Promise<void> {
  await sql.query(
    `update connection_state c set check_requested_at = coalesce(c.check_requested_at, $1)
     from jsonb_each(coalesce($2::jsonb -> 'connections', '{}')) written
     where c.key = written.key and c.removed_at is null and written.value is distinct from (
       select (document -> 'connections' -> written.key)::jsonb from ${IN_FORCE} v)`,
    [toText(now), JSON.stringify(document ?? null)],
  )
}

/** What is stored of a connection's references, locked until the transaction ends; undefined when there is no such connection. */
export async function lockReferences(sql: Sql, key: string): Promise<KnownReference[] | undefined> {
  const { rows } = await sql.query<{ secrets: unknown }>(
    'select secrets from connection_state where key = $1 and removed_at is null for update',
    [key],
  )
  const row = rows[0]
  return row === undefined ? undefined : toReferences(row.secrets)
}

export interface StoredCheck {
  at: Instant
  ok: boolean
  detail: string
  credentialExpiresAt: Instant | null
  references: readonly KnownReference[]
}

/** Stores how a check ended. After a good one, a connection whose looks fail is looked at again at once. */
export async function storeCheck(sql: Sql, key: string, check: StoredCheck): Promise<void> {
  await sql.query(
    `update connection_state set checked_at = $2, check_ok = $3, check_detail = $4, credential_expires_at = $5, secrets = $6,
       next_probe_at = case when $3 and failures > 0 then least(next_probe_at, $2) else next_probe_at end
     where key = $1`,
    [key, toText(check.at), check.ok, check.detail, toTextOrNull(check.credentialExpiresAt), JSON.stringify(check.references)],
  )
}
