import { randomUUID } from 'node:crypto'
import type { Context, Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText } from '#lib/db/instants.ts'
import { ROLES, type Role } from '#lib/domain/access/actor.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Somebody who may sign in, or might once. */
export interface Person {
  id: string
  email: string
  /** Whether it was proved to be theirs. */
  isEmailVerified: boolean
  name: string
  /** As stored: given by an invitation or an admin. */
  role: Role
  audience: string | null
  createdAt: Instant
  endedAt: Instant | null
}

export interface PersonRow {
  id: string
  email: string
  email_verified: boolean
  name: string
  role: string
  audience: string | null
  created_at: Date
  ended_at: Date | null
}

export const PERSON_COLUMNS = 'p.id, p.email, p.email_verified, p.name, p.role, p.audience, p.created_at, p.ended_at'

export function toPerson(row: PersonRow): Person {
  const { id, email, name, audience } = row
  const times = { createdAt: toInstant(row.created_at), endedAt: toInstantOrNull(row.ended_at) }
  return { id, email, isEmailVerified: row.email_verified, name, role: toRole(row.role), audience, ...times }
}

/** A role as it is stored; what is none may only read. */
export function toRole(text: string): Role {
  return ROLES.find((role) => role === text) ?? 'viewer'
}

/** The tables of sign-in as the client of single rows has them, for the library that signs people in. */
export async function signInClient({ prisma }: Pick<Context, 'prisma'>): Promise<object> {
  return prisma()
}

/** Somebody by id or by address, however that is written; null when there is nobody. */
export async function findPerson(sql: Sql, by: { id: string } | { email: string }): Promise<Person | null> {
  const [column, value] = 'id' in by ? ['id', by.id] : ['email', by.email.toLowerCase()]
  const { rows } = await sql.query<PersonRow>(`select ${PERSON_COLUMNS} from person p where p.${column} = $1`, [value])
  return rows[0] === undefined ? null : toPerson(rows[0])
}

/** The same, kept as they are until the transaction ends. */
export async function lockPerson(sql: Sql, by: { id: string } | { email: string }): Promise<Person | null> {
  const found = await findPerson(sql, by)
  if (found === null) return null
  await sql.query('select 1 from person where id = $1 for update', [found.id])
  return findPerson(sql, { id: found.id })
}

/** Everybody, those who can sign in first. */
export async function listPeople(sql: Sql): Promise<Person[]> {
  const { rows } = await sql.query<PersonRow>(`select ${PERSON_COLUMNS} from person p order by p.ended_at is not null, lower(p.name), p.id`)
  return rows.map(toPerson)
}

/** Whether anybody who can sign in was made an admin. */
export async function hasAdmin(sql: Sql): Promise<boolean> {
  return (await sql.query("select 1 from person where role = 'admin' and ended_at is null limit 1")).rowCount === 1
}

/** Adds somebody; null when there is somebody with this address already. */
export async function insertPerson(
  sql: Sql,
  person: Pick<Person, 'email' | 'isEmailVerified' | 'name' | 'role' | 'audience'> & { at: Instant },
): Promise<Person | null> {
  const { rows } = await sql.query<PersonRow>(
    `insert into person as p (id, email, email_verified, name, role, audience, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict (email) do nothing returning ${PERSON_COLUMNS}`,
    [randomUUID(), person.email.toLowerCase(), person.isEmailVerified, person.name, person.role, person.audience, toText(person.at)],
  )
  return rows[0] === undefined ? null : toPerson(rows[0])
}

/** Changes what somebody may do and see, and whether they get in. */
export async function updatePerson(
  sql: Sql,
  id: string,
  change: Pick<Person, 'name' | 'role' | 'audience' | 'endedAt'> & { at: Instant },
): Promise<void> {
  const { name, role, audience, endedAt, at } = change
  await sql.query('update person set name = $2, role = $3, audience = $4, ended_at = $5, updated_at = $6 where id = $1', [
    ...[id, name, role, audience],
    ...[endedAt === null ? null : toText(endedAt), toText(at)],
  ])
}

/** What the library calls the accounts that are proven by a password. */
const PASSWORD_ISSUER = 'local:credential'

/** The hash of somebody's password; null when they have none. */
export async function getPasswordHash(sql: Sql, personId: string): Promise<string | null> {
  const { rows } = await sql.query<{ password: string | null }>(
    "select password from person_account where person_id = $1 and provider_id = 'credential'",
    [personId],
  )
  return rows[0]?.password ?? null
}

/** Gives somebody a password, their first or another. */
export async function putPasswordHash(sql: Sql, personId: string, hash: string, at: Instant): Promise<void> {
  await sql.query(
    `insert into person_account (id, person_id, account_id, provider_id, issuer, password, created_at, updated_at)
     values ($1, $2, $2, 'credential', $3, $4, $5, $5)
     on conflict (issuer, account_id) do update set password = excluded.password, updated_at = excluded.updated_at`,
    [randomUUID(), personId, PASSWORD_ISSUER, hash, toText(at)],
  )
}
