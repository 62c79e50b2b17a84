import { childOf, type DocumentPath, entriesOf, itemsOf, type LocatedNode, nodeAt, textAt } from '#lib/catalogue/parse/node.ts'
import { type Outline, outlineOf } from '#lib/catalogue/parse/outline.ts'
import type { CatalogueContracts, FlowContract } from '#lib/catalogue/schema/contracts.ts'
import {
  DECLARED_FLOW_TIMEOUT_MS,
  declaredFlowParameters,
  LAKE,
  lakeTableOf,
  landFlowParameters,
} from '#lib/catalogue/schema/declared-flow.ts'
import { GRACE_MAX_MS } from '#lib/catalogue/schema/written-policy.ts'
import { connectionOf, isAssetKey } from '#lib/domain/lineage/asset-key.ts'
import { isValidCron } from '#lib/domain/time/cron.ts'
import { parseDuration } from '#lib/domain/time/duration.ts'
import { isValidZone } from '#lib/domain/time/zone.ts'
import { contractOfJob, runsJob } from './jobs-elsewhere.ts'
import { placeOfFiles } from './triggers.ts'

interface Place {
  group: string
  feed: string
}

interface NamedKey {
  key: string
  node: LocatedNode
}

/** A flow without code, as it is written. */
export interface DeclaredFlow {
  name: string
  node: LocatedNode
  /** The asset it reads and the one it writes; null while they are not written as assets, and where files ask for it. */
  from: string | null
  to: string | null
  /** All that it reads, and where each is named: the one, the places whose files it lands, or what is said of the job that it runs. */
  reads: NamedKey[]
  /** The same of what it writes. */
  writes: NamedKey[]
  /** Of its `feed`; null when it names none or not as `<group>/<feed>`. */
  place: Place | null
}

/** A document with what its flows without code declare. */
export interface DeclaredDocument {
  flows: DeclaredFlow[]
  /** The contracts with one for each of these flows, so that they are checked and resolved like others. */
  contracts: CatalogueContracts
  written: Outline
  /** With the feeds, assets and promises they declare, as if these stood under `groups`. */
  full: Outline
}

function assetAt(node: LocatedNode, ...path: DocumentPath): string | null {
  const text = textAt(node, ...path)
  return text !== undefined && isAssetKey(text) ? text : null
}

function placeOf(node: LocatedNode): Place | null {
  const [group, feed, more] = textAt(node, 'feed')?.split('/') ?? []
  return group && feed && more === undefined ? { group, feed } : null
}

/** An entry with `extract`, `land` or `runs` that is not the name of a flow with code is a flow without. */
function declaredFlowsIn(root: LocatedNode, codeFlows: ReadonlyMap<string, unknown>): DeclaredFlow[] {
  return entriesOf(childOf(root, 'flows')).flatMap(([name, node]) => {
    if (codeFlows.has(name) || !MAKES_ONE.some((key) => childOf(node, key) !== undefined)) return []
    const at = TARGETS.find((path) => assetAt(node, ...path) !== null)
    const target = at === undefined ? undefined : nodeAt(node, at)
    const to = at === undefined ? null : assetAt(node, ...at)
    const written = target === undefined || to === null ? [] : [{ key: to, node: target }]
    const writes = runsJob(node) ? keysIn(childOf(node, 'writes')) : written
    return [{ name, node, from: assetAt(node, 'extract', 'from'), to, reads: readsOf(node), writes, place: placeOf(node) }]
  })
}

const MAKES_ONE = ['extract', 'land', 'runs']
const TARGETS = [
  ['load', 'into'],
  ['deliver', 'to'],
  ['land', 'into'],
  ['index', 'into'],
]

function keysIn(list: LocatedNode | undefined): NamedKey[] {
  return itemsOf(list).flatMap((node) => (typeof node.value === 'string' && isAssetKey(node.value) ? [{ key: node.value, node }] : []))
}

/** Whether a flow as written lands files. */
export function landsFiles(node: LocatedNode): boolean {
  return childOf(node, 'land') !== undefined
}

