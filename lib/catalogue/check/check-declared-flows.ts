import { childOf, type DocumentPath, entriesOf, itemsOf, type LocatedNode, nodeAt, textOf } from '#lib/catalogue/parse/node.ts'
import { placeOf, placesIn } from '#lib/catalogue/resolve/declared-flows.ts'
import type { CatalogueContracts, ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { DECLARED_FLOW_KEYS, EXTRACT_KEYS, LAKE, lakeTableOf } from '#lib/catalogue/schema/declared-flow.ts'
import { type DeclaredFlowEntry, declaredFlowsIn } from '#lib/catalogue/schema/declared-flow-contracts.ts'
import { isReference } from '#lib/catalogue/schema/document.ts'
import { knownKeysAt } from '#lib/catalogue/schema/schema-keys.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { checkDeliverBlock } from './check-deliver.ts'
import { checkSelect } from './check-select.ts'
import { checkPart, writtenSchemaOf } from './check-settings.ts'
import type { Finding } from './issues.ts'
import { suggestion } from './suggest.ts'

/** The document as written and with what its flows declare. */
export interface DeclaredFlowCheck {
  root: LocatedNode
  full: LocatedNode
  /** Connectors and flows with code. */
  contracts: CatalogueContracts
}

/** Schemas of the lake that belong to somebody: Tidemark's own, the server's, and those of flows with code. */
function takenSchemas({ flows }: CatalogueContracts): Map<string, string> {
  const own = [...flows].flatMap(([name, { writes }]) =>
    writes.flatMap((key) => (connectionOf(key) === LAKE ? [[pathOf(key).split('.')[0] ?? '', `the flow "${name}"`] as const] : [])),
  )
  return new Map([['tidemark', 'Tidemark itself'], ['information_schema', 'the server'], ...own])
}

/** A flow with code takes nothing of a declared one, and a declared flow needs `extract`. */
function checkKind({ root, contracts }: DeclaredFlowCheck): Finding[] {
  return entriesOf(childOf(root, 'flows')).flatMap(([name, node]): Finding[] => {
    const strange = entriesOf(node).filter(([key]) => DECLARED_FLOW_KEYS.has(key))
    const path = ['flows', name]
    const first = strange[0]?.[0]
    if (first === undefined) return []
    if (contracts.flows.has(name)) {
      const remedy = 'Give the flow without code another name, or take these keys out.'
      return [{ path: [...path, first], at: 'key', problem: `"${name}" is a flow with code, so "${first}" means nothing here.`, remedy }]
    }
    if (childOf(node, 'extract') !== undefined) return []
    const remedy = 'Add what is read: "extract: { from: <connection>/<path> }".'
    return [{ path, at: 'key', problem: `"${name}" has no "extract".`, remedy }]
  })
}

function checkBlocks({ name, node }: DeclaredFlowEntry): Finding[] {
  const path = ['flows', name]
  const has = (key: string) => childOf(node, key) !== undefined
  const findings: Finding[] = []
  if (!has('schedule')) {
    findings.push({ path, at: 'key', problem: `"${name}" has no "schedule".`, remedy: 'Say when it runs: schedule: "20 4 * * *".' })
  }
  if (has('load') === has('deliver')) {
    const problem = has('load') ? `"${name}" both loads and delivers.` : `"${name}" reads and does nothing with it.`
    const remedy = has('load')
      ? 'Make two flows of it: one that loads, one that reads the table and delivers.'
      : 'Add "load: { into: lake/<schema>.<table> }" or "deliver: { to: <connection>/<path>, format: csv }".'
    findings.push({ path, at: 'key', problem, remedy })
  }
  for (const key of ['connections', 'parameters'].filter(has)) {
    const remedy = 'Take it out: "extract", "load" and "deliver" name their connections and settings themselves.'
    findings.push({ path: [...path, key], at: 'key', problem: `A flow without code has no "${key}".`, remedy })
  }
  return findings
}

function connectorAt({ root, contracts }: DeclaredFlowCheck, assetKey: string): { contract: ConnectorContract | undefined } | null {
  const node = nodeAt(root, ['connections', connectionOf(assetKey)])
  return node === undefined ? null : { contract: contracts.connectors.get(textOf(childOf(node, 'kind')) ?? '') }
}

/** The remedy where the lake itself is not declared: it is a connection as any other. */
const DECLARE_LAKE = 'Declare it under "connections": lake: { kind: postgres, url: "${LAKE_DATABASE_URL}" }.'

function unknownConnection(check: DeclaredFlowCheck, assetKey: string, path: DocumentPath): Finding {
  const known = entriesOf(childOf(check.root, 'connections')).map(([key]) => key)
  const name = connectionOf(assetKey)
  const remedy = name === LAKE ? DECLARE_LAKE : suggestion(name, known, 'Declare it under "connections".')
  return { path, problem: `There is no connection "${name}".`, remedy }
}

/** The connector behind an asset key that can do what is asked; findings when there is none. */
function requireConnector(
  check: DeclaredFlowCheck,
  assetKey: string,
  path: DocumentPath,
  what: 'extract' | 'deliver',
): ConnectorContract | Finding[] {
  const found = connectorAt(check, assetKey)
  if (found === null) return [unknownConnection(check, assetKey, path)]
  const { contract } = found
  if (contract === undefined) return []
  if (contract[what] !== undefined) return contract
  const able = [...check.contracts.connectors].filter(([, connector]) => connector[what] !== undefined).map(([kind]) => kind)
  const problem =
    what === 'extract'
      ? `Nothing can be read from "${connectionOf(assetKey)}": its connector only watches.`
      : `Nothing can be delivered to "${connectionOf(assetKey)}": its connector takes no files.`
  return [{ path, problem, remedy: `Connections of these kinds can: ${able.join(', ') || 'none is installed'}.` }]
}

function checkExtract(check: DeclaredFlowCheck, { name, node, from }: DeclaredFlowEntry): Finding[] {
  const path = ['flows', name, 'extract']
  const references = referencesIn(childOf(node, 'extract'), path)
  if (from === null) return references
  const connector = requireConnector(check, from, [...path, 'from'], 'extract')
  if (Array.isArray(connector)) return [...references, ...connector]
  const schema = connector.extractRequest
  if (schema === undefined) return references
  const implied = knownKeysAt(writtenSchemaOf(schema), [], {}).includes('path') ? { path: pathOf(from) } : {}
  return [...references, ...checkPart({ root: check.root, path, schema, ours: EXTRACT_KEYS, showValues: true, implied })]
}

/** Values that are known only when they are used belong to the connection: these are stored and shown as written. */
function referencesIn(node: LocatedNode | undefined, path: DocumentPath): Finding[] {
  const text = textOf(node)
  if (text !== undefined && isReference(text)) {
    return [{ path, problem: 'A reference means nothing here.', remedy: 'Write the value; what is secret belongs to the connection.' }]
  }
  const items = Array.isArray(node?.value) ? itemsOf(node).flatMap((item, i) => referencesIn(item, [...path, i])) : []
  return [...items, ...entriesOf(node).flatMap(([key, child]) => referencesIn(child, [...path, key]))]
}

function checkTarget(check: DeclaredFlowCheck, declaredFlow: DeclaredFlowEntry): Finding[] {
  const { name, node, from, to } = declaredFlow
  const into = childOf(childOf(node, 'load'), 'into')
  if (to === null || into === undefined) return []
  const path = ['flows', name, 'load', 'into']
  if (from === to) return [{ path, problem: `"${name}" loads into what it reads.`, remedy: 'Load into another table.' }]
  const table = lakeTableOf(to)
  if (table === null) {
    const remedy = 'Write lake/<schema>.<table> in small letters, digits and "_", such as lake/parking.permits.'
    return [{ path, problem: `"${to}" is not a table a flow without code can load into.`, remedy }]
  }
  const owner = takenSchemas(check.contracts).get(table.schema) ?? (table.schema.startsWith('pg_') ? 'the server' : undefined)
  if (owner !== undefined) {
    return [{ path, problem: `The schema "${table.schema}" belongs to ${owner}.`, remedy: 'Load into a schema of its own.' }]
  }
  return connectorAt(check, to) === null ? [unknownConnection(check, to, path)] : []
}

function checkShown(check: DeclaredFlowCheck, declaredFlow: DeclaredFlowEntry): Finding[] {
  const { name, node, to } = declaredFlow
  const written = placesIn(check.root)
  const full = placesIn(check.full)
  const place = placeOf(declaredFlow)
  const path = ['flows', name]
  const shownIn = to === null ? undefined : written.assets.get(to)
  if (childOf(node, 'feed') === undefined) {
    if (to === null || shownIn !== undefined) return checkFeedName(check, declaredFlow)
    const remedy = 'Add "feed: <group>/<feed>", or declare the asset in a feed.'
    return [{ path, at: 'key', problem: `No feed shows what "${name}" writes.`, remedy }]
  }
  if (place === null) return []
  const group = full.feeds.get(place.feed)
  if (group !== undefined && group !== place.group) {
    return [
      {
        path: [...path, 'feed'],
        problem: `The feed "${place.feed}" is in the group "${group}".`,
        remedy: `Write "${group}/${place.feed}".`,
      },
    ]
  }
  if (shownIn !== undefined && (shownIn.group !== place.group || shownIn.feed !== place.feed)) {
    const remedy = `Write "${shownIn.group}/${shownIn.feed}", or take the asset out there.`
    return [{ path: [...path, 'feed'], problem: `"${to}" is already in the feed "${shownIn.feed}".`, remedy }]
  }
  return checkFeedName(check, declaredFlow)
}

/** A name counts only where the feed is declared by this flow. */
function checkFeedName(check: DeclaredFlowCheck, declaredFlow: DeclaredFlowEntry): Finding[] {
  const named = textOf(childOf(declaredFlow.node, 'feedName'))
  const place = placeOf(declaredFlow)
  if (named === undefined) return []
  const path = ['flows', declaredFlow.name, 'feedName']
  const declared = place === null ? undefined : nodeAt(check.full, ['groups', place.group, 'feeds', place.feed])
  const isWritten = place !== null && nodeAt(check.root, ['groups', place.group, 'feeds', place.feed]) !== undefined
  if (declared !== undefined && !isWritten && textOf(childOf(declared, 'name')) === named) return []
  const where =
    declared === undefined ? 'there is no feed to name' : `the feed is declared in ${declared.keyAt.file}, line ${declared.keyAt.line}`
  return [{ path, at: 'key', problem: `"feedName" has no effect: ${where}.`, remedy: 'Write the name there, or take the line out.' }]
}

/** Everything that is wrong with flows without code beyond their shape; that two write one asset is checked with all flows. */
export function checkDeclaredFlows(check: DeclaredFlowCheck): Finding[] {
  const declaredFlows = declaredFlowsIn(check.root, check.contracts.flows)
  return [
    ...checkKind(check),
    ...declaredFlows.flatMap((declaredFlow) => [
      ...checkBlocks(declaredFlow),
      ...checkExtract(check, declaredFlow),
      ...checkSelect(check.root, declaredFlow),
      ...checkTarget(check, declaredFlow),
      ...checkDeliverBlock(check.root, declaredFlow, (to, path) => requireConnector(check, to, path, 'deliver')),
      ...checkShown(check, declaredFlow),
    ]),
  ]
}
