import { unknownColumn } from '#lib/catalogue/check/check-select.ts'
import { type Finding, wrongKey, wrongValue } from '#lib/catalogue/check/finding.ts'
import { childOf, itemsOf, type LocatedNode } from '#lib/catalogue/parse/node.ts'
import type { DeclaredFlow } from '#lib/catalogue/resolve/declared-flows.ts'
import type { ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'

/** What is wrong with an `index` block: where it is built, under which name, by which key. */
export function checkIndexBlock(
  flow: DeclaredFlow,
  requireConnector: (into: LocatedNode) => ConnectorContract | Finding[],
  source: ConnectorContract | undefined,
): Finding[] {
  const { name, node, from, to } = flow
  const block = childOf(node, 'index')
  const into = childOf(block, 'into')
  if (block === undefined || into === undefined || to === null || to !== into.value) return []
  const columns = [...checkKey(flow, block, source), ...itemsOf(childOf(block, 'key')).flatMap((item) => unknownColumn(flow, item))]
  if (from === to) return [...columns, wrongValue(into.path, `"${name}" indexes into what it reads.`, 'Write another index.')]
  const connector = requireConnector(into)
  if (Array.isArray(connector)) return [...columns, ...connector]
  const refusal = connector.refuseAsset?.({ path: pathOf(to), settings: {} }) ?? null
  return refusal === null ? columns : [...columns, wrongValue(into.path, refusal.problem, refusal.remedy)]
}

function checkKey({ name }: DeclaredFlow, block: LocatedNode, source: ConnectorContract | undefined): Finding[] {
  if (childOf(block, 'key') !== undefined || source === undefined || source.extractsFiles === true) return []
  const remedy = 'Say what tells them apart: "key: permit_id", or "key: [term, permit_id]".'
  return [wrongKey(block.path, `Nothing tells the documents of "${name}" apart.`, remedy)]
}
