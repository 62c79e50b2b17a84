import { UNSAFE_KEYS } from './catalogue-file.ts'
import type { FoundAsset } from './catalogue-found.ts'

export interface ProposedFeed {
  key: string
  name: string
  assets: FoundAsset[]
}

export interface ProposedGroup {
  key: string
  name: string
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

/** The first word of a table's name, in the singular: `order_items` and `orders` both belong to `order`. */
function stemOf(path: string): string {
  const [first = '', second] = toKey(lastPart(path), 'table').split('-')
  const stem = first.length <= 1 && second !== undefined ? second : first
  return toKey(stem.length > 3 && stem.endsWith('s') && !stem.endsWith('ss') ? stem.slice(0, -1) : stem, 'table')
}

function unique(wanted: string, group: string, taken: Set<string>): string {
  const candidates = [wanted, `${group}-${wanted}`]
  for (let i = 2; ; i++) {
    const free = candidates.find((key) => !taken.has(key))
    if (free !== undefined) {
      taken.add(free)
      return free
    }
    candidates.push(`${group}-${wanted}-${i}`)
  }
}

/** Groups as the connector named them; in each, one feed per family of names (the same first word). */
export function feedsOf(found: readonly FoundAsset[], inWords: (key: string) => string): ProposedGroup[] {
  const takenGroups = new Set<string>()
  const takenFeeds = new Set<string>()
  const byGroup = Map.groupBy(found, (asset) => asset.group)
  return [...byGroup].map(([group, assets]) => {
    const key = unique(toKey(group, 'other'), 'group', takenGroups)
    const families = Map.groupBy(assets, (asset) => stemOf(asset.path))
    const feeds = [...families].map(([stem, family]) => {
      const names = family.map((asset) => toKey(lastPart(asset.path), stem))
      const wanted = names.length === 1 ? (names[0] ?? stem) : (names.find((name) => name === `${stem}s`) ?? stem)
      const feed = unique(wanted, key, takenFeeds)
      return { key: feed, name: inWords(wanted), assets: family }
    })
    return { key, name: inWords(group) || inWords(key), feeds }
  })
}
