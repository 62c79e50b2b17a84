import { randomBytes, randomUUID } from 'node:crypto'
import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { findPerson, type Person } from './people.ts'

/** Who somebody is at a provider: the subject is theirs at that issuer for ever. */
interface OidcAccount {
  issuer: string
  subject: string
}

/** Whom an account at a provider belongs to, kept as they are until the transaction ends; null for somebody new. */
export async function lockPersonOf(sql: Sql, { issuer, subject }: OidcAccount): Promise<Person | null> {
  const { rows } = await sql.query<{ id: string }>(
    `select p.id from person p join person_account a on a.person_id = p.id
     where a.provider_id = 'oidc' and a.issuer = $1 and a.account_id = $2 for update of p`,
    [issuer, subject],
  )
  return rows[0] === undefined ? null : findPerson(sql, { id: rows[0].id })
}

/** Lets somebody sign in by an account at a provider; no token of it is kept. */
export async function insertOidcAccount(sql: Sql, personId: string, { issuer, subject }: OidcAccount, at: Instant): Promise<void> {
  await sql.query(
    `insert into person_account (id, person_id, account_id, provider_id, issuer, created_at, updated_at) values ($1, $2, $3, 'oidc', $4, $5, $5)`,
    [randomUUID(), personId, subject, issuer, toText(at)],
  )
}

/** Notes what a provider says of somebody now. An address that is another's is left to them, and the one kept here proves nothing any more. */
export async function updateIdentity(
  sql: Sql,
  person: Person,
  now: Pick<Person, 'email' | 'isEmailVerified' | 'name'> & { at: Instant },
): Promise<Person> {
  const other = await findPerson(sql, { email: now.email })
  const isTaken = other !== null && other.id !== person.id
  const next = { name: now.name, email: isTaken ? person.email : now.email, isEmailVerified: isTaken ? false : now.isEmailVerified }
  await sql.query('update person set email = $2, email_verified = $3, name = $4, updated_at = $5 where id = $1', [
    ...[person.id, next.email, next.isEmailVerified, next.name],
    toText(now.at),
  ])
  return { ...person, ...next }
}

/** Begins a session of somebody that another system vouches for, and their programs and letters go by what it says now; the session's token, which only their browser is told. */
export async function insertOidcSession(
  sql: Sql,
  session: { personId: string; groups: readonly string[]; from: string | null; browser: string | null; at: Instant; expiresAt: Instant },
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const claims = JSON.stringify({ groups: session.groups })
  await sql.query('update api_token set owner_claims = $2 where owner_id = $1', [session.personId, claims])
  await sql.query('update subscriber set claims = $2 where person_id = $1', [session.personId, claims])
  await sql.query(
    `insert into person_session (id, token, person_id, method, claims, ip_address, user_agent, created_at, updated_at, expires_at)
     values ($1, $2, $3, 'oidc', $4, $5, $6, $7, $7, $8)`,
    [
      ...[randomUUID(), token, session.personId, claims],
      ...[session.from, session.browser?.slice(0, 300) ?? null, toText(session.at), toText(session.expiresAt)],
    ],
  )
  return token
}
