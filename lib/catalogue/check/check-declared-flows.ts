import { childOf, type DocumentPath, entriesOf, type LocatedNode, nodeAt, textAt, textOf, valuesIn } from '#lib/catalogue/parse/node.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import { type DeclaredDocument, type DeclaredFlow, landsFiles, placesIn } from '#lib/catalogue/resolve/declared-flows.ts'
import { runsJob } from '#lib/catalogue/resolve/jobs-elsewhere.ts'
import type { CatalogueContracts, ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { DECLARED_FLOW_KEYS, EXTRACT_KEYS, LAKE, lakeTableOf } from '#lib/catalogue/schema/declared-flow.ts'
import { isReference } from '#lib/catalogue/schema/document.ts'
import { knownKeysAt } from '#lib/catalogue/schema/schema-keys.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { checkDeliverBlock } from './check-deliver.ts'
import { checkJobBlock } from './check-jobs.ts'
import { checkLanding } from './check-landing.ts'
import { checkSelect } from './check-select.ts'
import { checkPart, writtenSchemaOf } from './check-settings.ts'
import { type Finding, unknownName, wrongKey, wrongValue } from './finding.ts'
import { checkIndexBlock } from './indexes/check-index.ts'
import { checkMapping } from './indexes/check-mapping.ts'

type Place = NonNullable<DeclaredFlow['place']>

interface Check extends Pick<DeclaredDocument, 'written' | 'full'> {
  /** Connectors and flows with code. */
  contracts: CatalogueContracts
  connections: ReadonlyMap<string, LocatedNode>
  /** Where things are as people wrote it, and with what the flows declare. */
  writtenPlaces: ReturnType<typeof placesIn>
  fullPlaces: ReturnType<typeof placesIn>
}

/** Who owns a schema of the lake: Tidemark, the server, or a flow with code. */
function ownerOf(schema: string, { flows }: CatalogueContracts): string | undefined {
  if (schema === 'tidemark') return 'Tidemark itself'
  if (schema === 'information_schema' || schema.startsWith('pg_')) return 'the server'
  const isIn = (key: string) => connectionOf(key) === LAKE && pathOf(key).split('.')[0] === schema
  const [owner] = [...flows].findLast(([, { writes }]) => writes.some(isIn)) ?? []
  return owner === undefined ? undefined : `the flow "${owner}"`
}

/** A flow with code takes nothing of a declared one, and a declared flow needs `extract`. */
function checkKind({ flows }: Outline, contracts: CatalogueContracts): Finding[] {
  return flows.flatMap(({ key: name, path, node }): Finding[] => {
    const [first] = entriesOf(node).find(([key]) => DECLARED_FLOW_KEYS.has(key)) ?? []
    if (first === undefined) return []
    if (contracts.flows.has(name)) {
      const remedy = 'Give the flow without code another name, or take these keys out.'
      return [wrongKey([...path, first], `"${name}" is a flow with code, so "${first}" means nothing here.`, remedy)]
    }
    if (childOf(node, 'extract') !== undefined || landsFiles(node) || runsJob(node)) return []
    const remedy =
      'Add what is read: "extract: { from: <connection>/<path> }", for files "land: { into: lake/<schema>.<table> }", or the job that does it: "runs: <connection>/<job>".'
    return [wrongKey(path, `"${name}" has no "extract".`, remedy)]
  })
}

/** What a flow may do with what it reads. */
const DOES: Record<string, string> = { load: 'loads', deliver: 'delivers', index: 'indexes' }

function checkBlocks({ name, node }: DeclaredFlow): Finding[] {
  const { path } = node
  const has = (key: string) => childOf(node, key) !== undefined
  const findings: Finding[] = []
  if (landsFiles(node)) return findings
  if (!has('schedule') && !has('on')) {
    const remedy = 'Say when it runs: schedule: "20 4 * * *", or what asks for it: "on".'
    findings.push(wrongKey(path, `"${name}" has no "schedule" and no "on".`, remedy))
  }
  if (runsJob(node)) return findings
  const [first, second] = Object.keys(DOES).filter(has)
  if (first !== undefined && second !== undefined) {
    const remedy = `Make two flows of it: one that ${DOES[first]}, one that reads the table and ${DOES[second]}.`
    findings.push(wrongKey(path, `"${name}" both ${DOES[first]} and ${DOES[second]}.`, remedy))
  }
  if (first === undefined) {
    const remedy =
      'Add "load: { into: lake/<schema>.<table> }", "deliver: { to: <connection>/<path>, format: csv }" or "index: { into: <connection>/<alias>, key: <column> }".'
    findings.push(wrongKey(path, `"${name}" reads and does nothing with it.`, remedy))
  }
  for (const key of ['connections', 'parameters'].filter(has)) {
    const remedy = 'Take it out: "extract", "load", "deliver" and "index" name their connections and settings themselves.'
    findings.push(wrongKey([...path, key], `A flow without code has no "${key}".`, remedy))
  }
  return findings
}

const DECLARE_LAKE = 'Declare it under "connections": lake: { kind: postgres, url: "${LAKE_DATABASE_URL}" }.'

function unknownConnection({ connections }: Check, assetKey: string, path: DocumentPath): Finding {
  const name = connectionOf(assetKey)
  const unknown = unknownName(path, 'connection', name, connections.keys(), 'Declare it under "connections".')
  return name === LAKE ? { ...unknown, remedy: DECLARE_LAKE } : unknown
}

const ABLE = { extract: 'extractRequest', deliver: 'deliverOptions', land: 'takesRows', index: 'buildsIndexes' } as const

/** The connector behind an asset key that can do what is asked; findings when there is none. */
function requireConnector(check: Check, assetKey: string, path: DocumentPath, what: keyof typeof ABLE): ConnectorContract | Finding[] {
  const name = connectionOf(assetKey)
  const connection = check.connections.get(name)
  if (connection === undefined) return [unknownConnection(check, assetKey, path)]
  const { connectors } = check.contracts
  const contract = connectors.get(textAt(connection, 'kind') ?? '')
  if (contract === undefined) return []
  if (contract[ABLE[what]] !== undefined) return contract
  const able = [...connectors].filter(([, connector]) => connector[ABLE[what]] !== undefined).map(([kind]) => kind)
  const problem = {
    extract: `Nothing can be read from "${name}": its connector only watches.`,
    deliver: `Nothing can be delivered to "${name}": its connector takes no files.`,
    land: `No file can be landed in "${name}": its connector takes no rows.`,
    index: `No index can be built in "${name}": its connector builds none.`,
  }
  return [wrongValue(path, problem[what], `Connections of these kinds can: ${able.join(', ') || 'none is installed'}.`)]
}

function checkExtract(check: Check, { node, from }: DeclaredFlow): Finding[] {
  const extract = childOf(node, 'extract')
  const references = valuesIn(extract).filter((value) => isReference(textOf(value) ?? ''))
  // These settings are stored and shown as written, and what is known only when it is used is a secret.
  const findings = references.map(({ path }) =>
    wrongValue(path, 'A reference means nothing here.', 'Write the value; what is secret belongs to the connection.'),
  )
  if (from === null || extract === undefined) return findings
  const { path } = extract
  const connector = requireConnector(check, from, [...path, 'from'], 'extract')
  if (Array.isArray(connector)) return [...findings, ...connector]
  const schema = connector.extractRequest
  if (schema === undefined) return findings
  const implied = knownKeysAt(writtenSchemaOf(schema), [], {}).includes('path') ? { path: pathOf(from) } : {}
  return [...findings, ...checkPart({ root: check.written.root, path, schema, ours: EXTRACT_KEYS, implied })]
}

function checkTarget(check: Check, { name, node, from, to }: DeclaredFlow): Finding[] {
  const into = nodeAt(node, ['load', 'into']) ?? nodeAt(node, ['land', 'into'])
  if (to === null || into === undefined) return []
  const { path } = into
  if (from === to) return [wrongValue(path, `"${name}" loads into what it reads.`, 'Load into another table.')]
  const table = lakeTableOf(to)
  if (table === null && landsFiles(node) && connectionOf(to) !== LAKE) return checkTakesRows(check, to, path)
  if (table === null) {
    const remedy = 'Write lake/<schema>.<table> in small letters, digits and "_", such as lake/parking.permits.'
    return [wrongValue(path, `"${to}" is not a table a flow without code can load into.`, remedy)]
  }
  const owner = ownerOf(table.schema, check.contracts)
  if (owner !== undefined) return [wrongValue(path, `The schema "${table.schema}" belongs to ${owner}.`, 'Load into a schema of its own.')]
  return check.connections.has(LAKE) ? [] : [unknownConnection(check, to, path)]
}

function checkTakesRows(check: Check, to: string, path: DocumentPath): Finding[] {
  const connector = requireConnector(check, to, path, 'land')
  return Array.isArray(connector) ? connector : []
}

function checkShown(check: Check, flow: DeclaredFlow): Finding[] {
  const { name, node, writes, place } = flow
  const shown = writes.map(({ key }) => ({ key, in: check.writtenPlaces.assets.get(key) }))
  const feed = childOf(node, 'feed')
  if (feed === undefined && shown.some((one) => one.in === undefined)) {
    const remedy = 'Add "feed: <group>/<feed>", or declare the asset in a feed.'
    return [wrongKey(node.path, `No feed shows what "${name}" writes.`, remedy)]
  }
  if (feed === undefined) return checkFeedName(check, flow)
  if (place === null) return []
  const group = check.fullPlaces.feeds.get(place.feed)
  if (group !== undefined && group !== place.group) {
    return [wrongValue(feed.path, `The feed "${place.feed}" is in the group "${group}".`, `Write "${group}/${place.feed}".`)]
  }
  // A job may write into several feeds: what no other one shows stands in this.
  const elsewhere = runsJob(node) && shown.some((one) => one.in === undefined) ? undefined : shown.find((one) => !isIn(one.in, place))
  if (elsewhere?.in !== undefined) {
    const remedy = `Write "${elsewhere.in.group}/${elsewhere.in.feed}", or take the asset out there.`
    return [wrongValue(feed.path, `"${elsewhere.key}" is already in the feed "${elsewhere.in.feed}".`, remedy)]
  }
  return checkFeedName(check, flow)
}

function isIn(shown: Place | undefined, place: Place): boolean {
  return shown === undefined || (shown.group === place.group && shown.feed === place.feed)
}

/** A name counts only where the feed is declared by this flow. */
function checkFeedName({ written, full }: Check, { node, place }: DeclaredFlow): Finding[] {
  const named = childOf(node, 'feedName')
  if (named === undefined || textOf(named) === undefined) return []
  const path = place === null ? null : ['groups', place.group, 'feeds', place.feed]
  const declared = path === null ? undefined : nodeAt(full.root, path)
  const isWritten = path !== null && nodeAt(written.root, path) !== undefined
  if (declared !== undefined && !isWritten && textAt(declared, 'name') === named.value) return []
  const where =
    declared === undefined ? 'there is no feed to name' : `the feed is declared in ${declared.keyAt.file}, line ${declared.keyAt.line}`
  return [wrongKey(named.path, `"feedName" has no effect: ${where}.`, 'Write the name there, or take the line out.')]
}

/** Everything that is wrong with flows without code beyond their shape; that two write one asset is checked with all flows. */
export function checkDeclaredFlows({ flows, written, full }: DeclaredDocument, contracts: CatalogueContracts): Finding[] {
  const connections = new Map(written.connections.map(({ key, node }) => [key, node]))
  const check = { written, full, contracts, connections, writtenPlaces: placesIn(written), fullPlaces: placesIn(full) }
  const connectorOf = (connection: string) => contracts.connectors.get(textAt(connections.get(connection), 'kind') ?? '')
  const sourceOf = ({ from }: DeclaredFlow) => (from === null ? undefined : connectorOf(connectionOf(from)))
  return [
    ...checkKind(written, contracts),
    ...flows.flatMap((flow) => [
      ...checkBlocks(flow),
      ...checkExtract(check, flow),
      ...checkSelect(written.root, flow),
      ...checkTarget(check, flow),
      ...checkLanding(flow, connectorOf),
      ...checkDeliverBlock(written.root, flow, (to) => requireConnector(check, textOf(to) ?? '', to.path, 'deliver')),
      ...checkIndexBlock(flow, (into) => requireConnector(check, textOf(into) ?? '', into.path, 'index'), sourceOf(flow)),
      ...checkMapping(flow, full),
      ...checkJobBlock(flow, { connections, connectors: contracts.connectors }),
      ...checkShown(check, flow),
    ]),
  ]
}
