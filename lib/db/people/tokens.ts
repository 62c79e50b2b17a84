import { randomUUID } from 'node:crypto'
import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText } from '#lib/db/instants.ts'
import { SCOPES, type Scope, TOKEN_KINDS, type TokenKind } from '#lib/domain/access/token-rules.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { PERSON_COLUMNS, type Person, type PersonRow, toPerson } from './people.ts'

/** What a program proves with whose it is; the token itself is known to nobody but who has it. */
export interface ApiToken {
  id: string
  kind: TokenKind
  name: string
  /** Its last characters. */
  hint: string
  scopes: Scope[]
  /** A narrower sight than its owner's; null: as its owner. */
  audience: string | null
  ownerId: string
  ownerName: string
  createdAt: Instant
  expiresAt: Instant
  lastUsedAt: Instant | null
  endedAt: Instant | null
  /** What the key of an embed shows; null for all else. */
  shows: TokenSubject | null
}

/** The one feed, group or asset that a key shows, by the key it has now. */
export interface TokenSubject {
  id: number
  kind: 'feed' | 'group' | 'asset'
  key: string
  name: string
}

interface Row {
  token_id: string
  kind: string
  token_name: string
  hint: string
  scopes: string[]
  token_audience: string | null
  owner_id: string
  name: string
  made_at: Date
  expires_at: Date
  last_used_at: Date | null
  token_ended_at: Date | null
  shows: TokenSubject | null
}

const COLUMNS = `t.id as token_id, t.kind, t.name as token_name, t.hint, t.scopes, t.audience as token_audience, t.owner_id,
  t.created_at as made_at, t.expires_at, t.last_used_at, t.ended_at as token_ended_at,
  (select json_build_object('id', s.id, 'kind', s.kind, 'key', s.key, 'name', s.name) from subject s where s.id = t.subject_id) as shows`

/** The last use is written down at most so often. */
const USE_NOTED_EVERY_MS = MINUTE_MS

function toToken(row: Row): ApiToken {
  return {
    id: row.token_id,
    kind: TOKEN_KINDS.find((kind) => kind === row.kind) ?? 'token',
    name: row.token_name,
    hint: row.hint,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    audience: row.token_audience,
    ownerId: row.owner_id,
    ownerName: row.name,
    createdAt: toInstant(row.made_at),
    expiresAt: toInstant(row.expires_at),
    lastUsedAt: toInstantOrNull(row.last_used_at),
    endedAt: toInstantOrNull(row.token_ended_at),
    shows: row.shows,
  }
}

/** Keeps a token, of itself only the hash; with what another system last said of its owner. Answers its id. */
export async function insertToken(
  sql: Sql,
  made: Pick<ApiToken, 'kind' | 'name' | 'hint' | 'scopes' | 'audience' | 'ownerId' | 'createdAt' | 'expiresAt'> & {
    tokenHash: string
    subjectId?: number | null
  },
): Promise<string> {
  const id = randomUUID()
  await sql.query(
    `insert into api_token (id, kind, name, token_hash, hint, scopes, audience, owner_id, created_at, expires_at, subject_id, owner_claims)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, (
       select claims from person_session where person_id = $8 and claims is not null order by created_at desc limit 1))`,
    [
      ...[id, made.kind, made.name, made.tokenHash, made.hint, made.scopes, made.audience, made.ownerId],
      ...[toText(made.createdAt), toText(made.expiresAt), made.subjectId ?? null],
    ],
  )
  return id
}

/** A token with its owner and what another system last said of them. */
export interface OwnedToken {
  token: ApiToken
  owner: Person
  claims: unknown
}

const OWNED = `
  select ${COLUMNS}, ${PERSON_COLUMNS}, t.owner_claims as claims
  from api_token t join person p on p.id = t.owner_id`

type OwnedRow = Row & PersonRow & { claims: unknown }

const toOwned = (row: OwnedRow): OwnedToken => ({ token: toToken(row), owner: toPerson(row), claims: row.claims })

/** The token of a hash; null for one that nothing has. */
export async function findToken(sql: Sql, tokenHash: string): Promise<OwnedToken | null> {
  const { rows } = await sql.query<OwnedRow>(`${OWNED} where t.token_hash = $1`, [tokenHash])
  return rows[0] === undefined ? null : toOwned(rows[0])
}

/** Those of the tokens that are not over. */
export async function tokensThatGoOn(sql: Sql, ids: readonly string[], now: Instant): Promise<OwnedToken[]> {
  const { rows } = await sql.query<OwnedRow>(
    `${OWNED} where t.id = any($1) and t.ended_at is null and t.expires_at > $2 and p.ended_at is null`,
    [ids, toText(now)],
  )
  return rows.map(toOwned)
}

/** Writes down that a token was used now, unless that was done lately. */
export async function noteUse(sql: Sql, { id, lastUsedAt }: ApiToken, now: Instant): Promise<void> {
  const noted = now - USE_NOTED_EVERY_MS
  if (lastUsedAt !== null && lastUsedAt > noted) return
  await sql.query('update api_token set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at <= $3)', [
    ...[id, toText(now)],
    toText(noted),
  ])
}

/** Tokens of everybody or of one owner, of everything or those that show one subject, the newest first; those that are over stay in the list for so long. */
export async function listTokens(
  sql: Sql,
  options: { ownerId: string | null; overSince: Instant; subjectId?: number },
): Promise<ApiToken[]> {
  const { rows } = await sql.query<Row>(
    `select ${COLUMNS}, p.name from api_token t join person p on p.id = t.owner_id
     where ($1::text is null or t.owner_id = $1) and ($3::int is null or t.subject_id = $3) and least(t.ended_at, t.expires_at) > $2
     order by t.created_at desc, t.id`,
    [options.ownerId, toText(options.overSince), options.subjectId ?? null],
  )
  return rows.map(toToken)
}

/** How many tokens of somebody can still be used: keys of embeds, or all others. */
export async function countLiveTokens(
  sql: Sql,
  { ownerId, now, isEmbed }: { ownerId: string; now: Instant; isEmbed: boolean },
): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    "select count(*)::int as count from api_token where owner_id = $1 and ended_at is null and expires_at > $2 and (kind = 'embed') = $3",
    [ownerId, toText(now), isEmbed],
  )
  return rows[0]?.count ?? 0
}

/** A token by its id, kept as it is until the transaction ends; null when there is none. */
export async function lockToken(sql: Sql, id: string): Promise<ApiToken | null> {
  const { rows } = await sql.query<Row>(
    `select ${COLUMNS}, p.name from api_token t join person p on p.id = t.owner_id where t.id = $1 for update of t`,
    [id],
  )
  return rows[0] === undefined ? null : toToken(rows[0])
}

export async function endTokenRow(sql: Sql, id: string, at: Instant): Promise<void> {
  await sql.query('update api_token set ended_at = $2 where id = $1', [id, toText(at)])
}
