import { childOf, entriesOf, itemsOf, textOf, toPlain } from '#lib/catalogue/parse/node.ts'
import type { Outline, OutlineEntry } from '#lib/catalogue/parse/outline.ts'
import { type FlowAssets, findCycles, flowAssets } from '#lib/catalogue/resolve/lineage.ts'
import { type CatalogueContracts, type FlowContract, neededConnections } from '#lib/catalogue/schema/contracts.ts'
import { DECLARED_FLOW_KEYS } from '#lib/catalogue/schema/declared-flow.ts'
import type { Finding } from './issues.ts'
import { suggestion } from './suggest.ts'

interface KnownFlow extends OutlineEntry {
  contract: FlowContract
  /** As written: flow's connection name → catalogue connection. */
  connections: Record<string, string>
}

function knownFlows(outline: Outline, contracts: CatalogueContracts): KnownFlow[] {
  return outline.flows.flatMap((flow) => {
    const contract = contracts.flows.get(flow.key)
    const written = entriesOf(childOf(flow.node, 'connections')).flatMap(([name, node]) => {
      const to = textOf(node)
      return to === undefined ? [] : [[name, to] as const]
    })
    return contract === undefined ? [] : [{ ...flow, contract, connections: Object.fromEntries(written) }]
  })
}

/** What the flows the catalogue names read and write, connections mapped as written. */
export function writtenFlowAssets(outline: Outline, contracts: CatalogueContracts): FlowAssets[] {
  return knownFlows(outline, contracts).map((flow) => flowAssets(flow.key, flow.contract, flow.connections))
}

function checkNames(outline: Outline, contracts: CatalogueContracts): Finding[] {
  return outline.flows.flatMap((flow) => {
    if (contracts.flows.has(flow.key) || entriesOf(flow.node).some(([key]) => DECLARED_FLOW_KEYS.has(key))) return []
    const remedy = suggestion(flow.key, contracts.flows.keys(), 'Add a file of that name to jobs/flows, or take this out.')
    return [{ path: flow.path, at: 'key', problem: `There is no flow "${flow.key}".`, remedy }]
  })
}

function checkAfter(outline: Outline): Finding[] {
  const known = outline.flows.map((flow) => flow.key)
  return outline.flows.flatMap((flow) =>
    itemsOf(childOf(flow.node, 'after')).flatMap((item, i): Finding[] => {
      const name = textOf(item)
      const path = [...flow.path, 'after', i]
      if (name === undefined) return []
      if (name === flow.key) return [{ path, problem: `The flow "${name}" cannot wait for itself.`, remedy: 'Take it out of "after".' }]
      if (known.includes(name)) return []
      return [
        {
          path,
          problem: `The catalogue names no flow "${name}" to wait for.`,
          remedy: suggestion(name, known, `Name it under "flows": "${name}: {}".`),
        },
      ]
    }),
  )
}

function checkWaitingCircle(flows: readonly KnownFlow[]): Finding[] {
  const edges = flows.flatMap((flow) => {
    const written = childOf(flow.node, 'after')
    const after = written === undefined ? (flow.contract.after ?? []) : itemsOf(written).flatMap((item) => textOf(item) ?? [])
    return after.filter((name) => name !== flow.key && flows.some((f) => f.key === name)).map((name) => ({ from: flow.key, to: name }))
  })
  return findCycles(
    flows.map((flow) => flow.key),
    edges,
  ).map((cycle) => ({
    path: ['flows', cycle[0] ?? '', 'after'],
    problem: `These flows wait for each other: ${[...cycle, cycle[0]].join(' → ')}.`,
    remedy: 'Take one of them out of an "after".',
  }))
}

function checkConnections(flow: KnownFlow, outline: Outline): Finding[] {
  if (childOf(flow.node, 'extract') !== undefined) return []
  const connections = outline.connections.map((connection) => connection.key)
  const parameters = childOf(flow.node, 'parameters')
  const needed = neededConnections(flow.contract, parameters === undefined ? {} : toPlain(parameters))
  const own = new Set([...needed, ...[...flow.contract.reads, ...flow.contract.writes].map((key) => key.slice(0, key.indexOf('/')))])
  const path = [...flow.path, 'connections']
  const mapped = Object.entries(flow.connections).flatMap(([name, to]): Finding[] => {
    if (!own.has(name)) {
      return [
        {
          path: [...path, name],
          at: 'key',
          problem: `The flow "${flow.key}" uses no connection "${name}".`,
          remedy: suggestion(name, own, 'Take it out.'),
        },
      ]
    }
    if (connections.includes(to)) return []
    return [
      {
        path: [...path, name],
        problem: `There is no connection "${to}".`,
        remedy: suggestion(to, connections, 'Declare it under "connections".'),
      },
    ]
  })
  const missing = needed.filter((name) => flow.connections[name] === undefined && !connections.includes(name))
  return [
    ...mapped,
    ...missing.map(
      (name): Finding => ({
        path: flow.path,
        at: 'key',
        problem: `The flow "${flow.key}" needs a connection "${name}".`,
        remedy:
          `Declare it under "connections", or say which one to use: "connections: { ${name}: … }".` +
          (flow.contract.connections.includes(name) ? '' : ' With other "parameters" the flow does without it.'),
      }),
    ),
  ]
}

function checkWriters(flows: readonly KnownFlow[]): Finding[] {
  const writer = new Map<string, string>()
  return flows.flatMap((flow) =>
    flowAssets(flow.key, flow.contract, flow.connections).writes.flatMap((key): Finding[] => {
      const other = writer.get(key)
      writer.set(key, flow.key)
      if (other === undefined) return []
      return [
        {
          path: flow.path,
          at: 'key',
          problem: `The flows "${other}" and "${flow.key}" both write "${key}".`,
          remedy: 'Take one of the flows out.',
        },
      ]
    }),
  )
}

/** Flows that do not exist, wait in a circle, miss a connection or write the same asset. Parameters are checked with the settings. */
export function checkFlows(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const flows = knownFlows(outline, contracts)
  return [
    ...checkNames(outline, contracts),
    ...checkAfter(outline),
    ...checkWaitingCircle(flows),
    ...flows.flatMap((flow) => checkConnections(flow, outline)),
    ...checkWriters(flows),
  ]
}
