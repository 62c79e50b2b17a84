import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Context, Sql } from '#lib/db/context.ts'
import { findPerson, lockPerson, type Person } from '#lib/db/people/people.ts'
import { getPeopleSettings } from '#lib/db/people/people-settings.ts'
import {
  type ApiToken,
  countLiveTokens,
  endTokenRow,
  insertToken,
  listTokens,
  lockToken,
  type TokenSubject,
} from '#lib/db/people/tokens.ts'
import { may } from '#lib/domain/access/actions.ts'
import { grantableAudiences, SCOPES, TOKEN_DAYS, TOKEN_DAYS_MAX, TOKEN_KINDS } from '#lib/domain/access/token-rules.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { act } from './act.ts'
import { actorBy, requireId } from './sessions.ts'

/** What every token begins with, so that whoever searches texts for secrets knows one. */
const PREFIX = 'tdm_'
const RANDOM_BYTES = 32
const HINT_LENGTH = 4
const LIVE_TOKENS_MAX = 50
/** A dashboard may have a key for each of its tiles. */
const LIVE_EMBEDS_MAX = 500
/** Those that are over are listed for so long. */
const OVER_LISTED_MS = 30 * DAY_MS

const daysWords = `is a whole number of days from 1 to ${TOKEN_DAYS_MAX}`

/** What somebody wants of a token that is to be made. */
export const tokenRequestSchema = z
  .object({
    name: z
      .string('is missing')
      .trim()
      .min(1, 'is empty')
      .max(80, 'is longer than 80 characters')
      .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'holds characters that cannot be seen'),
    kind: z.enum(TOKEN_KINDS, 'is token, address or embed').default('token'),
    /** What the key of an embed shows. */
    shows: z
      .object({ kind: z.enum(['feed', 'group', 'asset']), key: z.string().min(1).max(600) })
      .nullable()
      .default(null),
    scopes: z
      .array(z.enum(SCOPES, 'is read, run or push'))
      .min(1, 'names nothing the token may do')
      .max(3, 'names more than there is')
      .default(['read']),
    audience: z.string().min(1).max(200).nullable().default(null),
    days: z.int(daysWords).min(1, daysWords).max(TOKEN_DAYS_MAX, daysWords).default(TOKEN_DAYS),
  })
  .refine(({ kind, scopes }) => kind === 'token' || scopes.every((scope) => scope === 'read'), {
    message: 'of an address can only be read',
    path: ['scopes'],
  })
  .refine(({ kind, shows }) => (kind === 'embed') === (shows !== null), {
    message: 'is what the key of an embed shows, and of nothing else',
    path: ['shows'],
  })
export type TokenRequest = z.output<typeof tokenRequestSchema>

/** A token that was made: the only time it is told. */
export interface MadeToken {
  id: string
  token: string
  kind: ApiToken['kind']
  name: string
  expiresAt: number
  shows: TokenSubject | null
}

/** The hash of a token, by which it is found; null for what is no token at all. */
export function tokenHashOf(text: string): string | null {
  return /^tdm_[\w-]{43}$/.test(text) ? createHash('sha256').update(text).digest('base64url') : null
}

/** Makes a token of whoever asks, for no more than they may do and see themselves. */
export async function createToken(ctx: Context, request: TokenRequest): Promise<MadeToken> {
  return make(ctx, { id: requireId(ctx) }, request)
}

/** Makes a token for somebody by their address; for the command line, which may do everything. */
export async function createTokenFor(ctx: Context, email: string, request: TokenRequest): Promise<MadeToken> {
  const owner = await findPerson(ctx.whole, { email })
  if (ctx.actor.kind !== 'terminal' || owner === null)
    throw new TidemarkError('not-found', { publicMessage: `Nobody with the address ${email} can sign in here.` })
  return make(ctx, { id: owner.id }, request)
}

async function make(ctx: Context, by: { id: string }, request: TokenRequest): Promise<MadeToken> {
  const { kind, name, scopes, audience, days } = request
  const token = `${PREFIX}${randomBytes(RANDOM_BYTES).toString('base64url')}`
  const createdAt = ctx.clock.now()
  const expiresAt = createdAt + days * DAY_MS
  return act(ctx, { action: 'token.create', target: { kind: 'person', key: by.id } }, async (sql) => {
    const owner = await lockPerson(sql, by)
    if (owner === null || owner.endedAt !== null) throw new TidemarkError('not-found', { publicMessage: 'There is no such person.' })
    await requireGrant(ctx, sql, owner, request)
    const shows = await findShown(ctx, request)
    const hash = tokenHashOf(token) ?? ''
    const kept = { kind, name, scopes, audience, ownerId: owner.id, createdAt, expiresAt, tokenHash: hash, hint: token.slice(-HINT_LENGTH) }
    const id = await insertToken(sql, { ...kept, subjectId: shows?.id ?? null })
    const about = shows === null ? {} : { shows: `${shows.kind}:${shows.key}` }
    return { result: { id, token, kind, name, expiresAt, shows }, after: { token: id, name, kind, scopes, audience, days, ...about } }
  })
}

