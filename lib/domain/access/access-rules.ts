import { type Actor, ROLES, type Role } from './actor.ts'

/** Whom a rule is for: groups as the provider of a sign-in names them, and e-mail addresses in small letters. */
export interface AppliesTo {
  oidc: readonly string[]
  people: readonly string[]
}

/** The rules in force, in their order: the first one that fits counts. No audiences: everybody sees everything. */
export interface AccessRules {
  roles: readonly { role: Role; for: AppliesTo }[]
  audiences: readonly { audience: string; for: AppliesTo }[]
}

/** What is known of a person: what was given to them here, and what their sign-in has shown. */
export interface AccessFacts {
  /** Given by an invitation or an admin. */
  role: Role
  audience: string | null
  email: string | null
  /** Whether the address was proved to be theirs; one that was not gives no right. */
  isEmailVerified: boolean
  /** What the provider said at this sign-in; nothing for a sign-in by password. */
  oidcGroups: readonly string[]
}

/** Who is in no audience, also before signing in on a public page: they see the groups that no audience names. */
export const EVERYBODY = 'everybody'

/** The role and the audience of a person: the greater of the role given and that of the first rule that fits; the first audience that fits, else the one given. */
export function accessOf(facts: AccessFacts, rules: AccessRules): Pick<Actor, 'role' | 'audience'> {
  const ruled = rules.roles.find((rule) => fits(rule.for, facts))?.role ?? 'viewer'
  const role = ROLES.indexOf(ruled) > ROLES.indexOf(facts.role) ? ruled : facts.role
  return { role, audience: role === 'admin' ? null : audienceOf(facts, rules) }
}

/** What is seen by somebody who was given this audience: that, as long as the catalogue names it. */
export function audienceInForce(given: string | null, { audiences }: AccessRules): string | null {
  if (audiences.length === 0) return null
  return audiences.some(({ audience }) => audience === given) ? given : EVERYBODY
}

/** Whether anybody can be let in at all: an admin is there, or comes by a rule of the catalogue. */
export function isOpenTo(hasAdmin: boolean, { oidc, roles }: { oidc: object | null; roles: AccessRules['roles'] }): boolean {
  return hasAdmin || (oidc !== null && roles.some(({ role }) => role === 'admin'))
}

function audienceOf(facts: AccessFacts, rules: AccessRules): string | null {
  return rules.audiences.find((rule) => fits(rule.for, facts))?.audience ?? audienceInForce(facts.audience, rules)
}

function fits({ oidc, people }: AppliesTo, { email, isEmailVerified, oidcGroups }: AccessFacts): boolean {
  if (oidc.some((group) => oidcGroups.includes(group))) return true
  return email !== null && isEmailVerified && people.includes(email.toLowerCase())
}
