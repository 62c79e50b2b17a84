import { childOf, type DocumentPath, itemsOf, type LocatedNode, textAt, textOf, toPlain } from '#lib/catalogue/parse/node.ts'
import type { Outline, OutlineEntry } from '#lib/catalogue/parse/outline.ts'
import { findCycles } from '#lib/catalogue/resolve/lineage.ts'
import { settingsBeside } from '#lib/catalogue/resolve/placed-assets.ts'
import { placeOfFiles } from '#lib/catalogue/resolve/triggers.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { CONNECTION_KEYS } from '#lib/catalogue/schema/document.ts'
import { knownFlows } from '../check-flows.ts'
import { type Finding, wrongValue } from '../finding.ts'

/** Something a flow puts there, by which it or another flow may be asked to run. */
interface Target {
  flow: string
  path: DocumentPath
  /** As people write it: `<connection>/<path>`. */
  written: string
  where: string
  /** A folder that gets further folders: who waits for files in one of those is asked to run, too. */
  isFolder: boolean
}

interface Trigger {
  flow: string
  path: DocumentPath
  kind: 'file' | 'fresh'
  written: string
  where: string
}

/**
 * Flows that ask for themselves to run, alone or over others: what is put into a place where files start a flow, and feeds that a flow waits for and
 * writes itself. Two connections to one system are one place.
 */
export function checkTriggerLoops(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const whereIs = placesIn(outline, contracts)
  const written = outline.flows.flatMap((flow) => targetsOf(flow, whereIs))
  const targets = [...written, ...otherTargets(outline, contracts, { whereIs, written })]
  const triggers = outline.flows.flatMap((flow) => triggersIn(flow, whereIs))
  const feedsWritten = feedsByWriter(outline, contracts)
  const edges = triggers.flatMap((trigger) => [
    ...targets.filter((target) => asksFor(target, trigger)).map((target) => ({ target, trigger })),
    ...(feedsWritten.get(trigger.where) ?? []).filter(() => trigger.kind === 'fresh').map((flow) => ({ target: { flow }, trigger })),
  ])
  const own = edges.filter(({ target, trigger }) => target.flow === trigger.flow)
  const others = edges.filter(({ target, trigger }) => target.flow !== trigger.flow)
  return [...own.map(({ target, trigger }) => ownLoop(target, trigger)), ...longLoops(outline, others)]
}

function ownLoop(target: Target | { flow: string }, trigger: Trigger): Finding {
  if ('path' in target) {
    const remedy = 'Write to another place, or let other files start the flow.'
    const why = isWithin(target.where, trigger.where)
      ? `"${target.written}" lies inside its own trigger "${trigger.written}"`
      : `its trigger "${trigger.written}" lies where it copies files to, "${target.written}"`
    return wrongValue(target.path, `"${target.flow}" would start itself for ever: ${why}.`, remedy)
  }
  return wrongValue(
    trigger.path,
    `"${trigger.flow}" would wait for itself: it writes the feed "${trigger.written}".`,
    'Name feeds that others write.',
  )
}

function longLoops(outline: Outline, edges: readonly { target: { flow: string }; trigger: Trigger }[]): Finding[] {
  const flows = outline.flows.map(({ key }) => key)
  const cycles = findCycles(
    flows,
    edges.map(({ target, trigger }) => ({ from: target.flow, to: trigger.flow })),
  )
  return cycles.flatMap((cycle) => {
    const closing = edges.find(({ target, trigger }) => target.flow === cycle.at(-1) && trigger.flow === cycle[0])
    if (closing === undefined) return []
    const problem = `These flows would start each other for ever: ${[...cycle, cycle[0]].join(' → ')}.`
    return [wrongValue(closing.trigger.path, problem, 'Take one of the triggers out, or write to another place.')]
  })
}

function asksFor({ where, isFolder }: Target, trigger: Trigger): boolean {
  return trigger.kind === 'file' && (isWithin(where, trigger.where) || (isFolder && isWithin(trigger.where, where)))
}

