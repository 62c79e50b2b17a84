import type { Context } from '#lib/db/context.ts'
import { getPeopleSettings } from '#lib/db/people/people-settings.ts'
import { type ApiToken, findToken, noteUse, type TokenSubject, tokensThatGoOn } from '#lib/db/people/tokens.ts'
import { countTry } from '#lib/db/people/tries.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import { pushAccess, type TokenKind, tokenAccess } from '#lib/domain/access/token-rules.ts'
import { isTidemarkError, TidemarkError, type TokenChallenge } from '#lib/domain/tidemark-error.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { auditRefusal, standingForMore } from './act.ts'
import { KnownUntil } from './known-until.ts'
import { actorBy } from './sessions.ts'
import { tokenHashOf } from './tokens.ts'
import { triesOf } from './tries.ts'

/** Refusals of one token, or from one address, stand in the audit once in so long. */
const AUDITED_EVERY_MS = 15 * MINUTE_MS

const ONLY_PUSH = 'This token may only hand something in: it has neither the scope "read" nor "run".'
const NO_ADDRESS = 'Only a token that may hand in and do nothing else may stand in an address: make one with the scope "push" alone.'
const NO_PUSH = 'This takes a token with the scope "push" of somebody who may order runs.'

const audited = new KnownUntil()

/** The token in an Authorization header, whatever it is worth; null where the header brings none. */
export function bearerIn(authorization: string | null): string | null {
  const [, token] = /^bearer(?: +(.*?))? *$/i.exec(authorization ?? '') ?? [null, null]
  return token ?? (token === undefined ? '' : null)
}

/**
 * Who asks by a token: what its owner may do and see now, as far as the token goes. Refused (`unauthorized`) when nobody knows it, it is over, or it is of the
 * other kind, and (`forbidden`) when it is for handing in only, or where something is handed in not for that.
 */
export async function tokenActor(ctx: Context, text: string, kind: TokenKind, options: UseOptions = { isAudited: true }): Promise<Actor> {
  return (await takeInUse(ctx, text, kind, options)).actor
}

/** What the key of an embed shows, and who asks by it; null for one that nobody knows, or that is over or of another kind. */
export async function embedKey(ctx: Context, text: string): Promise<EmbedKey | null> {
  try {
    const { actor, token } = await takeInUse(ctx, text, 'embed', { isAudited: true })
    return token.shows === null ? null : { actor, shows: token.shows, expiresAt: token.expiresAt }
  } catch (error) {
    if (isTidemarkError(error) && error.challenge !== undefined) return null
    throw error
  }
}

/** Somebody who looks at one thing by a key. */
export interface EmbedKey {
  actor: Actor
  shows: TokenSubject
  expiresAt: Instant
}

interface UseOptions {
  isAudited: boolean
  handsIn?: boolean
  /** It stood in an address. */
  inAddress?: boolean
}

async function takeInUse(ctx: Context, text: string, kind: TokenKind, options: UseOptions): Promise<{ actor: Actor; token: ApiToken }> {
  const refusal = (token: ApiToken | null, challenge: TokenChallenge, words: string) => toRefusal(ctx, token, challenge, words, options)
  const hash = tokenHashOf(text)
  const [found, rules] = await Promise.all([hash === null ? null : findToken(ctx.whole, hash), getPeopleSettings(ctx.whole)])
  const now = ctx.clock.now()
  if (found === null) throw await refusal(null, 'invalid_token', 'This token is not known here.')
  const { token, owner, claims } = found
  const problem = problemOf(token, kind, now)
  if (problem !== null) throw await refusal(token, 'invalid_token', problem)
  const { handsIn = false, inAddress = false } = options
  if (inAddress && token.scopes.some((scope) => scope !== 'push')) throw await refusal(token, 'insufficient_scope', NO_ADDRESS)
  const access = (handsIn ? pushAccess : tokenAccess)(actorBy(rules, owner, claims), token, rules)
  if (access === null) throw await refusal(token, 'insufficient_scope', handsIn ? NO_PUSH : ONLY_PUSH)
  await noteUse(ctx.whole, token, now)
  const name = `${token.name} (token of ${token.ownerName})`
  return { token, actor: { kind: 'token', id: token.id, name, ...access, ...(handsIn && { pushes: true }) } }
}

/** Those of the tokens that let somebody in, each with what it may see now; null: everything. */
export async function sightsOfTokens(ctx: Context, ids: readonly string[]): Promise<Map<string, string | null>> {
  if (ids.length === 0) return new Map()
  const [found, rules] = await Promise.all([tokensThatGoOn(ctx.whole, ids, ctx.clock.now()), getPeopleSettings(ctx.whole)])
  const sights = new Map<string, string | null>()
  for (const { token, owner, claims } of found) {
    const access = tokenAccess(actorBy(rules, owner, claims), token, rules)
    if (access !== null) sights.set(token.id, access.audience)
  }
  return sights
}

function problemOf({ kind, endedAt, expiresAt }: ApiToken, wanted: TokenKind, now: Instant): string | null {
  if (endedAt !== null) return 'This token was ended. Whoever owns it can make another one.'
  if (expiresAt <= now) return 'This token has expired. Whoever owns it can make another one.'
  if (kind === wanted) return null
  if (kind === 'embed') return 'This key shows one thing in a badge or a frame and lets nobody in elsewhere.'
  return wanted === 'token'
    ? 'This key is part of an address and no token.'
    : 'This is a token and no key of an address. Send it as "Authorization: Bearer".'
}

/** The error, and an entry in the audit that stands for all of its kind for a while. */
async function toRefusal(
  ctx: Context,
  token: ApiToken | null,
  challenge: TokenChallenge,
  publicMessage: string,
  { isAudited }: { isAudited: boolean },
): Promise<TidemarkError> {
  const error = new TidemarkError(challenge === 'invalid_token' ? 'unauthorized' : 'forbidden', { publicMessage, challenge })
  const key = `token:${token?.id ?? triesOf(null, ctx.from).address ?? '-'}`
  if (isAudited && (await isFirstOfWindow(ctx, key)))
    await auditRefusal(
      ctx,
      { action: 'token.use', target: { kind: 'token', key: token?.id ?? 'unknown' } },
      standingForMore(error, AUDITED_EVERY_MS),
    )
  return error
}

/** Asks the database only for what this process has not refused lately itself. */
async function isFirstOfWindow(ctx: Context, key: string): Promise<boolean> {
  const now = ctx.clock.now()
  if (audited.of(ctx, key) > now) return false
  const { since, tries } = await countTry(ctx.whole, key, now, AUDITED_EVERY_MS)
  audited.note(ctx, key, since + AUDITED_EVERY_MS)
  return tries === 1
}
