import type { Catalogue, CatalogueAdoption, CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import { placeAssets } from '#lib/catalogue/resolve/placed-assets.ts'
import { resolveDocument } from '#lib/catalogue/resolve/resolve.ts'
import type { CatalogueDocument, WrittenPolicy } from '#lib/catalogue/schema/document.ts'
import { type Identity, type IdentityIndex, indexIdentities, type OutsideName, resolveIdentity } from '#lib/domain/lineage/identity.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Adopting, AdoptRule, FoundEdge, FoundThings } from './adoption.ts'
import { mergeFound } from './merge-found.ts'
import { type Placement, placeFound } from './place-found.ts'
import { nameWriters, sameThings } from './same-things.ts'

/** Lineage that discovery told, between assets of the catalogue. */
export interface AdoptedEdge {
  upstream: string
  downstream: string
  hint: string
  /** The connection through which it was seen. */
  connection: string
}

/** The catalogue with what rules take over of what was found. */
export interface Adopted {
  catalogue: Catalogue
  edges: AdoptedEdge[]
  placements: Placement[]
  /** Names of other systems that may mean several assets, in words. */
  ambiguous: string[]
  /** When the next of what is gone is to be forgotten, by connection. */
  forgetAt: Map<string, Instant>
}

export interface AdoptionState {
  now: Instant
  /** Keys of the catalogue so far: what is gone stays where it was, and is not taken anew. */
  known: ReadonlySet<string>
}

/** What a document and the found set come to together: of both alone, in whatever order they became known. */
export function adopt(
  written: Catalogue,
  { rules: adoption, contracts, identities }: Adopting,
  found: FoundThings,
  state: AdoptionState,
): Adopted {
  const { document, rules } = adoption
  const own = new Set(written.connections.map(({ key }) => key))
  const present = found.assets.filter(({ connection, goneAt }) => goneAt === null && own.has(connection))
  const gone = found.assets.filter(
    ({ connection, path, goneAt }) => goneAt !== null && own.has(connection) && state.known.has(`${connection}/${path}`),
  )
  // All at once, so that what is gone keeps its feed apart from one that reads alike and is there.
  const placed = inOrder(placeFound(rules, [...present, ...gone], document))
  const placements = [
    ...placed.filter(({ found: { goneAt } }) => goneAt === null),
    ...placed.filter(({ found: { goneAt }, rule }) => goneAt !== null && forgetAtOf(goneAt, rules[rule]) > state.now),
  ]
  const adopted = mergeFound(document, rules, placements)
  const taken = new Set(placements.map(({ key }) => key))
  const keys = placeAssets(adopted.document).map(({ key }) => key)
  const names = new Names(identities ?? new Map(), keys)
  const same = sameThings(present, new Set(keys), (name) => names.keyOf(name))
  nameWriters(adopted.document, present, same)
  const edges = edgesAmong(adopted.document, found.edges, { taken, same, names })
  const sources = new Map(written.feeds.map(({ key, source }) => [key, source]))
  // The lines of a rule may name groups that a reader of the feed does not see: a feed it makes says only where it stands.
  const sourceOf = (_group: string, feed: string) => sources.get(feed) ?? { file: '', line: 1, ...adopted.sources.get(feed), yaml: '' }
  const foundEdges = edges.map(({ upstream, downstream }) => ({ from: upstream, to: downstream }))
  const rulePolicies = promisedByRules(placements, rules)
  const catalogue = resolveDocument(adopted.document, {
    contracts,
    flows: written.flows,
    sourceOf,
    foundEdges,
    rulePolicies,
    at: state.now,
  })
  return {
    catalogue: { ...catalogue, assets: catalogue.assets.map((asset) => marked(asset, adopted.origins.get(asset.key))) },
    edges,
    ambiguous: names.ambiguous,
    placements,
    forgetAt: nextForgotten(placements, rules),
  }
}

/** A rule is about all that it takes, so that what it promises is written at no asset. */
function promisedByRules(placements: readonly Placement[], rules: readonly AdoptRule[]): Map<string, WrittenPolicy> {
  const promised = placements.map(({ key, rule }) => ({ key, policy: rules[rule]?.policy }))
  return new Map(promised.flatMap(({ key, policy }) => (policy === undefined ? [] : [[key, policy] as const])))
}

function marked(asset: CatalogueAsset, adopted: CatalogueAdoption | undefined): CatalogueAsset {
  return adopted === undefined ? asset : { ...asset, adopted }
}

function forgetAtOf(goneAt: Instant | null, rule: AdoptRule | undefined): Instant {
  return goneAt === null || rule === undefined ? Number.POSITIVE_INFINITY : goneAt + rule.forget
}

function nextForgotten(placements: readonly Placement[], rules: readonly AdoptRule[]): Map<string, Instant> {
  const next = new Map<string, Instant>()
  for (const { found, rule } of placements) {
    const at = forgetAtOf(found.goneAt, rules[rule])
    if (at < (next.get(found.connection) ?? Number.POSITIVE_INFINITY)) next.set(found.connection, at)
  }
  return next
}

function inOrder(placements: readonly Placement[]): Placement[] {
  const place = ({ rule, group, feed, found, key }: Placement) =>
    [String(rule).padStart(4, '0'), group.name, feed.name, found.name, key].join('\u0000')
  return placements
    .map((one) => ({ one, at: place(one) }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .map(({ one }) => one)
}

/** Which asset is meant by what others call it; those that could be several are noted, in words. */
class Names {
  readonly #index: IdentityIndex
  readonly #ambiguous = new Set<string>()

  constructor(identities: ReadonlyMap<string, Identity>, keys: readonly string[]) {
    this.#index = indexIdentities(identities, keys)
  }

  get ambiguous(): string[] {
    return [...this.#ambiguous]
  }

  keyOf(outside: OutsideName): string | null {
    const { key, ambiguous } = resolveIdentity(outside, this.#index)
    if (ambiguous !== null) this.#ambiguous.add(ambiguous)
    return key
  }
}

/**
 * What discovery says of what rules took over, and of assets that it knows by what others call them: a foreign key is no lineage, and what an asset declares
 * is the whole truth about it.
 */
function edgesAmong(
  document: CatalogueDocument,
  edges: readonly FoundEdge[],
  { taken, same, names }: { taken: ReadonlySet<string>; same: ReadonlyMap<string, string>; names: Names },
): AdoptedEdge[] {
  const assets = new Map(placeAssets(document).map(({ key, written }) => [key, written]))
  const keyOf = (own: string) => (assets.has(own) ? own : (same.get(own) ?? null))
  const meant = edges.flatMap(({ connection, path, upstream: from, hint }) => {
    const own = `${connection}/${path}`
    const downstream = taken.has(own) ? own : (same.get(own) ?? null)
    if (hint === 'foreign-key' || downstream === null || (assets.get(downstream)?.from?.length ?? 0) > 0) return []
    const upstream = 'path' in from ? keyOf(`${connection}/${from.path}`) : names.keyOf(from)
    return upstream === null || upstream === downstream ? [] : [{ upstream, downstream, hint, connection }]
  })
  return [...new Map(meant.map((edge) => [JSON.stringify(edge), edge])).values()]
}
