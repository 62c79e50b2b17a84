import { counted, formatCount } from '#lib/domain/wording/numbers.ts'
import type { AdoptRule } from './adoption.ts'
import type { Placement } from './place-found.ts'

/** Names that come to one key stand for one thing: `"Q1 Sales" and "Q1-Sales" are one feed, bi-q1-sales`. */
function joinedNames(what: 'group' | 'feed', placements: readonly Placement[]): string[] {
  const names = new Map<string, Set<string>>()
  for (const placement of placements) {
    const { key, name } = placement[what]
    names.set(key, (names.get(key) ?? new Set()).add(name))
  }
  return [...names].flatMap(([key, all]) => {
    if (all.size < 2) return []
    const shown = [...all].sort().slice(0, 3)
    return [`  ${shown.map((name) => `"${name}"`).join(' and ')}${all.size > shown.length ? ' and others' : ''} are one ${what}, ${key}.`]
  })
}

/** What each rule takes over, a line each, with what somebody should look at below it. */
export function adoptionInWords(rules: readonly AdoptRule[], placements: readonly Placement[]): string[] {
  const byRule = Map.groupBy(placements, ({ rule }) => rule)
  return rules.flatMap(({ source, from }, at) => {
    const taken = byRule.get(at) ?? []
    const head = `  ${source.file}:${source.line} (${from}) adopts`
    if (taken.length === 0) return [`${head} nothing: nothing found fits it that no rule before it takes and that has its labels.`]
    const feeds = new Set(taken.map(({ feed }) => feed.key)).size
    const groups = new Set(taken.map(({ group }) => group.key)).size
    const gone = taken.filter(({ found }) => found.goneAt !== null).length
    const words = `${counted(taken.length, 'asset')} into ${counted(feeds, 'feed')} of ${counted(groups, 'group')}`
    return [
      `${head} ${words}${gone === 0 ? '' : `, ${formatCount(gone)} of them gone`}.`,
      ...joinedNames('group', taken),
      ...joinedNames('feed', taken),
    ]
  })
}
