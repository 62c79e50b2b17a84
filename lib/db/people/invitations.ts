import { randomUUID } from 'node:crypto'
import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText } from '#lib/db/instants.ts'
import type { Role } from '#lib/domain/access/actor.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toRole } from './people.ts'

/** A link that is used once: to become somebody (`join`), or to choose another password (`reset`). */
export interface Invitation {
  id: string
  purpose: 'join' | 'reset'
  /** Null: whoever has the link says it. */
  email: string | null
  role: Role
  audience: string | null
  createdAt: Instant
  expiresAt: Instant
  usedAt: Instant | null
  /** The id of who made it; null: the command line, or the start. */
  madeBy: string | null
}

interface Row {
  id: string
  purpose: string
  email: string | null
  role: string
  audience: string | null
  created_at: Date
  expires_at: Date
  used_at: Date | null
  made_by: string | null
}

const COLUMNS = 'id, purpose, email, role, audience, created_at, expires_at, used_at, made_by'

function toInvitation(row: Row): Invitation {
  return {
    id: row.id,
    purpose: row.purpose === 'reset' ? 'reset' : 'join',
    email: row.email,
    role: toRole(row.role),
    audience: row.audience,
    createdAt: toInstant(row.created_at),
    expiresAt: toInstant(row.expires_at),
    usedAt: toInstantOrNull(row.used_at),
    madeBy: row.made_by,
  }
}

/** Keeps an invitation, of its token only the hash. */
export async function insertInvitation(sql: Sql, made: Omit<Invitation, 'id' | 'usedAt'> & { tokenHash: string }): Promise<Invitation> {
  const { rows } = await sql.query<Row>(
    `insert into invitation (id, purpose, email, role, audience, token_hash, created_at, expires_at, made_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${COLUMNS}`,
    [
      ...[randomUUID(), made.purpose, made.email, made.role, made.audience, made.tokenHash],
      ...[toText(made.createdAt), toText(made.expiresAt), made.madeBy],
    ],
  )
  if (rows[0] === undefined) throw new Error('an invitation was not kept')
  return toInvitation(rows[0])
}

/** The invitation of a token, used or over as it may be; kept as it is until the transaction ends where `lock` says so. */
export async function findInvitation(sql: Sql, tokenHash: string, options: { lock: boolean }): Promise<Invitation | null> {
  const { rows } = await sql.query<Row>(`select ${COLUMNS} from invitation where token_hash = $1 ${options.lock ? 'for update' : ''}`, [
    tokenHash,
  ])
  return rows[0] === undefined ? null : toInvitation(rows[0])
}

/** Keeps all links of the first admin as they are until the transaction ends, so that of two who follow them at once one comes later. */
export async function lockFirstAdminLinks(sql: Sql): Promise<void> {
  await sql.query("select 1 from invitation where email is null and role = 'admin' order by id for update")
}

/** Those that can still be accepted, the newest first. */
export async function listOpenInvitations(sql: Sql, now: Instant): Promise<Invitation[]> {
  const { rows } = await sql.query<Row>(
    `select ${COLUMNS} from invitation where purpose = 'join' and used_at is null and expires_at > $1 order by created_at desc, id`,
    [toText(now)],
  )
  return rows.map(toInvitation)
}

/** Notes that an invitation was accepted. */
export async function useInvitation(sql: Sql, id: string, now: Instant): Promise<void> {
  await sql.query('update invitation set used_at = $2 where id = $1', [id, toText(now)])
}

/** Takes away unused invitations: one, or all for an address and a purpose; tells how many. */
export async function withdrawInvitations(
  sql: Sql,
  which: { id: string } | { email: string | null; purpose: Invitation['purpose'] },
): Promise<number> {
  const { rowCount } =
    'id' in which
      ? await sql.query('delete from invitation where id = $1 and used_at is null', [which.id])
      : await sql.query('delete from invitation where email is not distinct from $1 and purpose = $2 and used_at is null', [
          which.email,
          which.purpose,
        ])
  return rowCount ?? 0
}
