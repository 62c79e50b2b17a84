import type {
  Catalogue,
  CatalogueAsset,
  CatalogueConnection,
  CatalogueFeed,
  CatalogueFlow,
  CatalogueGroup,
  CataloguePage,
  CatalogueSource,
  CatalogueTell,
} from '#lib/catalogue/catalogue.ts'
import { promisedKeys } from '#lib/catalogue/check/promises.ts'
import { type LocatedNode, sourceAt } from '#lib/catalogue/parse/node.ts'
import { type CatalogueContracts, type ConnectorContract, neededConnections } from '#lib/catalogue/schema/contracts.ts'
import { ASSET_KEYS, type CatalogueDocument, type WrittenPolicy } from '#lib/catalogue/schema/document.ts'
import { isJudgedByLoads } from '#lib/catalogue/schema/written-policy.ts'
import type { ContractTerms } from '#lib/domain/contracts/contract-terms.ts'
import { judgesAClock } from '#lib/domain/freshness/judged-value.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { heartbeatJob } from '#lib/domain/push/pushed-run.ts'
import { REJECT_TOLERANCE } from '#lib/domain/runs/run-outcome.ts'
import { END_OF_TIME, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { resolveAudiences, resolvePeople } from './audiences.ts'
import { resolveConnections, whyOf } from './connections.ts'
import { lookedInto, underContract } from './contracts.ts'
import { withDeclaredFlows } from './declared-flows.ts'
import { ofJobElsewhere } from './jobs-elsewhere.ts'
import { ofKeys, promisesInWords } from './key-promises.ts'
import { flowAssets, type LineageEdge, lineageEdges } from './lineage.ts'
import { resolveMessages } from './messages.ts'
import { type Placed, placeAssets, policiesOf, settingsBeside, type WrittenFeed } from './placed-assets.ts'
import { triggersOf } from './triggers.ts'

const BLIND_AFTER_MIN_MS = 5 * MINUTE_MS
const hasWriter = (flow: CatalogueFlow | null, job: string | undefined) => flow !== null || job !== undefined

type WrittenGroup = CatalogueDocument['groups'][string]

/** `student-records` → `Student records`: what people read when no name is given. */
export function keyInWords(key: string): string {
  const words = key.replaceAll(/[-_]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function resolvePage({ page: { name, zone, readyBy, url, demo, embedIn } }: CatalogueDocument): CataloguePage {
  return { name, zone, readyBy, url: url?.replace(/\/+$/, '') ?? null, demo, ...(embedIn !== undefined && { embedIn }) }
}

function resolveTell({ tell }: CatalogueDocument): CatalogueTell {
  const { email, webhook, heartbeat } = tell
  return {
    email: email ?? null,
    webhook: webhook ?? null,
    heartbeat: heartbeat === undefined ? null : { url: heartbeat.url, everyMs: heartbeat.every },
  }
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
        ...whyOf(written),
        cron: written?.schedule ?? (contract.schedule || null),
        ...triggersOf(written, document, contracts),
        ...(contract.drainsInbox && { drainsInbox: true }),
        zone: written?.timezone ?? contract.timezone,
        after: [...after],
        ...(written?.requires && { requires: written.requires }),
        ...ofJobElsewhere(contract, document, contracts),
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

interface Surroundings {
  document: CatalogueDocument
  contracts: CatalogueContracts
  connections: ReadonlyMap<string, CatalogueConnection>
  writers: ReadonlyMap<string, CatalogueFlow>
  upstream: ReadonlyMap<string, LineageEdge[]>
  policies: ReadonlyMap<string, Policy[]>
  promised: ReadonlySet<string>
  terms: ReadonlyMap<string, ContractTerms>
}

function surroundingsOf(
  document: CatalogueDocument,
  placed: readonly Placed[],
  { contracts, flows, foundEdges, rulePolicies, at = END_OF_TIME }: ResolveTools,
): Surroundings {
  const declared = placed.map(({ key, written: { from = [] } }) => ({ key, from: typeof from === 'string' ? [from] : from }))
  const edges = lineageEdges(declared, flows)
  const writers = new Map(flows.flatMap((flow) => flow.writes.map((key) => [key, flow] as const)))
  const { terms, levels } = underContract(document, placed, at)
  const policies = policiesOf(document, placed, { writers, contracts, rulePolicies, levels })
  const promisable = placed.map(({ key, feed, written }) => {
    return { key, feed: feed.key, policies: policies.get(key) ?? [], written: written.promised }
  })
  return {
    document,
    contracts,
    connections: new Map(resolveConnections(document, contracts).map((connection) => [connection.key, connection])),
    writers,
    upstream: Map.groupBy(edges, (edge) => edge.to),
    policies,
    promised: promisedKeys(promisable, [...edges, ...foundEdges]),
    terms,
  }
}

function ofTerms(contract: ContractTerms | undefined): Pick<CatalogueAsset, 'contract'> {
  return contract === undefined ? {} : { contract }
}

function ofJob(job: string | undefined): Pick<CatalogueAsset, 'job'> {
  return job === undefined ? {} : { job }
}

/** The job of another system that writes an asset. Of what nobody asks for only that can tell which loads it: by its heartbeats unless it names another job. */
function jobOf(key: string, written: string | undefined, contract: ConnectorContract | undefined): string | undefined {
  if (written !== undefined || contract?.asksNobody === undefined) return written
  return heartbeatJob({ connection: connectionOf(key), path: pathOf(key) })
}

function resolveAsset({ key, written, feed }: Placed, around: Surroundings): CatalogueAsset {
  const flow = around.writers.get(key) ?? null
  const connection = around.connections.get(connectionOf(key))
  const contract = around.contracts.connectors.get(connection?.kind ?? '')
  const policies = around.policies.get(key) ?? []
  const isFollower = policies.some(({ kind }) => kind === 'upstream') && !policies.some(judgesAClock)
  const job = flow === null ? jobOf(key, written.job, contract) : undefined
  const isToldByRuns = hasWriter(flow, job) && isJudgedByLoads(policies) && written['expect'] === undefined
  const threeLooks = Math.max(3 * (connection?.probeEveryMs ?? 0), BLIND_AFTER_MIN_MS)
  return {
    key,
    feed: feed.key,
    connection: connectionOf(key),
    path: pathOf(key),
    name: written.name ?? pathOf(key),
    ...whyOf(written),
    kind: written.kind ?? contract?.assetKind ?? 'table',
    promised: around.promised.has(key),
    flow: flow?.name ?? null,
    ...ofJob(job),
    upstream: (around.upstream.get(key) ?? []).map(({ from, origin }) => ({ key: from, origin })),
    was: written.was ?? null,
    policies,
    ...ofTerms(around.terms.get(key)),
    ...ofKeys(written, around.document.page.zone),
    blindAfterMs: written.blindAfter ?? (isToldByRuns || isFollower ? null : threeLooks),
    settings: settingsBeside(written, ASSET_KEYS),
  }
}

function resolveFeed(
  source: CatalogueSource,
  group: string,
  [key, written]: [string, WrittenFeed],
  assets: readonly CatalogueAsset[],
): CatalogueFeed {
  return {
    key,
    group,
    name: written.name ?? keyInWords(key),
    ...whyOf(written),
    description: written.description ?? null,
    owner: written.owner ?? null,
    runbook: written.runbook ?? null,
    promise: promisesInWords(assets),
    source,
    ...(written.was !== undefined && { was: written.was }),
  }
}

function resolveGroup([key, written]: [string, WrittenGroup]): CatalogueGroup {
  const { name, description, was } = written
  return { key, name: name ?? keyInWords(key), ...whyOf(written), description: description ?? null, ...(was !== undefined && { was }) }
}

/** What a document does not hold itself. */
export interface ResolveTools {
  contracts: CatalogueContracts
  flows: CatalogueFlow[]
  sourceOf: (group: string, feed: string) => CatalogueSource
  /** What adopted assets are made from, as discovery saw it. */
  foundEdges: readonly { from: string; to: string }[]
  /** What a rule of `adopt` promises of an asset: inherited, after what its feed and its group promise. */
  rulePolicies?: ReadonlyMap<string, WrittenPolicy>
  /** When it is in force: then a version of a contract holds. Absent: in the end. */
  at?: Instant
}

/** A valid document as the rest of Tidemark uses it: inheritance applied, every default filled in, lineage joined. */
export function resolveCatalogue(
  document: CatalogueDocument,
  written: LocatedNode,
  installed: CatalogueContracts,
  at?: Instant,
): Catalogue {
  const { contracts, full } = withDeclaredFlows(written, installed)
  const { root } = full
  const flows = resolveFlows(document, contracts).map((flow) => ({ ...flow, source: sourceAt(root, ['flows', flow.name]) }))
  const sourceOf = (group: string, feed: string) => sourceAt(root, ['groups', group, 'feeds', feed])
  return resolveDocument(document, { contracts, flows, sourceOf, foundEdges: [], ...(at !== undefined && { at }) })
}

/** The same where the flows are resolved already, and somebody else knows what was written where. */
export function resolveDocument(document: CatalogueDocument, tools: ResolveTools): Catalogue {
  const placed = placeAssets(document)
  const around = surroundingsOf(document, placed, tools)
  const assets = placed.map((asset) => resolveAsset(asset, around))
  const byFeed = Map.groupBy(assets, (asset) => asset.feed)
  const groups = Object.entries(document.groups)
  const tell = resolveTell(document)
  return {
    access: document.access,
    page: resolvePage(document),
    tell,
    ...resolveMessages(document),
    people: resolvePeople(document, tell),
    audiences: resolveAudiences(document),
    connections: lookedInto(document, [...around.connections.values()], assets),
    groups: groups.map(resolveGroup),
    feeds: groups.flatMap(([group, { feeds }]) =>
      Object.entries(feeds).map((feed) => resolveFeed(tools.sourceOf(group, feed[0]), group, feed, byFeed.get(feed[0]) ?? [])),
    ),
    assets,
    flows: tools.flows,
  }
}
