import { type AccessRules, audienceInForce, EVERYBODY } from './access-rules.ts'
import { mayOrder } from './actions.ts'
import { type Actor, ROLES, type Role } from './actor.ts'

/** What a token may be for: reading; reading and ordering as engineers do; handing in what another system tells, and nothing else. */
export const SCOPES = ['read', 'run', 'push'] as const
export type Scope = (typeof SCOPES)[number]

/**
 * `token`: brought along in a header. `address`: part of the address of a feed, and good for nothing else. `embed`: part of the address of a badge or a frame; it
 * shows one feed, group or asset and nothing else.
 */
export const TOKEN_KINDS = ['token', 'address', 'embed'] as const
export type TokenKind = (typeof TOKEN_KINDS)[number]

export const TOKEN_DAYS = 90
export const TOKEN_DAYS_MAX = 365

/** What was given to a token when it was made. */
export interface TokenGrant {
  scopes: readonly Scope[]
  /** A narrower sight than its owner's; null: as its owner. */
  audience: string | null
}

type Access = Pick<Actor, 'role' | 'audience'>

/** What a token may do and see, never more than its owner may now; null: neither read nor order. */
export function tokenAccess(owner: Access, grant: TokenGrant, rules: AccessRules): Access | null {
  const role = scopedRole(grant.scopes)
  if (role === null) return null
  const least = ROLES.find((known) => known === role || known === owner.role) ?? 'viewer'
  return { role: least, audience: tokenAudience(owner.audience, grant.audience, rules) }
}

/** What a token may tell about that hands something in: as much as its owner sees; null: nothing, as it is not for that, or its owner may give no orders. */
export function pushAccess(owner: Access, grant: TokenGrant, rules: AccessRules): Access | null {
  if (!grant.scopes.includes('push') || !mayOrder(owner)) return null
  return { role: 'viewer', audience: tokenAudience(owner.audience, grant.audience, rules) }
}

/** The audiences that somebody may give a token, besides their own sight. */
export function grantableAudiences(owner: Pick<Actor, 'audience'>, { audiences }: AccessRules): string[] {
  if (audiences.length === 0) return []
  const named = audiences.map(({ audience }) => audience)
  return [...named.filter((audience) => owner.audience === null || owner.audience === audience), EVERYBODY]
}

function scopedRole(scopes: readonly Scope[]): Role | null {
  if (scopes.includes('run')) return 'engineer'
  return scopes.includes('read') ? 'viewer' : null
}

function tokenAudience(owner: string | null, given: string | null, rules: AccessRules): string | null {
  if (given === null) return owner
  const inForce = audienceInForce(given, rules)
  return owner === null || owner === inForce ? inForce : EVERYBODY
}
