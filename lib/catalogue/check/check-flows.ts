import { childOf, entriesOf, itemsOf, textOf, toPlain } from '#lib/catalogue/parse/node.ts'
import type { Outline, OutlineEntry } from '#lib/catalogue/parse/outline.ts'
import { type FlowAssets, findCycles, flowAssets } from '#lib/catalogue/resolve/lineage.ts'
import { type CatalogueContracts, type FlowContract, neededConnections } from '#lib/catalogue/schema/contracts.ts'
import { DECLARED_FLOW_KEYS } from '#lib/catalogue/schema/declared-flow.ts'
import { connectionOf } from '#lib/domain/lineage/asset-key.ts'
import { type Finding, unknownName, wrongKey, wrongValue } from './finding.ts'
import { suggestion } from './suggest.ts'

interface KnownFlow extends OutlineEntry {
  contract: FlowContract
  /** As written: flow's connection name → catalogue connection. */
  connections: Record<string, string>
  /** With the connections mapped as written. */
  assets: FlowAssets
}

/** The flows the catalogue names, as far as they exist. */
export function knownFlows({ flows }: Outline, contracts: CatalogueContracts): KnownFlow[] {
  return flows.flatMap((flow) => {
    const contract = contracts.flows.get(flow.key)
    if (contract === undefined) return []
    const written = entriesOf(childOf(flow.node, 'connections')).map(([name, node]) => [name, textOf(node)] as const)
    const connections = Object.fromEntries(written.flatMap(([name, to]) => (to === undefined ? [] : [[name, to]])))
    return [{ ...flow, contract, connections, assets: flowAssets(flow.key, contract, connections) }]
  })
}

function checkFlowNames({ flows }: Outline, contracts: CatalogueContracts): Finding[] {
  return flows.flatMap(({ key, path, node }): Finding[] => {
    if (contracts.flows.has(key) || entriesOf(node).some(([name]) => DECLARED_FLOW_KEYS.has(name))) return []
    const addIt = 'Add a file of that name to jobs/flows, or take this out.'
    return [{ ...unknownName(path, 'flow', key, contracts.flows.keys(), addIt), at: 'key' }]
  })
}

function checkAfter({ flows }: Outline): Finding[] {
  const known = flows.map((flow) => flow.key)
  return flows.flatMap((flow) =>
    itemsOf(childOf(flow.node, 'after')).flatMap((item): Finding[] => {
      const name = textOf(item)
      if (name === flow.key) return [wrongValue(item.path, `The flow "${name}" cannot wait for itself.`, 'Take it out of "after".')]
      if (name === undefined || known.includes(name)) return []
      const remedy = suggestion(name, known, `Name it under "flows": "${name}: {}".`)
      return [wrongValue(item.path, `The catalogue names no flow "${name}" to wait for.`, remedy)]
    }),
  )
}

function checkWaitingCircle(flows: readonly KnownFlow[]): Finding[] {
  const names = flows.map((flow) => flow.key)
  const edges = flows.flatMap((flow) => {
    const written = childOf(flow.node, 'after')
    const after = written === undefined ? (flow.contract.after ?? []) : itemsOf(written).flatMap((item) => textOf(item) ?? [])
    return after.filter((name) => name !== flow.key && names.includes(name)).map((name) => ({ from: flow.key, to: name }))
  })
  return findCycles(names, edges).map((cycle) => {
    const problem = `These flows wait for each other: ${[...cycle, cycle[0]].join(' → ')}.`
    return wrongValue(['flows', cycle[0] ?? '', 'after'], problem, 'Take one of them out of an "after".')
  })
}

function checkConnections(flow: KnownFlow, outline: Outline): Finding[] {
  if (['extract', 'land', 'runs'].some((key) => childOf(flow.node, key) !== undefined)) return []
  const { contract, path } = flow
  const connections = outline.connections.map((connection) => connection.key)
  const parameters = childOf(flow.node, 'parameters')
  const needed = neededConnections(contract, parameters === undefined ? {} : toPlain(parameters))
  const own = new Set([...needed, ...[...contract.reads, ...contract.writes].map(connectionOf)])
  const mapped = Object.entries(flow.connections).flatMap(([name, to]): Finding[] => {
    const at = [...path, 'connections', name]
    if (!own.has(name)) return [wrongKey(at, `The flow "${flow.key}" uses no connection "${name}".`, suggestion(name, own, 'Take it out.'))]
    return connections.includes(to) ? [] : [unknownName(at, 'connection', to, connections, 'Declare it under "connections".')]
  })
  const missing = needed.filter((name) => flow.connections[name] === undefined && !connections.includes(name))
  return [
    ...mapped,
    ...missing.map((name) => {
      const otherwise = contract.connections.includes(name) ? '' : ' With other "parameters" the flow does without it.'
      const remedy = `Declare it under "connections", or say which one to use: "connections: { ${name}: … }".${otherwise}`
      return wrongKey(path, `The flow "${flow.key}" needs a connection "${name}".`, remedy)
    }),
  ]
}

function checkWriters(flows: readonly KnownFlow[]): Finding[] {
  const writer = new Map<string, string>()
  return flows.flatMap(({ key: flow, path, assets }) =>
    assets.writes.flatMap((key): Finding[] => {
      const other = writer.get(key)
      writer.set(key, flow)
      if (other === undefined) return []
      return [wrongKey(path, `The flows "${other}" and "${flow}" both write "${key}".`, 'Take one of the flows out.')]
    }),
  )
}

/** Flows that do not exist, wait in a circle, miss a connection or write the same asset. Parameters are checked with the settings. */
export function checkFlows(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const flows = knownFlows(outline, contracts)
  return [
    ...checkFlowNames(outline, contracts),
    ...checkAfter(outline),
    ...checkWaitingCircle(flows),
    ...flows.flatMap((flow) => checkConnections(flow, outline)),
    ...checkWriters(flows),
  ]
}
