import { childOf, itemsOf, type LocatedNode } from '#lib/catalogue/parse/node.ts'
import type { DeclaredFlow } from '#lib/catalogue/resolve/declared-flows.ts'
import type { ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import { unknownColumn } from './check-select.ts'
import { type Finding, wrongValue } from './finding.ts'

/** What is wrong with an `index` block: where it is built, under which name, by which key. */
export function checkIndexBlock(flow: DeclaredFlow, requireConnector: (into: LocatedNode) => ConnectorContract | Finding[]): Finding[] {
  const { name, node, from, to } = flow
  const block = childOf(node, 'index')
  const into = childOf(block, 'into')
  if (into === undefined || to === null || to !== into.value) return []
  const columns = itemsOf(childOf(block, 'key')).flatMap((item) => unknownColumn(flow, item))
  if (from === to) return [...columns, wrongValue(into.path, `"${name}" indexes into what it reads.`, 'Write another index.')]
  const connector = requireConnector(into)
  if (Array.isArray(connector)) return [...columns, ...connector]
  const refusal = connector.refuseAsset?.({ path: pathOf(to), settings: {} }) ?? null
  return refusal === null ? columns : [...columns, wrongValue(into.path, refusal.problem, refusal.remedy)]
}