/** Within means at the place or below it; a place that is empty is all there is. */
export function isWithin(target: string, place: string): boolean {
  return target === place || target.startsWith(place.endsWith('/') ? place : `${place}/`)
}

const TARGETS = [
  ['land', 'copy'],
  ['land', 'into'],
  ['deliver', 'to'],
] as const

function targetsOf(entry: OutlineEntry, whereIs: WhereIs): Target[] {
  const { key: flow, path, node } = entry
  return TARGETS.flatMap(([block, name]): Target[] => {
    const written = textAt(node, block, name)
    if (written === undefined) return []
    const where = whereIs(written)
    const target = { flow, path: [...path, block, name], written, where, isFolder: false }
    if (name !== 'copy') return [target]
    // Copies stand below the name of the connection they come from.
    return sourcesOf(entry).map((source) => ({ ...target, where: `${where.replace(/\/$/, '')}/${source}`, isFolder: true }))
  })
}

function sourcesOf({ node }: OutlineEntry): string[] {
  const places = itemsOf(childOf(node, 'on')).flatMap((trigger) => textAt(trigger, 'file') ?? [])
  return [...new Set(places.map((place) => placeOfFiles(place).source))]
}

/** What flows with code write. */
function otherTargets(
  outline: Outline,
  contracts: CatalogueContracts,
  { whereIs, written }: { whereIs: WhereIs; written: readonly Target[] },
): Target[] {
  const isKnown = (flow: string, key: string) => written.some((target) => target.flow === flow && target.written === key)
  return knownFlows(outline, contracts).flatMap(({ key: flow, path, assets }) =>
    assets.writes.filter((key) => !isKnown(flow, key)).map((key) => ({ flow, path, written: key, where: whereIs(key), isFolder: false })),
  )
}

function triggersIn({ key: flow, node }: OutlineEntry, whereIs: WhereIs): Trigger[] {
  return itemsOf(childOf(node, 'on')).flatMap((trigger): Trigger[] => {
    const file = textAt(trigger, 'file')
    if (file !== undefined) return [{ flow, path: [...trigger.path, 'file'], kind: 'file', written: file, where: whereIs(file) }]
    return itemsOf(childOf(trigger, 'fresh')).flatMap((feed): Trigger[] => {
      const written = textOf(feed)
      return written === undefined ? [] : [{ flow, path: feed.path, kind: 'fresh', written, where: written }]
    })
  })
}

/** Of a place where it is, written in any way and over any connection. */
export type WhereIs = (written: string) => string

/** A connector that keeps files says which places are one; any other connection is a system of its own. */
export function placesIn({ connections }: Outline, { connectors }: CatalogueContracts): WhereIs {
  const nodes = new Map(connections.map(({ key, node }) => [key, node]))
  return (written) => {
    const { source, place } = placeOfFiles(written)
    const node = nodes.get(source)
    if (node === undefined) return `${source}/${place}`
    return connectors.get(textAt(node, 'kind') ?? '')?.whereIs?.(settingsIn(node), place) ?? `${source}/${place}`
  }
}

/** What is written under a connection for its connector. */
export function settingsIn(connection: LocatedNode): Record<string, unknown> {
  const written = toPlain(connection)
  return typeof written === 'object' && written !== null ? settingsBeside({ ...written }, CONNECTION_KEYS) : {}
}

function feedsByWriter(outline: Outline, contracts: CatalogueContracts): Map<string, string[]> {
  const feedOf = new Map(outline.assets.map(({ key, group, feed }) => [key, `${group}/${feed}`]))
  const found = new Map<string, Set<string>>()
  for (const { key, assets } of knownFlows(outline, contracts)) {
    for (const written of assets.writes) {
      const feed = feedOf.get(written)
      if (feed !== undefined) found.set(feed, (found.get(feed) ?? new Set()).add(key))
    }
  }
  return new Map([...found].map(([feed, flows]) => [feed, [...flows]]))
}
