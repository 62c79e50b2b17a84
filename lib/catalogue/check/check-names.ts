import { type LocatedNode, textAt } from '#lib/catalogue/parse/node.ts'
import type { Outline, OutlineAsset, OutlineEntry } from '#lib/catalogue/parse/outline.ts'
import { findCycles, lineageEdges } from '#lib/catalogue/resolve/lineage.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { knownFlows } from './check-flows.ts'
import { type Finding, unknownName, wrongKey, wrongValue } from './finding.ts'
import { didYouMean } from './suggest.ts'

const keysOf = (entries: readonly OutlineEntry[]) => entries.map((entry) => entry.key)
const placeOf = (node: LocatedNode) => `${node.keyAt.file}, line ${node.keyAt.line}`

function repeated<T extends OutlineEntry>(entries: readonly T[], say: (again: T, first: T) => string, remedy: string): Finding[] {
  const first = new Map<string, T>()
  return entries.flatMap((entry) => {
    const before = first.get(entry.key)
    if (before !== undefined) return [wrongKey(entry.path, say(entry, before), remedy)]
    first.set(entry.key, entry)
    return []
  })
}

function checkKinds({ connections }: Outline, { connectors }: CatalogueContracts): Finding[] {
  return connections.flatMap(({ path, node }) => {
    const kind = textAt(node, 'kind')
    if (kind === undefined || connectors.has(kind)) return []
    return [unknownName([...path, 'kind'], 'connector', kind, connectors.keys(), 'No connector is installed.')]
  })
}

function checkConnections({ assets, connections }: Outline, { connectors }: CatalogueContracts): Finding[] {
  const known = keysOf(connections)
  const kinds = [...connectors.keys()].sort().join(', ')
  return assets.flatMap(({ path, connection }): Finding[] => {
    if (connection === null || known.includes(connection)) return []
    const declareIt = `Declare it: "connections: { ${connection}: { kind: …, … } }". Kinds: ${kinds}.`
    return [{ ...unknownName(path, 'connection', connection, known, declareIt), at: 'key' }]
  })
}

/** So many names that nothing has are compared with all there are: of ten thousands that would take minutes. */
const COMPARED_MAX = 20

function checkUpstream(assets: readonly OutlineAsset[]): Finding[] {
  const known = new Set(keysOf(assets))
  let compared = 0
  return assets.flatMap((asset) =>
    asset.from.flatMap(({ key, path }): Finding[] => {
      if (key === asset.key)
        return [wrongValue(path, `"${key}" cannot be made from itself.`, 'Name the asset before it, or take the line out.')]
      if (known.has(key)) return []
      compared += 1
      const others = compared > COMPARED_MAX ? [] : [...known].filter((other) => other !== asset.key)
      const meant = didYouMean(key, others)
      const declareIt = `Declare it in a feed, for example "${key}: {}", or take it out of "from".`
      return [wrongValue(path, `There is no asset "${key}".`, meant === null ? declareIt : `Did you mean "${meant}"?`)]
    }),
  )
}

function checkFormerKeys(entries: readonly OutlineEntry[], kind: 'asset' | 'feed' | 'group'): Finding[] {
  const known = new Set(keysOf(entries))
  const taken = new Map<string, string>()
  return entries.flatMap((entry): Finding[] => {
    const was = textAt(entry.node, 'was')
    if (was === undefined) return []
    const path = [...entry.path, 'was']
    if (known.has(was))
      return [wrongValue(path, `"${was}" is still declared, so it cannot have been renamed.`, `Take out "was", or the old ${kind}.`)]
    const other = taken.get(was)
    taken.set(was, entry.key)
    if (other === undefined) return []
    return [
      wrongValue(path, `"${was}" was already renamed to "${other}".`, `One history can move to one ${kind} only: take one "was" out.`),
    ]
  })
}

function checkCalendars({ calendars, policies }: Outline): Finding[] {
  const known = keysOf(calendars)
  return policies.flatMap((policy) => {
    const name = textAt(policy, 'calendar')
    if (name === undefined || known.includes(name)) return []
    const declareIt = `Declare it: "calendars: { ${name}: { weekdays: mon-fri, holidays: [] } }".`
    return [unknownName([...policy.path, 'calendar'], 'calendar', name, known, declareIt)]
  })
}

function checkCycles(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const assets = outline.assets.map(({ key, from }) => ({ key, from: keysOf(from) }))
  const flows = knownFlows(outline, contracts).map((flow) => flow.assets)
  const edges = lineageEdges(assets, flows).map(({ from, to }) => ({ from: to, to: from }))
  const byKey = new Map(outline.assets.map((asset) => [asset.key, asset]))
  return findCycles(keysOf(outline.assets), edges).map((cycle) => {
    const declaring = cycle.map((key) => byKey.get(key)).find((asset) => asset !== undefined && asset.from.length > 0)
    const problem = `These are made from each other: ${[...cycle, cycle[0]].join(' ← ')}.`
    if (declaring !== undefined) return wrongValue([...declaring.path, 'from'], problem, 'Take one of these out of a "from".')
    return wrongKey(byKey.get(cycle[0] ?? '')?.path ?? [], problem, 'Let one of the flows read or write another asset.')
  })
}

/** Names that nothing has, keys used twice, former keys still in use, and lineage that runs in a circle. */
export function checkNames(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const { groups, feeds, assets } = outline
  return [
    ...checkKinds(outline, contracts),
    ...repeated(
      feeds,
      (again, first) => `The feed "${again.key}" is already declared in group "${first.group}" (${placeOf(first.node)}).`,
      'Give one of them another key: a feed has one address on the page.',
    ),
    ...repeated(
      assets,
      (again, first) => `"${again.key}" is already in feed "${first.feed}" (${placeOf(first.node)}).`,
      'An asset lives in exactly one feed; elsewhere name it in a "from".',
    ),
    ...checkConnections(outline, contracts),
    ...checkUpstream(assets),
    ...checkFormerKeys(groups, 'group'),
    ...checkFormerKeys(feeds, 'feed'),
    ...checkFormerKeys(assets, 'asset'),
    ...checkCalendars(outline),
    ...checkCycles(outline, contracts),
  ]
}
