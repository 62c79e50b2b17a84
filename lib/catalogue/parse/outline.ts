import { childOf, type DocumentPath, entriesOf, itemsOf, type LocatedNode, textOf } from './node.ts'

/** A named part of the written catalogue. */
export interface OutlineEntry {
  key: string
  path: DocumentPath
  node: LocatedNode
}

interface OutlineFeed extends OutlineEntry {
  group: string
}

export interface OutlineAsset extends OutlineEntry {
  feed: string
  /** The part of the key before the first slash; null when there is none. */
  connection: string | null
  from: { key: string; path: DocumentPath }[]
}

/** What a catalogue names, read leniently, so that references can be checked although other things are wrong. */
export interface Outline {
  root: LocatedNode
  connections: OutlineEntry[]
  calendars: OutlineEntry[]
  groups: OutlineEntry[]
  feeds: OutlineFeed[]
  assets: OutlineAsset[]
  flows: OutlineEntry[]
  policies: { path: DocumentPath; node: LocatedNode }[]
}

function entriesAt(node: LocatedNode | undefined, path: DocumentPath): OutlineEntry[] {
  return entriesOf(node).map(([key, child]) => ({ key, path: [...path, key], node: child }))
}

function toAsset(entry: OutlineEntry, feed: string): OutlineAsset {
  const from = childOf(entry.node, 'from')
  const isList = Array.isArray(from?.value)
  const upstream = itemsOf(from).flatMap((item, i) => {
    const key = textOf(item)
    return key === undefined ? [] : [{ key, path: [...entry.path, 'from', ...(isList ? [i] : [])] }]
  })
  const slash = entry.key.indexOf('/')
  return { ...entry, feed, connection: slash < 0 ? null : entry.key.slice(0, slash), from: upstream }
}

function policiesOf(entry: OutlineEntry): { path: DocumentPath; node: LocatedNode }[] {
  const node = childOf(entry.node, 'policy')
  const path = [...entry.path, 'policy']
  return itemsOf(node).map((item, i) => ({ path: Array.isArray(node?.value) ? [...path, i] : path, node: item }))
}

/** Reads the outline of a document, valid or not. */
export function outlineOf(root: LocatedNode): Outline {
  const top = (key: string) => entriesAt(childOf(root, key), [key])
  const groups = top('groups')
  const feeds = groups.flatMap((group) =>
    entriesAt(childOf(group.node, 'feeds'), [...group.path, 'feeds']).map((feed) => ({ ...feed, group: group.key })),
  )
  const assets = feeds.flatMap((feed) =>
    entriesAt(childOf(feed.node, 'assets'), [...feed.path, 'assets']).map((asset) => toAsset(asset, feed.key)),
  )
  const policies = [...groups, ...feeds, ...assets].flatMap(policiesOf)
  return { root, connections: top('connections'), calendars: top('calendars'), groups, feeds, assets, flows: top('flows'), policies }
}
