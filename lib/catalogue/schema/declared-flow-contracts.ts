import { z } from 'zod'
import { childOf, entriesOf, type LocatedNode, textOf } from '#lib/catalogue/parse/node.ts'
import { isAssetKey } from '#lib/domain/lineage/asset-key.ts'
import { isValidZone } from '#lib/domain/time/local-day.ts'
import type { CatalogueContracts, FlowContract } from './contracts.ts'
import { DECLARED_FLOW_TIMEOUT_MS } from './declared-flow.ts'

/** What one run of a declared flow may be told. */
export const declaredFlowParameters = z.strictObject({
  /** Says what would change and changes nothing. */
  dryRun: z.boolean().optional(),
  /** Instead of what the catalogue says. */
  allowEmpty: z.boolean().optional(),
  /** Instead of what the catalogue says. */
  shrinkRatio: z.number().min(0).max(1).optional(),
})
export type DeclaredFlowParameters = z.infer<typeof declaredFlowParameters>

/** A flow without code, as it is written. */
export interface DeclaredFlowEntry {
  name: string
  node: LocatedNode
  /** The asset it reads and the one it writes; null while they are not written as assets. */
  from: string | null
  to: string | null
}

function assetAt(node: LocatedNode | undefined, key: string): string | null {
  const text = textOf(childOf(node, key))
  return text !== undefined && isAssetKey(text) ? text : null
}

/** Every flow without code of a document, valid or not: an entry with `extract` that is not the name of a flow with code. */
export function declaredFlowsIn(root: LocatedNode, codeFlows: ReadonlyMap<string, unknown>): DeclaredFlowEntry[] {
  return entriesOf(childOf(root, 'flows')).flatMap(([name, node]) => {
    if (codeFlows.has(name) || childOf(node, 'extract') === undefined) return []
    const to = assetAt(childOf(node, 'load'), 'into') ?? assetAt(childOf(node, 'deliver'), 'to')
    return [{ name, node, from: assetAt(childOf(node, 'extract'), 'from'), to }]
  })
}

function contractOf({ node, from, to }: DeclaredFlowEntry, pageZone: string): FlowContract {
  return {
    schedule: textOf(childOf(node, 'schedule')) ?? '',
    timezone: pageZone,
    reads: from === null ? [] : [from],
    writes: to === null ? [] : [to],
    connections: [],
    parameters: declaredFlowParameters,
    timeoutMs: DECLARED_FLOW_TIMEOUT_MS,
  }
}

/** The contracts with each declared flow of the document, so that these are checked and resolved like other flows. */
export function withDeclaredFlows(contracts: CatalogueContracts, root: LocatedNode): CatalogueContracts {
  const zone = textOf(childOf(childOf(root, 'page'), 'zone')) ?? ''
  const declaredFlows = declaredFlowsIn(root, contracts.flows).map(
    (declaredFlow) => [declaredFlow.name, contractOf(declaredFlow, isValidZone(zone) ? zone : 'UTC')] as const,
  )
  return declaredFlows.length === 0 ? contracts : { ...contracts, flows: new Map([...contracts.flows, ...declaredFlows]) }
}
