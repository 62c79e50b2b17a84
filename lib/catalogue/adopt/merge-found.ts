import type { CatalogueAdoption } from '#lib/catalogue/catalogue.ts'
import { placeAssets, settingsBeside } from '#lib/catalogue/resolve/placed-assets.ts'
import { ASSET_KEYS, type CatalogueDocument, type WrittenAsset, type WrittenPolicy } from '#lib/catalogue/schema/document.ts'
import { policyInputSchema } from '#lib/domain/freshness/policies/policy.ts'
import { jobKey } from '#lib/domain/runs/external-run.ts'
import type { AdoptRule, FoundAsset } from './adoption.ts'
import type { Placement } from './place-found.ts'

type Groups = CatalogueDocument['groups']
type WrittenFeed = Groups[string]['feeds'][string]

export interface Merged {
  document: CatalogueDocument
  /** Of what nobody wrote. */
  origins: Map<string, CatalogueAdoption>
  sources: Map<string, AdoptRule['source']>
}

/** The document as if somebody had written what the rules take over, with every word that is written left as it is. */
export function mergeFound(document: CatalogueDocument, rules: readonly AdoptRule[], placements: readonly Placement[]): Merged {
  const groups: Groups = structuredClone(document.groups)
  const places = placesIn(document)
  const merged: Merged = { document: { ...document, groups }, origins: new Map(), sources: new Map() }
  const owners = new Map<string, Set<string>>()
  for (const { key, found, ...placement } of placements) {
    const rule = rules[placement.rule]
    if (rule === undefined) continue
    const written = places.get(key)
    const { group, feed, isNew } = feedAt(groups, written ?? placement, rule.why)
    const feedKey = (written ?? placement).feed.key
    if (isNew) merged.sources.set(feedKey, rule.source)
    feed.assets[key] = withFound(feed.assets[key] ?? {}, found, rule, feed.policy !== undefined || group.policy !== undefined)
    if (written !== undefined) continue
    merged.origins.set(key, { rule: rule.source, foundAt: found.foundAt, goneAt: found.goneAt })
    if (found.goneAt === null) owners.set(feedKey, (owners.get(feedKey) ?? new Set()).add(placement.owner ?? ''))
  }
  nameOwners(groups, owners)
  return merged
}

type Place = Pick<Placement, 'group' | 'feed'>

function placesIn(document: CatalogueDocument): Map<string, Place> {
  const named = ({ key }: { key: string }) => ({ key, name: key })
  return new Map(placeAssets(document).map(({ key, group, feed }) => [key, { group: named(group), feed: named(feed) }]))
}

/** The feed of a place, made where there is none. */
function feedAt(groups: Groups, place: Place, why: string | undefined): { group: Groups[string]; feed: WrittenFeed; isNew: boolean } {
  const group = groups[place.group.key] ?? { name: place.group.name, feeds: {} }
  groups[place.group.key] = group
  const known = group.feeds[place.feed.key]
  const feed = known ?? { name: place.feed.name, ...(why !== undefined && { why }), assets: {} }
  group.feeds[place.feed.key] = feed
  return { group, feed, isNew: known === undefined }
}

/** A feed nobody wrote an owner for gets the one all that is in it has. */
function nameOwners(groups: Groups, owners: ReadonlyMap<string, ReadonlySet<string>>): void {
  const feeds: [string, WrittenFeed][] = Object.values(groups).flatMap((group) => Object.entries(group.feeds))
  for (const [key, feed] of feeds) {
    const [owner, ...others] = owners.get(key) ?? []
    if (feed.owner === undefined && owner !== undefined && owner !== '' && others.length === 0) feed.owner = owner
  }
}

/** What is written at an asset, and what was found where nothing is; the settings of its connector only whole. What its rule promises it inherits. */
function withFound(written: WrittenAsset, found: FoundAsset, rule: AdoptRule, isPromised: boolean): WrittenAsset {
  const hasOwnSettings = Object.keys(settingsBeside(written, ASSET_KEYS)).length > 0
  const settings = hasOwnSettings ? {} : settingsBeside(found.settings, ASSET_KEYS)
  const policy = isPromised || rule.policy !== undefined ? undefined : proposedPolicy(found)
  const told = {
    name: found.name.trim() === '' ? undefined : found.name.trim(),
    why: rule.why,
    kind: rule.kind ?? found.kind,
    policy,
    promised: rule.promised,
    job: found.job == null || found.job.trim() === '' ? undefined : jobKey(found.connection, found.job),
  }
  const given = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined))
  return { ...settings, ...given, ...written }
}

function proposedPolicy({ policy }: FoundAsset): WrittenPolicy | undefined {
  const parsed = policyInputSchema.safeParse(policy)
  return parsed.success ? parsed.data : undefined
}
