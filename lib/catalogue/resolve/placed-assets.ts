import type { CatalogueFlow } from '#lib/catalogue/catalogue.ts'
import type { CatalogueContracts, ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { ASSET_KEYS, type CatalogueDocument, type WrittenAsset, type WrittenPolicy } from '#lib/catalogue/schema/document.ts'
import { resolvePolicies, toCalendar } from '#lib/catalogue/schema/written-policy.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'

type WrittenGroup = CatalogueDocument['groups'][string]
export type WrittenFeed = WrittenGroup['feeds'][string]

/** An asset as written, with the feed and group it inherits from. */
export interface Placed {
  key: string
  written: WrittenAsset
  feed: { key: string; written: WrittenFeed }
  group: { key: string; written: WrittenGroup }
}

/** What is written besides our own keys. */
export function settingsBeside(written: Record<string, unknown>, ours: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(written).filter(([key]) => !ours.has(key)))
}

/** Every asset of a document where it stands. */
export function placeAssets({ groups }: CatalogueDocument): Placed[] {
  return Object.entries(groups).flatMap(([groupKey, group]) =>
    Object.entries(group.feeds).flatMap(([feedKey, feed]) =>
      Object.entries(feed.assets).map(([key, written]) => {
        return { key, written: written ?? {}, feed: { key: feedKey, written: feed }, group: { key: groupKey, written: group } }
      }),
    ),
  )
}

/** Of what others read, some systems cannot tell when it was made; of everything else a look says so itself. */
function hasClock(key: string, written: WrittenAsset, connector: ConnectorContract | undefined): boolean {
  if (connector?.hasClock === undefined || (written.kind ?? connector.assetKind) !== 'consumer') return true
  return connector.hasClock({ path: pathOf(key), settings: settingsBeside(written, ASSET_KEYS) })
}

interface Promising {
  writers: ReadonlyMap<string, CatalogueFlow>
  contracts: CatalogueContracts
  rulePolicies?: ReadonlyMap<string, WrittenPolicy> | undefined
  /** What their contracts promise of time. */
  levels: ReadonlyMap<string, WrittenPolicy>
}

/** What is promised of each asset; where the catalogue says nothing its contract does, and of what a rule took over its rule is the last to say. */
export function policiesOf(
  { page, calendars: written, connections }: CatalogueDocument,
  placed: readonly Placed[],
  { writers, contracts: { connectors }, rulePolicies, levels }: Promising,
): Map<string, Policy[]> {
  const { zone, readyBy } = page
  const calendars = new Map(Object.entries(written).map(([key, calendar]) => [key, toCalendar(calendar)]))
  return new Map(
    placed.map(({ key, written: asset, feed, group }) => {
      const flow = writers.get(key) ?? null
      const connector = connectors.get(connections[connectionOf(key)]?.kind ?? '')
      const scheduled = flow === null || flow.cron === null ? null : { ...flow, cron: flow.cron }
      const around = { zone, readyBy, calendars, flow: scheduled, hasClock: flow !== null || hasClock(key, asset, connector) }
      const written = [asset.policy, feed.written.policy, group.written.policy, levels.get(key), rulePolicies?.get(key)]
      return [key, resolvePolicies(written, around)]
    }),
  )
}