function readsOf(node: LocatedNode): DeclaredFlow['reads'] {
  const named = nodeAt(node, ['extract', 'from'])
  const from = assetAt(node, 'extract', 'from')
  if (named !== undefined && from !== null) return [{ key: from, node: named }]
  if (runsJob(node)) return keysIn(childOf(node, 'reads'))
  if (!landsFiles(node)) return []
  return itemsOf(childOf(node, 'on')).flatMap((trigger) => {
    const file = childOf(trigger, 'file')
    const { source, place } = placeOfFiles(textAt(file) ?? '')
    const key = `${source}/${place}`
    return file === undefined || !isAssetKey(key) ? [] : [{ key, node: file }]
  })
}

function contractOf(flow: DeclaredFlow, pageZone: string): FlowContract {
  return { ...contractOfWork(flow, pageZone), ...(runsJob(flow.node) && contractOfJob(flow.node)) }
}

function contractOfWork({ node, reads, writes }: DeclaredFlow, pageZone: string): FlowContract {
  return {
    schedule: textAt(node, 'schedule') ?? '',
    timezone: pageZone,
    reads: [...new Set(reads.map(({ key }) => key))],
    writes: [...new Set(writes.map(({ key }) => key))],
    connections: [],
    parameters: landsFiles(node) ? landFlowParameters : declaredFlowParameters,
    timeoutMs: DECLARED_FLOW_TIMEOUT_MS,
    ...(landsFiles(node) && { drainsInbox: true }),
  }
}

/** The group and the feed each asset of a document is in, and the group of each feed. */
export function placesIn({ feeds, assets }: Outline): { assets: Map<string, Place>; feeds: Map<string, string> } {
  return { assets: new Map(assets.map((asset) => [asset.key, asset])), feeds: new Map(feeds.map((feed) => [feed.key, feed.group])) }
}

type Written = Record<string, string | LocatedNode>

/** A map as if it were written where another node is. */
function mapAt({ keyAt, valueAt, excerpt }: LocatedNode, path: DocumentPath, written: Written): LocatedNode {
  const place = { keyAt, valueAt, excerpt }
  const entries = Object.entries(written).map(([key, value]) => {
    return [key, typeof value === 'string' ? { ...place, path: [...path, key], value } : value] as const
  })
  return { ...place, path, value: new Map(entries) }
}

/** The tree with one more entry, maps on the way made where there are none; as it was when something else stands in the way. */
function withEntry(node: LocatedNode, at: LocatedNode, entry: LocatedNode): LocatedNode {
  const depth = node.path.length
  if (depth === entry.path.length) return entry
  if (!(node.value instanceof Map)) return node
  const key = String(entry.path[depth])
  const child = node.value.get(key) ?? mapAt(at, [...node.path, key], {})
  return { ...node, value: new Map([...node.value, [key, withEntry(child, at, entry)]]) }
}

const ONCE_A_DAY = /^\s*\d+\s+\d+\s+\*\s+\*\s+\*\s*$/

/**
 * What a declared flow promises of what it writes where nobody wrote a promise: as for every other by the day while it runs once a day,
 * else by its own ticks and the time it may take.
 */
function promiseOf({ node }: DeclaredFlow, path: DocumentPath): Written {
  const schedule = childOf(node, 'schedule')
  const cron = textAt(schedule)
  if (schedule === undefined || cron === undefined || ONCE_A_DAY.test(cron) || !isValidCron(cron)) return {}
  const timeout = textAt(node, 'timeout') ?? ''
  const timeoutMs = parseDuration(timeout)
  const grace = timeoutMs === null ? '1h' : timeoutMs > GRACE_MAX_MS ? `${GRACE_MAX_MS / 1000}s` : timeout
  const zone = textAt(node, 'timezone')
  const inZone = zone !== undefined && isValidZone(zone) ? { zone } : {}
  return { policy: mapAt(schedule, [...path, 'policy'], { kind: 'deadline', cron, grace, ...inZone }) }
}

