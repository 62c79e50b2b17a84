import type { Catalogue } from '#lib/catalogue/catalogue.ts'

/** So many are named of each kind; a rule may have taken over thousands. */
const NAMED_MAX = 30

const KINDS = ['groups', 'feeds', 'assets', 'flows', 'connections'] as const

/** What has no reason why it exists, by kind: how many of how many, then their names. */
export function missingWhyInWords(catalogue: Pick<Catalogue, (typeof KINDS)[number]>): string {
  const counted = KINDS.flatMap((kind) => {
    const all = catalogue[kind].map((one) => ({ name: 'key' in one ? one.key : one.name, why: one.why }))
    const missing = all.filter(({ why }) => why === undefined).map(({ name }) => name)
    return missing.length === 0 ? [] : [[`  ${missing.length} of ${all.length} ${kind}:`, ...named(missing)].join('\n')]
  })
  if (counted.length === 0) return 'Everything says why it exists.'
  return ['Without a why:', ...counted].join('\n')
}

function named(names: readonly string[]): string[] {
  const shown = names.slice(0, NAMED_MAX).map((name) => `    ${name}`)
  return names.length > NAMED_MAX ? [...shown, `    and ${names.length - NAMED_MAX} more`] : shown
}
