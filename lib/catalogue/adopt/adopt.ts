import type { Catalogue, CatalogueAdoption, CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import { placeAssets } from '#lib/catalogue/resolve/placed-assets.ts'
import { resolveDocument } from '#lib/catalogue/resolve/resolve.ts'
import type { CatalogueDocument } from '#lib/catalogue/schema/document.ts'
import { type Identity, indexIdentities, type OutsideName, resolveIdentity } from '#lib/domain/lineage/identity.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Adopting, AdoptRule, FoundEdge, FoundThings } from './adoption.ts'
import { mergeFound } from './merge-found.ts'
import { type Placement, placeFound } from './place-found.ts'

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
  const { edges, ambiguous } = edgesAmong(adopted.document, found.edges, taken, identities ?? new Map())
  const sources = new Map(written.feeds.map(({ key, source }) => [key, source]))
  // The lines of a rule may name groups that a reader of the feed does not see: a feed it makes says only where it stands.
  const sourceOf = (_group: string, feed: string) => sources.get(feed) ?? { file: '', line: 1, ...adopted.sources.get(feed), yaml: '' }
  const foundEdges = edges.map(({ upstream, downstream }) => ({ from: upstream, to: downstream }))
  const catalogue = resolveDocument(adopted.document, { contracts, flows: written.flows, sourceOf, foundEdges })
  return {
    catalogue: { ...catalogue, assets: catalogue.assets.map((asset) => marked(asset, adopted.origins.get(asset.key))) },
    edges,
    ambiguous,
    placements,
    forgetAt: nextForgotten(placements, rules),
  }
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

/** What discovery says of what rules took over: a foreign key is no lineage, and what an asset declares is the whole truth about it. */
function edgesAmong(
  document: CatalogueDocument,
  edges: readonly FoundEdge[],
  taken: ReadonlySet<string>,
  identities: ReadonlyMap<string, Identity>,
): Pick<Adopted, 'edges' | 'ambiguous'> {
  const assets = new Map(placeAssets(document).map(({ key, written }) => [key, written]))
  const index = indexIdentities(identities, [...assets.keys()])
  const ambiguous = new Set<string>()
  const named = (outside: OutsideName) => {
    const resolution = resolveIdentity(outside, index)
    if (resolution.ambiguous !== null) ambiguous.add(resolution.ambiguous)
    return resolution.key
  }
  const meant = edges.flatMap(({ connection, path, upstream: from, hint }) => {
    const downstream = `${connection}/${path}`
    if (hint === 'foreign-key' || !taken.has(downstream) || (assets.get(downstream)?.from?.length ?? 0) > 0) return []
    const upstream = 'path' in from ? `${connection}/${from.path}` : named(from)
    if (upstream === null || upstream === downstream || !assets.has(upstream)) return []
    return [{ upstream, downstream, hint, connection }]
  })
  return { edges: meant, ambiguous: [...ambiguous] }
}