interface NamedAsset {
  key: string | null
  /** Where it is named. */
  node: LocatedNode | undefined
  settings: (path: DocumentPath) => Written
}

function writtenAssets(flow: DeclaredFlow, root: LocatedNode): NamedAsset[] {
  const { place } = flow
  const policyPaths = [['policy'], ['feeds', place?.feed ?? '', 'policy']]
  const isPromised = policyPaths.some((path) => nodeAt(root, ['groups', place?.group ?? '', ...path]) !== undefined)
  const promise = (path: DocumentPath) => (isPromised ? {} : promiseOf(flow, path))
  return runsJob(flow.node) ? flow.writes.map((written) => ({ ...written, settings: promise })) : [writtenAsset(flow, promise)]
}

function writtenAsset({ node, to }: DeclaredFlow, promise: (path: DocumentPath) => Written): NamedAsset {
  const into = nodeAt(node, ['load', 'into']) ?? nodeAt(node, ['land', 'into'])
  if (into === undefined)
    return {
      key: to,
      node: nodeAt(node, ['deliver', 'to']) ?? nodeAt(node, ['index', 'into']),
      settings: (path) => ({ kind: 'consumer', ...promise(path) }),
    }
  if (to !== null && landsFiles(node) && connectionOf(to) !== LAKE) return { key: to, node: into, settings: promise }
  const isTable = to !== null && lakeTableOf(to) !== null
  return { key: isTable ? to : null, node: into, settings: (path) => ({ column: 'loaded_at', ...promise(path) }) }
}

/** What is read is watched and not judged: the promise is about what is written. */
function readAssets({ reads }: DeclaredFlow): NamedAsset[] {
  return reads.map(({ key, node }) => ({
    key,
    node,
    settings: (path) => ({ policy: mapAt(node, [...path, 'policy'], { kind: 'none' }) }),
  }))
}

/**
 * Finds the flows without code of a document, valid or not. What they write is declared before what they read, so that a table one flow
 * loads and another reads lives in the feed of the one that loads it.
 */
export function withDeclaredFlows(root: LocatedNode, installed: CatalogueContracts): DeclaredDocument {
  const flows = declaredFlowsIn(root, installed.flows)
  const written = outlineOf(root)
  if (flows.length === 0) return { flows, contracts: installed, written, full: written }
  const zone = textAt(root, 'page', 'zone') ?? ''
  const contracts = flows.map((flow) => [flow.name, contractOf(flow, isValidZone(zone) ? zone : 'UTC')] as const)
  const full = outlineOf(withNamedAssets(written, flows))
  return { flows, contracts: { ...installed, flows: new Map([...installed.flows, ...contracts]) }, written, full }
}

function withNamedAssets(written: Outline, flows: readonly DeclaredFlow[]): LocatedNode {
  const places = placesIn(written)
  let { root } = written
  const declare = ({ node: flow, place }: DeclaredFlow, { key, node, settings }: NamedAsset) => {
    if (place === null || key === null || node === undefined || places.assets.has(key)) return
    if ((places.feeds.get(place.feed) ?? place.group) !== place.group) return
    if (nodeAt(root, ['connections', connectionOf(key)]) === undefined) return
    const feedPath = ['groups', place.group, 'feeds', place.feed]
    const name = textAt(flow, 'feedName')
    if (nodeAt(root, feedPath) === undefined) root = withEntry(root, flow, mapAt(flow, feedPath, name === undefined ? {} : { name }))
    const path = [...feedPath, 'assets', key]
    root = withEntry(root, flow, { ...mapAt(node, path, settings(path)), keyAt: node.valueAt })
    if (nodeAt(root, path) === undefined) return
    places.assets.set(key, place)
    places.feeds.set(place.feed, place.group)
  }
  for (const flow of flows) for (const asset of writtenAssets(flow, written.root)) declare(flow, asset)
  for (const flow of flows) for (const asset of readAssets(flow)) declare(flow, asset)
  return root
}
