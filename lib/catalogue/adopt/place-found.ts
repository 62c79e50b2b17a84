import type { CatalogueDocument } from '#lib/catalogue/schema/document.ts'
import { isAssetKey } from '#lib/domain/lineage/asset-key.ts'
import { markOf } from '#lib/domain/values/mark-of.ts'
import { adoptedKey, feedKeyIn } from './adopted-key.ts'
import type { AdoptRule, FoundAsset } from './adoption.ts'
import { fillPattern, type PatternValues, valuesOf } from './name-pattern.ts'
import { fitsGlob } from './path-glob.ts'

/** Where a rule puts something found. */
export interface Placement {
  key: string
  found: FoundAsset
  /** Which rule takes it, by its place in the list. */
  rule: number
  group: { key: string; name: string }
  feed: { key: string; name: string }
  owner: string | null
}

/** Whether a rule is about something at all, whatever its labels are called. */
export function isMeant(rule: Pick<AdoptRule, 'from' | 'where'>, key: string, values: PatternValues): boolean {
  if (!fitsGlob(rule.from, key)) return false
  return Object.entries(rule.where ?? {}).every(([name, wanted]) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    return value !== undefined && (typeof wanted === 'string' ? [wanted] : wanted).includes(value)
  })
}

interface Taken {
  key: string
  found: FoundAsset
  rule: number
  group: string
  feed: string
  owner: string | null
}

/** The first rule that fits takes it; one whose group or feed it has no label for does not fit. */
function take(rules: readonly AdoptRule[], found: FoundAsset): Taken | null {
  const key = `${found.connection}/${found.path}`
  if (!isAssetKey(key)) return null
  const values = valuesOf(found)
  for (const [at, rule] of rules.entries()) {
    if (!isMeant(rule, key, values)) continue
    const [group, feed] = [fillPattern(rule.group, values), fillPattern(rule.feed, values)]
    if (group === null || feed === null) continue
    return { key, found, rule: at, group, feed, owner: rule.owner === undefined ? found.owner : fillPattern(rule.owner, values) }
  }
  return null
}

/** Feeds as they are written: the group of each, by its key. */
function writtenFeeds({ groups }: CatalogueDocument): Map<string, string> {
  return new Map(Object.entries(groups).flatMap(([group, { feeds }]) => Object.keys(feeds).map((feed) => [feed, group] as const)))
}

/**
 * Where each of these goes. A feed that is written under the key a rule makes is that feed, in the group it is written in. The keys depend on nothing but the
 * names, so that nothing that is found besides moves an asset, save where two groups and feeds come to one key: the feed written in its own group has it, else
 * that of the shorter group, and the other has a mark.
 */
export function placeFound(rules: readonly AdoptRule[], found: readonly FoundAsset[], document: CatalogueDocument): Placement[] {
  const written = writtenFeeds(document)
  const taken = found.flatMap((one) => take(rules, one) ?? [])
  const keyed = taken.map((one) => {
    const [groupKey, feedPart] = [adoptedKey(one.group, 'group'), adoptedKey(one.feed, 'feed')]
    const isWritten = written.get(feedPart) === groupKey
    const plain = isWritten ? feedPart : feedKeyIn(groupKey, feedPart)
    return { ...one, groupKey, feedPart, isWritten, plain, pair: `${groupKey} ${feedPart}` }
  })
  const ownerOf = new Map<string, string>()
  for (const { pair, plain } of keyed.toSorted(
    (a, b) => Number(b.isWritten) - Number(a.isWritten) || a.groupKey.length - b.groupKey.length,
  ))
    if (!ownerOf.has(plain)) ownerOf.set(plain, pair)
  return keyed.map(({ key, found: asset, rule, group, feed, owner, groupKey, feedPart, plain, pair }) => {
    const feedKey = ownerOf.get(plain) === pair ? plain : feedKeyIn(groupKey, `${feedPart}-${markOf(groupKey)}`)
    const at = written.get(feedKey) ?? groupKey
    return { key, found: asset, rule, group: { key: at, name: group }, feed: { key: feedKey, name: feed }, owner }
  })
}
