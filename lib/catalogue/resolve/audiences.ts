import type { Catalogue, CatalogueAudience, CataloguePeople, CatalogueTell } from '#lib/catalogue/catalogue.ts'
import type { CatalogueDocument } from '#lib/catalogue/schema/document.ts'
import type { WrittenAppliesTo } from '#lib/catalogue/schema/people.ts'
import { type AppliesTo, EVERYBODY } from '#lib/domain/access/access-rules.ts'

function resolveFor({ oidc = [], people = [] }: WrittenAppliesTo = {}): AppliesTo {
  return { oidc, people: people.map((email) => email.toLowerCase()) }
}

/** Mail to people goes as that about feeds does, where nothing else is said. */
export function resolvePeople({ people: { roles, oidc, mail } }: CatalogueDocument, { email }: CatalogueTell): CataloguePeople {
  return {
    roles: roles.map((rule) => ({ role: rule.role, for: resolveFor(rule.for) })),
    oidc: oidc ?? null,
    mail: mail ?? (email === null ? null : { from: email.from, smtp: email.smtp }),
  }
}

export function resolveAudiences({ audiences }: CatalogueDocument): CatalogueAudience[] {
  return Object.entries(audiences).map(([key, written]) => ({ key, groups: written.groups, for: resolveFor(written.for) }))
}

/** The keys of the groups that each audience sees, everybody's last: what it names and what none names. Nothing where there are no audiences. */
export function sightOfAudiences({ audiences, groups }: Pick<Catalogue, 'audiences' | 'groups'>): Map<string, string[]> {
  if (audiences.length === 0) return new Map()
  const named = new Set(audiences.flatMap((audience) => audience.groups))
  const seenWith = (own: readonly string[]) => groups.flatMap(({ key }) => (own.includes(key) || !named.has(key) ? [key] : []))
  return new Map([...audiences.map((audience) => [audience.key, seenWith(audience.groups)] as const), [EVERYBODY, seenWith([])]])
}

/** Who sees what, a line for each audience; none where everybody sees everything. */
export function sightInWords(catalogue: Pick<Catalogue, 'access' | 'audiences' | 'groups'>): string[] {
  const seen = sightOfAudiences(catalogue)
  if (seen.size === 0) return []
  const shared = seen.get(EVERYBODY)?.length ?? 0
  const more = shared === 0 ? '' : ` and ${shared === 1 ? 'the group' : `the ${shared} groups`} of everybody`
  const others = catalogue.access === 'public' ? 'everybody else' : 'everybody else who is signed in'
  const rest = shared === 0 ? 'nothing' : listed(seen.get(EVERYBODY) ?? [])
  return [
    ...catalogue.audiences.map((audience) => `  ${audience.key} (${forInWords(audience.for)}): ${listed(audience.groups)}${more}`),
    `  ${others}: ${rest}`,
    '  admins: everything',
  ]
}

const LISTED_MAX = 6

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED_MAX).join(', ')
  return names.length > LISTED_MAX ? `${shown} and ${names.length - LISTED_MAX} more` : shown
}

function forInWords({ oidc, people }: AppliesTo): string {
  const count = people.length === 0 ? [] : [`${people.length} ${people.length === 1 ? 'person' : 'people'}`]
  const groups = oidc.length === 0 ? [] : [`members of ${listed(oidc)}`]
  return [...groups, ...count].join('; ') || 'by invitation or token'
}
