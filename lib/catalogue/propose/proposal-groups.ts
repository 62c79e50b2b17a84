import { UNSAFE_KEYS } from '#lib/catalogue/parse/catalogue-file.ts'

/** Something that was discovered and could be watched; what connectors yield has this shape. */
export interface FoundAsset {
  path: string
  kind: 'source' | 'table' | 'consumer'
  name: string
  settings: Record<string, unknown>
  /** What it is made from; without a path it is a name in another system, which a proposal leaves out. */
  upstream: readonly { path?: string; hint: string }[]
  policy: { input: Record<string, unknown>; because: string } | null
  group: string
}

export interface ProposedFeed {
  key: string
  name: string
  assets: FoundAsset[]
}

export interface ProposedGroup {
  key: string
  name: string
  /** Else it stands in the catalogue already, and what is proposed joins it. */
  isNew: boolean
  feeds: ProposedFeed[]
}

/** Text as a catalogue key: lower case letters, digits and hyphens, beginning with a letter. */
export function toKey(text: string, otherwise: string): string {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
  const key = plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^[-0-9]+|-+$/g, '')
  if (key === '') return otherwise
  return UNSAFE_KEYS.has(key) ? `${key}-data` : key.slice(0, 60)
}

/** The part of a path that names the thing itself: `orders` of `shop.orders`. */
export function lastPart(path: string): string {
  return path.split(/[./]/).at(-1) ?? path
}

export interface TakenKeys {
  groups: ReadonlySet<string>
  feeds: ReadonlySet<string>
}

export interface GroupingOptions {
  inWords: (key: string) => string
  /** Begins every key, so that proposals for several connections stand beside each other; null: keys are as short as can be. */
  prefix: string | null
  taken: TakenKeys
}

/** The schema a database has anyway: it says nothing to people. */
const PLAIN_GROUP = 'public'
/** So many tables that begin with one word bear the name of the application, not of a family. */
const MANY_OF_ONE_WORD = 8
const MOST = 0.6

/** The word nearly all of a group's tables begin with: `wp_`, `icinga_`; null when there is none. */
function commonWord(paths: readonly string[]): string | null {
  const words = Map.groupBy(paths, (path) => toKey(lastPart(path), 'table').split('-')[0] ?? '')
  const [word, all] = [...words].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? ['', []]
  return all.length >= MANY_OF_ONE_WORD && all.length > MOST * paths.length ? word : null
}

/** A table's name as a key, without the word that its whole group begins with. */
function ownKey(path: string, common: string | null): string {
  const key = toKey(lastPart(path), 'table')
  const rest = common !== null && key.startsWith(`${common}-`) ? toKey(key.slice(common.length + 1), '') : ''
  return rest === '' ? key : rest
}

/** The first word of a table's name, in the singular: `order_items` and `orders` both belong to `order`. */
function stemOf(key: string): string {
  const [first = '', second] = key.split('-')
  const stem = first.length <= 1 && second !== undefined ? second : first
  return toKey(stem.length > 3 && stem.endsWith('s') && !stem.endsWith('ss') ? stem.slice(0, -1) : stem, 'table')
}

function unique(candidates: readonly string[], numbered: string, taken: Set<string>): string {
  for (let i = 1; ; i++) {
    const free = i === 1 ? candidates.find((key) => !taken.has(key)) : [`${numbered}-${i}`].find((key) => !taken.has(key))
    if (free !== undefined) {
      taken.add(free)
      return free
    }
  }
}

function groupKey(group: string, prefix: string | null, taken: Set<string>): string {
  const key = toKey(group, 'other')
  if (prefix === null) return unique([key, `group-${key}`], `group-${key}`, taken)
  const wanted = group === PLAIN_GROUP || key === prefix ? prefix : `${prefix}-${key}`
  return unique([wanted], wanted, taken)
}

function groupName(group: string, key: string, { prefix, inWords }: GroupingOptions): string {
  if (prefix === null || key.startsWith(`${prefix}-`)) return inWords(group) || inWords(key)
  return inWords(prefix)
}

/** Groups as the connector named them; in each, one feed per family of names (the same first word). */
export function feedsOf(found: readonly FoundAsset[], options: GroupingOptions): ProposedGroup[] {
  const { inWords, prefix, taken } = options
  const takenGroups = new Set<string>()
  const takenFeeds = new Set(taken.feeds)
  const byGroup = Map.groupBy(found, (asset) => asset.group)
  return [...byGroup].map(([group, assets]) => {
    const key = groupKey(group, prefix, takenGroups)
    const common = commonWord(assets.map((asset) => asset.path))
    const families = Map.groupBy(assets, (asset) => stemOf(ownKey(asset.path, common)))
    const feeds = [...families].map(([stem, family]) => {
      const names = family.map((asset) => ownKey(asset.path, common))
      const wanted = names.length === 1 ? (names[0] ?? stem) : (names.find((name) => name === `${stem}s`) ?? stem)
      const longer = `${key}-${wanted}`
      const feed = unique(prefix === null ? [wanted, longer] : [longer], longer, takenFeeds)
      return { key: feed, name: inWords(wanted), assets: family }
    })
    return { key, name: groupName(group, key, options), isNew: !taken.groups.has(key), feeds }
  })
}
