import type {
  Catalogue,
  CatalogueAsset,
  CatalogueConnection,
  CatalogueFeed,
  CatalogueFlow,
  CataloguePage,
  CatalogueTell,
} from '#lib/catalogue/catalogue.ts'
import { promisedKeys } from '#lib/catalogue/check/promises.ts'
import { type LocatedNode, nodeAt, sourceAt } from '#lib/catalogue/parse/node.ts'
import { type CatalogueContracts, neededConnections } from '#lib/catalogue/schema/contracts.ts'
import { ASSET_KEYS, type CatalogueDocument, CONNECTION_KEYS, type WrittenAsset } from '#lib/catalogue/schema/document.ts'
import { isJudgedByLoads, resolvePolicies, toCalendar } from '#lib/catalogue/schema/written-policy.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { promiseInWords } from '#lib/domain/freshness/policies/policy-kinds.ts'
import { REJECT_TOLERANCE } from '#lib/domain/runs/run.ts'
import type { BusinessCalendar } from '#lib/domain/time/business-calendar.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { withDeclaredFlows } from './declared-flows.ts'
import { flowAssets, type LineageEdge, lineageEdges } from './lineage.ts'

const BLIND_AFTER_MIN_MS = 5 * MINUTE_MS

type WrittenGroup = CatalogueDocument['groups'][string]
type WrittenFeed = WrittenGroup['feeds'][string]

/** An asset as written, with the feed and group it inherits from. */
interface Placed {
  key: string
  connection: string
  path: string
  written: WrittenAsset
  feed: { key: string; written: WrittenFeed }
  group: { key: string; written: WrittenGroup }
}

