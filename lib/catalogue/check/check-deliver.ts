import { childOf, type DocumentPath, entriesOf, itemsOf, type LocatedNode, textOf } from '#lib/catalogue/parse/node.ts'
import type { ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { DELIVER_KEYS } from '#lib/catalogue/schema/declared-flow.ts'
import type { DeclaredFlowEntry } from '#lib/catalogue/schema/declared-flow-contracts.ts'
import { knownKeysAt } from '#lib/catalogue/schema/schema-keys.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import { FILE_FORMAT_KEYS, fileFormatSchema } from '#lib/domain/values/file-format.ts'
import { checkName } from '#lib/domain/values/name-template.ts'
import { unknownColumn } from './check-select.ts'
import { checkPart, writtenSchemaOf } from './check-settings.ts'
import type { Finding } from './issues.ts'

/** The keys of a `deliver` block that are the connector's: neither ours nor the format's. */
function optionKeys(schema: ConnectorContract['deliverOptions']): Set<string> {
  const known = schema === undefined ? [] : knownKeysAt(writtenSchemaOf(schema), [], {})
  return new Set(known.filter((key) => !DELIVER_KEYS.has(key) && !FILE_FORMAT_KEYS.has(key)))
}

function checkColumns(declaredFlow: DeclaredFlowEntry, path: DocumentPath): Finding[] {
  const columns = childOf(childOf(declaredFlow.node, 'deliver'), 'columns')
  return itemsOf(columns).flatMap((item, i) => {
    const isText = textOf(item) !== undefined
    const field = isText ? textOf(item) : textOf(childOf(item, 'field'))
    return field === undefined ? [] : unknownColumn(declaredFlow, [...path, 'columns', i, ...(isText ? [] : ['field'])], field)
  })
}

/** What is wrong with a `deliver` block: the name of the file, its format, what the connector is told. */
export function checkDeliverBlock(
  root: LocatedNode,
  declaredFlow: DeclaredFlowEntry,
  requireConnector: (to: string, path: DocumentPath) => ConnectorContract | Finding[],
): Finding[] {
  const block = childOf(declaredFlow.node, 'deliver')
  const path = ['flows', declaredFlow.name, 'deliver']
  const to = textOf(childOf(block, 'to'))
  if (block === undefined || to === undefined || declaredFlow.to !== to) return []
  const names = checkName(pathOf(to)).map((problem): Finding => {
    const remedy = 'Write a name such as inbox/patrons_{date}.csv.'
    return { path: [...path, 'to'], problem: `"${pathOf(to)}" cannot name a file: ${problem}.`, remedy }
  })
  const connector = requireConnector(to, [...path, 'to'])
  const findings = [...names, ...checkColumns(declaredFlow, path)]
  // Whose keys they are is known only with the connector.
  if (Array.isArray(connector)) return [...findings, ...connector]
  const schema = connector.deliverOptions
  const options = optionKeys(schema)
  const theirs = entriesOf(block).flatMap(([key]) => (options.has(key) ? [] : [key]))
  const told = schema === undefined ? [] : checkPart({ root, path, schema, ours: new Set(theirs), showValues: true })
  return [...findings, ...checkFormat(root, block, path, options), ...told]
}

/** With a format that does not exist nothing can be said about the keys beside it. */
function checkFormat(root: LocatedNode, block: LocatedNode, path: DocumentPath, options: ReadonlySet<string>): Finding[] {
  const isKnown = fileFormatSchema.options.some(({ shape }) => shape.format.value === textOf(childOf(block, 'format')))
  const ours = [...DELIVER_KEYS, ...options, ...(isKnown ? [] : entriesOf(block).map(([key]) => key))]
  return checkPart({ root, path, schema: fileFormatSchema, ours: new Set(ours), showValues: true })
}
