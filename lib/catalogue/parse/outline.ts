import { childOf, type DocumentPath, entriesOf, itemsOf, type LocatedNode, textAt, textOf } from './node.ts'

/** A named part of the written catalogue. */
export interface OutlineEntry {
  key: string
  path: DocumentPath
  node: LocatedNode
}

export interface OutlineFeed extends OutlineEntry {
  group: string
}

export interface OutlineAsset extends OutlineFeed {
  feed: string
  /** The part of the key before the first slash; null when there is none. */
  connection: string | null
  from: OutlineEntry[]
}

/** What a catalogue names, read leniently, so that names can be checked although other things are wrong. */
export interface Outline {
  root: LocatedNode
  connections: OutlineEntry[]
  calendars: OutlineEntry[]
  groups: OutlineEntry[]
  audiences: OutlineEntry[]
  feeds: OutlineFeed[]
  assets: OutlineAsset[]
  flows: OutlineEntry[]
  /** Rules that take over what was found, by what they take. */
  adopt: OutlineEntry[]
  policies: LocatedNode[]
}

function entriesAt(node: LocatedNode | undefined, section: string): OutlineEntry[] {
  return entriesOf(childOf(node, section)).map(([key, child]) => ({ key, path: child.path, node: child }))
}

function toAsset(entry: OutlineEntry, feed: OutlineFeed): OutlineAsset {
  const from = itemsOf(childOf(entry.node, 'from')).flatMap((node) => {
    const key = textOf(node)
    return key === undefined ? [] : [{ key, path: node.path, node }]
  })
  const slash = entry.key.indexOf('/')
  return { ...entry, group: feed.group, feed: feed.key, connection: slash < 0 ? null : entry.key.slice(0, slash), from }
}

/** Reads the outline of a document, valid or not. */
export function outlineOf(root: LocatedNode): Outline {
  const groups = entriesAt(root, 'groups')
  const feeds = groups.flatMap((group) => entriesAt(group.node, 'feeds').map((feed) => ({ ...feed, group: group.key })))
  const assets = feeds.flatMap((feed) => entriesAt(feed.node, 'assets').map((asset) => toAsset(asset, feed)))
  const adopt = itemsOf(childOf(root, 'adopt')).map((node) => ({ key: textAt(node, 'from') ?? '', path: node.path, node }))
  const policies = [...groups, ...feeds, ...assets, ...adopt].flatMap(({ node }) => itemsOf(childOf(node, 'policy')))
  return {
    root,
    connections: entriesAt(root, 'connections'),
    calendars: entriesAt(root, 'calendars'),
    groups,
    audiences: entriesAt(root, 'audiences'),
    feeds,
    assets,
    flows: entriesAt(root, 'flows'),
    adopt,
    policies,
  }
}
