import { childOf, type LocatedNode, textOf } from '#lib/catalogue/parse/node.ts'
import type { Outline, OutlineAsset, OutlineEntry } from '#lib/catalogue/parse/outline.ts'
import { findCycles, lineageEdges } from '#lib/catalogue/resolve/lineage.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { writtenFlowAssets } from './check-flows.ts'
import type { Finding } from './issues.ts'
import { didYouMean, suggestion } from './suggest.ts'

const keysOf = (entries: readonly OutlineEntry[]) => entries.map((entry) => entry.key)

const placeOf = (node: LocatedNode) => `${node.keyAt.file}, line ${node.keyAt.line}`

function repeated<T extends OutlineEntry>(entries: readonly T[], say: (again: T, first: T) => Finding): Finding[] {
  const first = new Map<string, T>()
  return entries.flatMap((entry) => {
    const before = first.get(entry.key)
    if (before !== undefined) return [say(entry, before)]
    first.set(entry.key, entry)
    return []
  })
}

function checkKinds(outline: Outline, contracts: CatalogueContracts): Finding[] {
  return outline.connections.flatMap((connection) => {
    const kind = textOf(childOf(connection.node, 'kind'))
    if (kind === undefined || contracts.connectors.has(kind)) return []
    const remedy = suggestion(kind, contracts.connectors.keys(), 'No connector is installed.')
    return [{ path: [...connection.path, 'kind'], problem: `There is no connector "${kind}".`, remedy }]
  })
}

function checkConnectionOf(asset: OutlineAsset, known: readonly string[]): Finding[] {
  if (asset.connection === null || known.includes(asset.connection)) return []
  const remedy = suggestion(asset.connection, known, `Declare it: "connections: { ${asset.connection}: { kind: postgres, … } }".`)
  return [{ path: asset.path, at: 'key', problem: `There is no connection "${asset.connection}".`, remedy }]
}

/** So many names that lead nowhere are compared with all there are: of ten thousands that would take minutes. */
const COMPARED_MAX = 20

function checkUpstream(assets: readonly OutlineAsset[]): Finding[] {
  const known = new Set(keysOf(assets))
  let compared = 0
  return assets.flatMap((asset) =>
    asset.from.flatMap(({ key, path }): Finding[] => {
      if (key === asset.key)
        return [{ path, problem: `"${key}" cannot be made from itself.`, remedy: 'Name the asset before it, or take the line out.' }]
      if (known.has(key)) return []
      compared += 1
      const others = compared > COMPARED_MAX ? [] : [...known].filter((other) => other !== asset.key)
      return [{ path, problem: `There is no asset "${key}".`, remedy: upstreamRemedy(key, others) }]
    }),
  )
}

function upstreamRemedy(key: string, others: readonly string[]): string {
  const meant = didYouMean(key, others)
  return meant !== null ? `Did you mean "${meant}"?` : `Declare it in a feed, for example "${key}: {}", or take it out of "from".`
}

function checkFormerKeys(entries: readonly OutlineEntry[], kind: 'asset' | 'feed' | 'group'): Finding[] {
  const known = new Set(keysOf(entries))
  const taken = new Map<string, string>()
  return entries.flatMap((entry): Finding[] => {
    const was = textOf(childOf(entry.node, 'was'))
    if (was === undefined) return []
    const path = [...entry.path, 'was']
    if (known.has(was))
      return [
        { path, problem: `"${was}" is still declared, so it cannot have been renamed.`, remedy: `Take out "was", or the old ${kind}.` },
      ]
    const other = taken.get(was)
    taken.set(was, entry.key)
    if (other === undefined) return []
    return [
      {
        path,
        problem: `"${was}" was already renamed to "${other}".`,
        remedy: `One history can move to one ${kind} only: take one "was" out.`,
      },
    ]
  })
}

function checkCalendars(outline: Outline): Finding[] {
  const known = keysOf(outline.calendars)
  return outline.policies.flatMap(({ path, node }) => {
    const name = textOf(childOf(node, 'calendar'))
    if (name === undefined || known.includes(name)) return []
    const remedy = suggestion(name, known, `Declare it: "calendars: { ${name}: { weekdays: mon-fri, holidays: [] } }".`)
    return [{ path: [...path, 'calendar'], problem: `There is no calendar "${name}".`, remedy }]
  })
}

function checkCycles(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const assets = outline.assets.map((asset) => ({ key: asset.key, from: asset.from.map((upstream) => upstream.key) }))
  const edges = lineageEdges(assets, writtenFlowAssets(outline, contracts)).map(({ from, to }) => ({ from: to, to: from }))
  const byKey = new Map(outline.assets.map((asset) => [asset.key, asset]))
  return findCycles(keysOf(outline.assets), edges).map((cycle) => {
    const declaring = cycle.map((key) => byKey.get(key)).find((asset) => asset !== undefined && asset.from.length > 0)
    const problem = `These are made from each other: ${[...cycle, cycle[0]].join(' ← ')}.`
    if (declaring !== undefined) return { path: [...declaring.path, 'from'], problem, remedy: 'Take one of these out of a "from".' }
    return { path: byKey.get(cycle[0] ?? '')?.path ?? [], at: 'key', problem, remedy: 'Let one of the flows read or write another asset.' }
  })
}

/** Names that lead nowhere, keys used twice, and lineage that runs in a circle. */
export function checkNames(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const connections = keysOf(outline.connections)
  return [
    ...checkKinds(outline, contracts),
    ...repeated(outline.feeds, (again, first) => ({
      path: again.path,
      at: 'key',
      problem: `The feed "${again.key}" is already declared in group "${first.group}" (${placeOf(first.node)}).`,
      remedy: 'Give one of them another key: a feed has one address on the page.',
    })),
    ...repeated(outline.assets, (again, first) => ({
      path: again.path,
      at: 'key',
      problem: `"${again.key}" is already in feed "${first.feed}" (${placeOf(first.node)}).`,
      remedy: 'An asset lives in exactly one feed; elsewhere name it in a "from".',
    })),
    ...outline.assets.flatMap((asset) => checkConnectionOf(asset, connections)),
    ...checkUpstream(outline.assets),
    ...checkFormerKeys(outline.groups, 'group'),
    ...checkFormerKeys(outline.feeds, 'feed'),
    ...checkFormerKeys(outline.assets, 'asset'),
    ...checkCalendars(outline),
    ...checkCycles(outline, contracts),
  ]
}
