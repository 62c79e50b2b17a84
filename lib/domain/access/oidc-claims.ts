/** What a provider of sign-ins says of somebody. */
export interface SaidOfPerson {
  email: string | null
  isEmailVerified: boolean
  name: string | null
  /** As the provider names them; null: it says nothing of groups. */
  groups: string[] | null
}

type Claims = Record<string, unknown>

const GROUPS_MAX = 2000
const GROUP_CHARACTERS_MAX = 500
const NAME_CHARACTERS_MAX = 100

/** Reads what claims say; what is missing in the first is looked for in the next. `groupsClaim` may be a path, as `realm_access.roles`. */
export function readClaims(said: readonly Claims[], groupsClaim: string): SaidOfPerson {
  const withEmail = said.find((claims) => textOf(claims['email']) !== null)
  const groups = said.map((claims) => groupsOf(valueAt(claims, groupsClaim))).find((found) => found !== null)
  const name = said.map((claims) => nameOf(claims)).find((found) => found !== null)
  return {
    email: textOf(withEmail?.['email'])?.toLowerCase() ?? null,
    // Some providers write it as text.
    isEmailVerified: withEmail?.['email_verified'] === true || withEmail?.['email_verified'] === 'true',
    name: name ?? null,
    groups: groups ?? null,
  }
}

function nameOf(claims: Claims): string | null {
  return textOf(claims['name']) ?? textOf(claims['preferred_username'])
}

/** One line of text, cut to what a name may have; null for anything else. */
function textOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const text = value
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, NAME_CHARACTERS_MAX)
  return text === '' ? null : text
}

function groupsOf(value: unknown): string[] | null {
  const listed = typeof value === 'string' ? [value] : value
  if (!Array.isArray(listed)) return null
  const groups = listed.filter((group) => typeof group === 'string' && group !== '' && group.length <= GROUP_CHARACTERS_MAX)
  return [...new Set<string>(groups)].slice(0, GROUPS_MAX)
}

function valueAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  return path.split('.').reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
  }, claims)
}