/** `student-records` → `Student records`: what people read when no name is given. */
export function keyInWords(key: string): string {
  const words = key.replaceAll(/[-_]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function resolvePage(document: CatalogueDocument): CataloguePage {
  const { name, zone, readyBy, url, demo } = document.page
  return { name, zone, readyBy, url: url?.replace(/\/+$/, '') ?? null, demo }
}

function resolveTell({ tell }: CatalogueDocument): CatalogueTell {
  const heartbeat = tell.heartbeat === undefined ? null : { url: tell.heartbeat.url, everyMs: tell.heartbeat.every }
  return { email: tell.email ?? null, webhook: tell.webhook ?? null, heartbeat }
}

function resolveCalendars({ calendars }: CatalogueDocument): Map<string, BusinessCalendar> {
  return new Map(Object.entries(calendars).map(([key, written]) => [key, toCalendar(written)]))
}

function settingsBeside(written: Record<string, unknown>, ours: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(written).filter(([key]) => !ours.has(key)))
}

function resolveConnections({ connections }: CatalogueDocument): CatalogueConnection[] {
  return Object.entries(connections).map(([key, written]) => ({
    key,
    kind: written.kind,
    probeEveryMs: written.probe,
    rotatedOn: written.rotatedOn ?? null,
    maxAgeMs: written.maxAge,
    settings: settingsBeside(written, CONNECTION_KEYS),
  }))
}

function resolveFlows(document: CatalogueDocument, contracts: CatalogueContracts): CatalogueFlow[] {
  return Object.entries(document.flows).flatMap(([name, written]) => {
    const contract = contracts.flows.get(name)
    if (contract === undefined) return []
    const own = neededConnections(contract, written?.parameters ?? {}).map((connection) => [connection, connection] as const)
    const connections = { ...Object.fromEntries(own), ...written?.connections }
    const { reads, writes } = flowAssets(name, contract, connections)
    const after = written?.after ?? (contract.after ?? []).filter((flow) => Object.hasOwn(document.flows, flow))
    return [
      {
        name,
        cron: written?.schedule ?? contract.schedule,
        zone: written?.timezone ?? contract.timezone,
        after: [...after],
        timeoutMs: written?.timeout ?? contract.timeoutMs,
        rejectTolerance: written?.rejectTolerance ?? contract.rejectTolerance ?? REJECT_TOLERANCE,
        connections,
        parameters: written?.parameters ?? {},
        reads,
        writes,
      },
    ]
  })
}

function placeAssets({ groups }: CatalogueDocument): Placed[] {
  return Object.entries(groups).flatMap(([groupKey, group]) =>
    Object.entries(group.feeds).flatMap(([feedKey, feed]) =>
      Object.entries(feed.assets).map(([key, written]) => {
        const slash = key.indexOf('/')
        const place = { feed: { key: feedKey, written: feed }, group: { key: groupKey, written: group } }
        return { key, connection: key.slice(0, slash), path: key.slice(slash + 1), written: written ?? {}, ...place }
      }),
    ),
  )
}

function upstreamKeys({ from }: WrittenAsset): string[] {
  return from === undefined ? [] : typeof from === 'string' ? [from] : from
}

interface Surroundings {
  document: CatalogueDocument
  contracts: CatalogueContracts
  connections: ReadonlyMap<string, CatalogueConnection>
  /** The flow that writes an asset. */
  writers: ReadonlyMap<string, CatalogueFlow>
  upstream: ReadonlyMap<string, LineageEdge[]>
  policies: ReadonlyMap<string, Policy[]>
  /** Keys of the assets their feeds are judged by. */
  promised: ReadonlySet<string>
}

function lookAround(
  document: CatalogueDocument,
  contracts: CatalogueContracts,
  placed: readonly Placed[],
  flows: readonly CatalogueFlow[],
): Surroundings {
  const edges = lineageEdges(
    placed.map((asset) => ({ key: asset.key, from: upstreamKeys(asset.written) })),
    flows,
  )
  const writers = new Map(flows.flatMap((flow) => flow.writes.map((key) => [key, flow] as const)))
  const policies = policiesOf(document, placed, writers)
  const promisable = placed.map(({ key, feed, written }) => ({
    key,
    feed: feed.key,
    policies: policies.get(key) ?? [],
    written: written.promised,
  }))
  return {
    document,
    contracts,
    connections: new Map(resolveConnections(document).map((connection) => [connection.key, connection])),
    writers,
    upstream: Map.groupBy(edges, (edge) => edge.to),
    policies,
    promised: promisedKeys(promisable, edges),
  }
}

/** What is promised of each asset: the nearest written policies, zones and calendars filled in. */
function policiesOf(
  document: CatalogueDocument,
  placed: readonly Placed[],
  writers: ReadonlyMap<string, CatalogueFlow>,
): Map<string, Policy[]> {
  const { zone, readyBy } = document.page
  const calendars = resolveCalendars(document)
  return new Map(
    placed.map(({ key, written, feed, group }) => {
      const around = { zone, readyBy, calendars, flow: writers.get(key) ?? null }
      return [key, resolvePolicies([written.policy, feed.written.policy, group.written.policy], around)]
    }),
  )
}

function resolveAsset(asset: Placed, around: Surroundings): CatalogueAsset {
  const { written, feed } = asset
  const flow = around.writers.get(asset.key) ?? null
  const connection = around.connections.get(asset.connection)
  const contract = around.contracts.connectors.get(connection?.kind ?? '')
  const policies = around.policies.get(asset.key) ?? []
  const isLedger = flow !== null && isJudgedByLoads(policies)
  const threeLooks = Math.max(3 * (connection?.probeEveryMs ?? 0), BLIND_AFTER_MIN_MS)
  return {
    key: asset.key,
    feed: feed.key,
    connection: asset.connection,
    path: asset.path,
    name: written.name ?? asset.path,
    kind: written.kind ?? contract?.assetKind ?? 'table',
    promised: around.promised.has(asset.key),
    flow: flow?.name ?? null,
    upstream: (around.upstream.get(asset.key) ?? []).map(({ from, origin }) => ({ key: from, origin })),
    was: written.was ?? null,
    policies,
    blindAfterMs: written.blindAfter ?? (isLedger ? null : threeLooks),
    settings: settingsBeside(written, ASSET_KEYS),
  }
}

function resolveFeed(
  root: LocatedNode,
  group: string,
  key: string,
  written: WrittenFeed,
  assets: readonly CatalogueAsset[],
): CatalogueFeed {
  const node = nodeAt(root, ['groups', group, 'feeds', key])
  const promises = assets.filter((asset) => asset.feed === key && asset.promised).flatMap((asset) => asset.policies)
  return {
    key,
    group,
    name: written.name ?? keyInWords(key),
    description: written.description ?? null,
    owner: written.owner ?? null,
    runbook: written.runbook ?? null,
    promise: [...new Set(promises.map(promiseInWords))].join('; '),
    source: sourceAt(root, node),
    ...(written.was !== undefined && { was: written.was }),
  }
}

/** A valid document as the rest of Tidemark uses it: inheritance applied, every default filled in, lineage joined. */
export function resolveCatalogue(document: CatalogueDocument, written: LocatedNode, installed: CatalogueContracts): Catalogue {
  const { contracts, full } = withDeclaredFlows(written, installed)
  const { root } = full
  const placed = placeAssets(document)
  const flows = resolveFlows(document, contracts)
  const around = lookAround(document, contracts, placed, flows)
  const assets = placed.map((asset) => resolveAsset(asset, around))
  const byFeed = Map.groupBy(assets, (asset) => asset.feed)
  const groups = Object.entries(document.groups)
  return {
    access: document.access,
    page: resolvePage(document),
    tell: resolveTell(document),
    connections: [...around.connections.values()],
    groups: groups.map(([key, g]) => ({
      key,
      name: g.name ?? keyInWords(key),
      description: g.description ?? null,
      ...(g.was && { was: g.was }),
    })),
    feeds: groups.flatMap(([group, { feeds }]) =>
      Object.entries(feeds).map(([key, feed]) => resolveFeed(root, group, key, feed, byFeed.get(key) ?? [])),
    ),
    assets,
    flows: flows.map((flow) => ({ ...flow, source: sourceAt(root, nodeAt(root, ['flows', flow.name])) })),
  }
}
