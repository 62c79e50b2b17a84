import { childOf, entriesOf, itemsOf, type LocatedNode, textAt, textOf } from '#lib/catalogue/parse/node.ts'
import type { DeclaredFlow } from '#lib/catalogue/resolve/declared-flows.ts'
import type { ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { DELIVER_KEYS } from '#lib/catalogue/schema/declared-flow.ts'
import { knownKeysAt } from '#lib/catalogue/schema/schema-keys.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import { FILE_FORMAT_KEYS, fileFormatSchema } from '#lib/domain/values/file-format.ts'
import { checkName } from '#lib/domain/values/name-template.ts'
import { unknownColumn } from './check-select.ts'
import { checkPart, writtenSchemaOf } from './check-settings.ts'
import { type Finding, wrongValue } from './finding.ts'

/** The keys of a `deliver` block that are the connector's: neither ours nor the format's. */
function optionKeys(schema: ConnectorContract['deliverOptions']): Set<string> {
  const known = schema === undefined ? [] : knownKeysAt(writtenSchemaOf(schema), [], {})
  return new Set(known.filter((key) => !DELIVER_KEYS.has(key) && !FILE_FORMAT_KEYS.has(key)))
}

/** What is wrong with a `deliver` block: the name of the file, its format, what the connector is told. */
export function checkDeliverBlock(
  root: LocatedNode,
  flow: DeclaredFlow,
  requireConnector: (to: LocatedNode) => ConnectorContract | Finding[],
): Finding[] {
  const block = childOf(flow.node, 'deliver')
  const to = childOf(block, 'to')
  if (block === undefined || to === undefined || flow.to === null || flow.to !== to.value) return []
  const name = pathOf(flow.to)
  const names = checkName(name).map((problem) =>
    wrongValue(to.path, `"${name}" cannot name a file: ${problem}.`, 'Write a name such as inbox/patrons_{date}.csv.'),
  )
  const columns = itemsOf(childOf(block, 'columns')).flatMap((item) =>
    unknownColumn(flow, textOf(item) === undefined ? childOf(item, 'field') : item),
  )
  const connector = requireConnector(to)
  // Whose keys they are is known only with the connector.
  if (Array.isArray(connector)) return [...names, ...columns, ...connector]
  const { path } = block
  const schema = connector.deliverOptions
  const options = optionKeys(schema)
  const theirs = entriesOf(block).flatMap(([key]) => (options.has(key) ? [] : [key]))
  const told = schema === undefined ? [] : checkPart({ root, path, schema, ours: new Set(theirs) })
  return [...names, ...columns, ...checkFormat(root, block, options), ...told]
}

/** With a format that does not exist nothing can be said about the keys beside it. */
function checkFormat(root: LocatedNode, block: LocatedNode, options: ReadonlySet<string>): Finding[] {
  const isKnown = fileFormatSchema.options.some(({ shape }) => shape.format.value === textAt(block, 'format'))
  const ours = [...DELIVER_KEYS, ...options, ...(isKnown ? [] : entriesOf(block).map(([key]) => key))]
  return checkPart({ root, path: block.path, schema: fileFormatSchema, ours: new Set(ours) })
}
