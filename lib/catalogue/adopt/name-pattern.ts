import { toStorableText } from '#lib/domain/values/storable-text.ts'

/** What the names between braces stand for: labels, and what is known of everything that is found. */
export type PatternValues = Readonly<Record<string, string>>

const NAME_MAX = 200
const BRACES = /\{([^{}]*)\}/g

/** The names a pattern uses, each once: `{folder} {name}` → folder, name. */
export function namesIn(pattern: string): string[] {
  return [...new Set([...pattern.matchAll(BRACES)].map(([, name = '']) => name.trim()))]
}

/** What is wrong with a pattern whatever is found; null when nothing is. */
export function patternProblem(pattern: string): string | null {
  if (/[{}]/.test(pattern.replaceAll(BRACES, ''))) return 'has a brace without its partner'
  return namesIn(pattern).includes('') ? 'has braces with nothing between them' : null
}

/** The pattern with every name filled in, spaces in order; null when something has no value of one of them, or nothing is left. */
export function fillPattern(pattern: string, values: PatternValues): string | null {
  if (namesIn(pattern).some((name) => !Object.hasOwn(values, name))) return null
  const filled = pattern.replaceAll(BRACES, (_, name: string) => values[name.trim()] ?? '')
  const text = filled.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
  return text === '' ? null : toStorableText(text.slice(0, NAME_MAX))
}

/** The names that hold for everything, whatever its connector tells. */
const OWN_NAMES = ['name', 'kind', 'group', 'connection', 'path'] as const

/** True for a name every found thing has a value of, and for a part of the path, which the longer ones have. */
export function isOwnName(name: string): boolean {
  return OWN_NAMES.some((own) => own === name) || /^path\.[1-9]\d?$/.test(name)
}

interface Named {
  connection: string
  path: string
  name: string
  kind: string
  group: string
  labels: Readonly<Record<string, string>>
}

/** What the names of a pattern stand for at one found thing; its own names win over labels called the same. */
export function valuesOf({ connection, path, name, kind, group, labels }: Named): PatternValues {
  const parts = path.split(/[./]/).map((part, at) => [`path.${at + 1}`, part] as const)
  const own = { name, kind, connection, path, ...(group === '' ? {} : { group }) }
  return { ...labels, ...Object.fromEntries(parts), ...own }
}
