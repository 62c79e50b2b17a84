import { childOf, entriesOf, type LocatedNode, nodeAt, textOf } from '#lib/catalogue/parse/node.ts'
import { lakeTableOf } from '#lib/catalogue/schema/declared-flow.ts'
import type { DeclaredFlowEntry } from '#lib/catalogue/schema/declared-flow-contracts.ts'
import { GRACE_MAX_MS } from '#lib/catalogue/schema/written-policy.ts'
import { connectionOf } from '#lib/domain/lineage/asset-key.ts'
import { isValidCron } from '#lib/domain/time/cron.ts'
import { parseDuration } from '#lib/domain/time/duration.ts'
import { isValidZone } from '#lib/domain/time/local-day.ts'

type Place = { group: string; feed: string }

/** `<group>/<feed>` of a declared flow; null when it names none or not in this form. */
export function placeOf(declaredFlow: DeclaredFlowEntry): Place | null {
  const [group, feed, more] = textOf(childOf(declaredFlow.node, 'feed'))?.split('/') ?? []
  return group && feed && more === undefined ? { group, feed } : null
}

/** The group and the feed each asset of a document is in, and the group of each feed. */
export function placesIn(root: LocatedNode): { assets: Map<string, Place>; feeds: Map<string, string> } {
  const assets = new Map<string, Place>()
  const feeds = new Map<string, string>()
  for (const [group, groupNode] of entriesOf(childOf(root, 'groups'))) {
    for (const [feed, feedNode] of entriesOf(childOf(groupNode, 'feeds'))) {
      feeds.set(feed, group)
      for (const [key] of entriesOf(childOf(feedNode, 'assets'))) assets.set(key, { group, feed })
    }
  }
  return { assets, feeds }
}

function located(at: LocatedNode, value: LocatedNode['value']): LocatedNode {
  return { keyAt: at.keyAt, valueAt: at.valueAt, excerpt: at.excerpt, value }
}

function plain(at: LocatedNode, written: Record<string, string>): LocatedNode {
  return located(at, new Map(Object.entries(written).map(([key, text]) => [key, located(at, text)])))
}

/** The tree with one more entry, maps on the way made where there are none; as it was when something else stands in the way. */
function withEntry(node: LocatedNode, path: readonly string[], at: LocatedNode, entry: LocatedNode): LocatedNode {
  const [key, ...rest] = path
  if (key === undefined) return entry
  if (!(node.value instanceof Map)) return node
  const child = node.value.get(key) ?? located(at, new Map())
  return { ...node, value: new Map([...node.value, [key, withEntry(child, rest, at, entry)]]) }
}

/** Where a value stands, for what is declared because of it. */
function at(node: LocatedNode): LocatedNode {
  return { ...node, keyAt: node.valueAt }
}

function declareFeed(root: LocatedNode, declaredFlow: DeclaredFlowEntry, { group, feed }: Place): LocatedNode {
  const path = ['groups', group, 'feeds', feed]
  if (nodeAt(root, path) !== undefined) return root
  const name = textOf(childOf(declaredFlow.node, 'feedName'))
  return withEntry(root, path, declaredFlow.node, plain(declaredFlow.node, name === undefined ? {} : { name }))
}

interface Declared {
  key: string | null
  node: LocatedNode | undefined
  written: LocatedNode['value']
}

function declareAsset(root: LocatedNode, declaredFlow: DeclaredFlowEntry, { key, node, written }: Declared): LocatedNode {
  const place = placeOf(declaredFlow)
  const { assets, feeds } = placesIn(root)
  if (place === null || key === null || node === undefined || assets.has(key)) return root
  if ((feeds.get(place.feed) ?? place.group) !== place.group) return root
  if (nodeAt(root, ['connections', connectionOf(key)]) === undefined) return root
  const withFeed = declareFeed(root, declaredFlow, place)
  return withEntry(withFeed, ['groups', place.group, 'feeds', place.feed, 'assets', key], declaredFlow.node, located(at(node), written))
}

const ONCE_A_DAY = /^\s*\d+\s+\d+\s+\*\s+\*\s+\*\s*$/

/**
 * What a declared flow promises of what it writes where nobody wrote a promise: as for every other by the day while it runs once a day,
 * else by its own ticks and the time it may take.
 */
function promiseOf({ node }: DeclaredFlowEntry): LocatedNode['value'] | undefined {
  const schedule = childOf(node, 'schedule')
  const cron = textOf(schedule)
  if (schedule === undefined || cron === undefined || ONCE_A_DAY.test(cron) || !isValidCron(cron)) return undefined
  const timeout = textOf(childOf(node, 'timeout'))
  const timeoutMs = timeout === undefined ? null : parseDuration(timeout)
  const grace = timeout === undefined || timeoutMs === null ? '1h' : timeoutMs > GRACE_MAX_MS ? `${GRACE_MAX_MS / 1000}s` : timeout
  const zone = textOf(childOf(node, 'timezone'))
  const inZone = zone !== undefined && isValidZone(zone) ? { zone } : {}
  return plain(schedule, { kind: 'deadline', cron, grace, ...inZone }).value
}

function isPromisedByHand(root: LocatedNode, { group, feed }: Place): boolean {
  return [['policy'], ['feeds', feed, 'policy']].some((path) => nodeAt(root, ['groups', group, ...path]) !== undefined)
}

function withPromise(root: LocatedNode, declaredFlow: DeclaredFlowEntry, asset: Declared): Declared {
  const place = placeOf(declaredFlow)
  const policy = place === null || isPromisedByHand(root, place) ? undefined : promiseOf(declaredFlow)
  if (policy === undefined || asset.node === undefined || !(asset.written instanceof Map)) return asset
  return { ...asset, written: new Map([...asset.written, ['policy', located(at(asset.node), policy)]]) }
}

function writtenAsset(declaredFlow: DeclaredFlowEntry): Declared {
  const load = childOf(declaredFlow.node, 'load')
  const into = childOf(load, 'into')
  const isTable = declaredFlow.to !== null && lakeTableOf(declaredFlow.to) !== null
  if (into !== undefined) return { key: isTable ? declaredFlow.to : null, node: into, written: plain(into, { column: 'loaded_at' }).value }
  const to = childOf(childOf(declaredFlow.node, 'deliver'), 'to')
  return { key: declaredFlow.to, node: to, written: to === undefined ? null : plain(to, { kind: 'consumer' }).value }
}

/** What is read is watched and not judged: the promise is about what is written. */
function readAsset(declaredFlow: DeclaredFlowEntry): Declared {
  const from = childOf(childOf(declaredFlow.node, 'extract'), 'from')
  const written = from === undefined ? null : new Map([['policy', plain(from, { kind: 'none' })]])
  return { key: declaredFlow.from, node: from, written }
}

/**
 * The document with the feeds, assets and promises its flows declare, as if they stood under `groups`. What is written is declared before
 * what is read, so that a table one flow loads and another reads lives in the feed of the one that loads it.
 */
export function withDeclaredFlowFeeds(root: LocatedNode, declaredFlows: readonly DeclaredFlowEntry[]): LocatedNode {
  const written = declaredFlows.reduce(
    (tree, declaredFlow) => declareAsset(tree, declaredFlow, withPromise(root, declaredFlow, writtenAsset(declaredFlow))),
    root,
  )
  return declaredFlows.reduce((tree, declaredFlow) => declareAsset(tree, declaredFlow, readAsset(declaredFlow)), written)
}
