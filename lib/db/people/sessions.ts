import type { Sql } from '#lib/db/context.ts'
import { toInstant, toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { PERSON_COLUMNS, type Person, type PersonRow, toPerson } from './people.ts'
import { type PeopleSettings, readPeopleSettings } from './people-settings.ts'

/** One sign-in of somebody, until it ends. */
export interface Session {
  id: string
  /** How they said who they are. */
  method: string
  /** What another system said of them when they signed in. */
  claims: unknown
  from: string | null
  browser: string | null
  startedAt: Instant
  expiresAt: Instant
}

interface SessionRow {
  session_id: string
  method: string
  claims: unknown
  ip_address: string | null
  user_agent: string | null
  started_at: Date
  expires_at: Date
}

const SESSION_COLUMNS = 's.id as session_id, s.method, s.claims, s.ip_address, s.user_agent, s.created_at as started_at, s.expires_at'

function toSession(row: SessionRow): Session {
  const { method, claims } = row
  const times = { startedAt: toInstant(row.started_at), expiresAt: toInstant(row.expires_at) }
  return { id: row.session_id, method, claims, from: row.ip_address, browser: row.user_agent, ...times }
}

/** Somebody's session, and the rules for people in force: all that says what whoever asks may do. */
export interface FoundSession {
  session: Session
  person: Person
  rules: PeopleSettings
}

/** Whose session a token is of: neither over nor that of somebody who gets in no more; null otherwise. One statement, since each request asks this. */
export async function findSession(sql: Sql, token: string, now: Instant): Promise<FoundSession | null> {
  const { rows } = await sql.query<SessionRow & PersonRow & { rules: unknown }>(
    `select ${SESSION_COLUMNS}, ${PERSON_COLUMNS}, (select value from setting where key = 'people') as rules
     from person_session s join person p on p.id = s.person_id
     where s.token = $1 and s.expires_at > $2 and p.ended_at is null`,
    [token, toText(now)],
  )
  const [row] = rows
  return row === undefined ? null : { session: toSession(row), person: toPerson(row), rules: readPeopleSettings(row.rules) }
}

/** Somebody's sessions that go on, the newest first. */
export async function listSessions(sql: Sql, personId: string, now: Instant): Promise<Session[]> {
  const { rows } = await sql.query<SessionRow>(
    `select ${SESSION_COLUMNS} from person_session s where s.person_id = $1 and s.expires_at > $2 order by s.created_at desc, s.id`,
    [personId, toText(now)],
  )
  return rows.map(toSession)
}

/** Which of these sessions go on. */
export async function sessionsThatGoOn(
  sql: Sql,
  ids: readonly string[],
  now: Instant,
): Promise<Map<string, { session: Session; person: Person }>> {
  const { rows } = await sql.query<SessionRow & PersonRow>(
    `select ${SESSION_COLUMNS}, ${PERSON_COLUMNS} from person_session s join person p on p.id = s.person_id
     where s.id = any($1) and s.expires_at > $2 and p.ended_at is null`,
    [ids, toText(now)],
  )
  return new Map(rows.map((row) => [row.session_id, { session: toSession(row), person: toPerson(row) }]))
}

/** Ends sessions of somebody: one, or all but one; tells how many. */
export async function endSessions(sql: Sql, personId: string, which: { only?: string; but?: string | null } = {}): Promise<number> {
  const { rowCount } = await sql.query(
    'delete from person_session where person_id = $1 and ($2::text is null or id = $2) and ($3::text is null or id <> $3)',
    [personId, which.only ?? null, which.but ?? null],
  )
  return rowCount ?? 0
}

/** Ends one session, whoever it is of. */
export async function endSession(sql: Sql, id: string): Promise<void> {
  await sql.query('delete from person_session where id = $1', [id])
}