/** What an embed is to show, as whoever makes its key sees it. */
async function findShown({ pool }: Context, { shows }: TokenRequest): Promise<TokenSubject | null> {
  if (shows === null) return null
  const { rows } = await pool.query<TokenSubject>(
    'select id, kind, key, name from subject where kind = $1 and key = $2 and removed_at is null',
    [shows.kind, shows.key],
  )
  const [found] = rows
  if (found === undefined) throw new TidemarkError('not-found', { publicMessage: `There is no such ${shows.kind} here.` })
  return found
}

/** Nobody gives a token what they may not do or see, or has more of them than anybody can keep in mind. */
async function requireGrant(ctx: Context, sql: Sql, owner: Person, { kind, scopes, audience }: TokenRequest): Promise<void> {
  const isEmbed = kind === 'embed'
  const count = { ownerId: owner.id, now: ctx.clock.now(), isEmbed }
  const [rules, live] = [await getPeopleSettings(sql), await countLiveTokens(sql, count)]
  const actor = ctx.actor.kind === 'person' ? ctx.actor : actorBy(rules, owner, null)
  if (live >= (isEmbed ? LIVE_EMBEDS_MAX : LIVE_TOKENS_MAX))
    throw new TidemarkError('conflict', {
      publicMessage: `There are ${live} tokens of ${owner.name} already. End one that nobody needs any more first.`,
    })
  if (scopes.includes('run') && actor.role === 'viewer')
    throw new TidemarkError('forbidden', {
      publicMessage: 'The scope "run" takes the role engineer; yours is viewer. Such a token could only read.',
    })
  if (audience !== null && !grantableAudiences(actor, rules).includes(audience))
    throw new TidemarkError('invalid', { publicMessage: `There is no audience "${audience}" that you may give away.` })
}

/** The tokens of whoever asks, and those that are over since a month at most. */
export async function ownTokens(ctx: Context): Promise<ApiToken[]> {
  return listTokens(ctx.whole, { ownerId: requireId(ctx), overSince: ctx.clock.now() - OVER_LISTED_MS })
}

/** The tokens of everybody, likewise; for admins. */
export async function allTokens(ctx: Context): Promise<ApiToken[]> {
  return listTokens(ctx.whole, { ownerId: null, overSince: ctx.clock.now() - OVER_LISTED_MS })
}

/** The keys of embeds of one subject, and those that are over since a month at most: of whoever asks, for an admin everybody's. */
export async function embedKeysOf(ctx: Context, subjectId: number): Promise<ApiToken[]> {
  const ownerId = may(ctx.actor, 'token.end-other') ? null : requireId(ctx)
  return listTokens(ctx.whole, { ownerId, subjectId, overSince: ctx.clock.now() - OVER_LISTED_MS })
}

/** The audiences that whoever asks may give a token, besides their own sight. */
export async function ownGrantableAudiences(ctx: Context): Promise<string[]> {
  return grantableAudiences(ctx.actor, await getPeopleSettings(ctx.whole))
}

/** Ends a token at once: one's own, or as an admin anybody's; tells which. */
export async function endToken(ctx: Context, id: string): Promise<{ isOwn: boolean }> {
  const isOwn = ctx.actor.kind === 'person' && (await ownTokens(ctx)).some((token) => token.id === id)
  return act(ctx, { action: isOwn ? 'token.end' : 'token.end-other', target: { kind: 'token', key: id } }, async (sql) => {
    const token = await lockToken(sql, id)
    if (token === null) throw new TidemarkError('not-found', { publicMessage: 'There is no such token.' })
    const now = ctx.clock.now()
    if (token.endedAt !== null || token.expiresAt <= now)
      throw new TidemarkError('conflict', { publicMessage: 'This token is over already.' })
    await endTokenRow(sql, id, now)
    return { result: { isOwn }, before: { name: token.name, owner: token.ownerName, lastUsedAt: token.lastUsedAt } }
  })
}
