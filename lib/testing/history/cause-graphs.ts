import type { Status } from '#lib/domain/freshness/status.ts'
import type { CauseAsset, CauseGraph, FailingWork } from '#lib/domain/lineage/causes/cause.ts'
import { findCauses } from '#lib/domain/lineage/causes/find-causes.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'

/** An asset of a graph of causes, behind no connection and written by nothing unless told. */
export const asset = (id: number, status: Status | null, since: number | null = null, more: Partial<CauseAsset> = {}): CauseAsset => ({
  ...{ id, status, since, connection: null, flow: null, job: null },
  ...more,
})

/** `[1, 2, 3]`: 2 is made from 1, 3 from 2. */
export const chain = (...ids: number[]): Edge[] => ids.slice(1).map((downstreamId, at) => ({ upstreamId: ids[at] ?? 0, downstreamId }))

/** A flow that fails since then, without a word unless told. */
export const failing = (name: string, since: number, more: Partial<FailingWork> = {}): FailingWork => ({
  ...{ kind: 'flow' as const, name, since, saysWhy: false, connections: [] },
  ...more,
})

export const graph = (assets: CauseAsset[], edges: Edge[] = [], more: Partial<CauseGraph> = {}): CauseGraph => ({
  ...{ assets, edges, connections: [], work: [] },
  ...more,
})

/** The ways down to an asset, what is inferred in brackets. */
export const waysTo = (given: CauseGraph, id: number): string[] =>
  findCauses(given)
    .pathsTo(id)
    .map(({ steps }) => steps.map(({ key, isInferred }) => (isInferred ? `(${key})` : key).replaceAll('asset:', '')).join(' '))

/** What each root holds back. */
export const heldBy = (given: CauseGraph): Record<string, number[]> =>
  Object.fromEntries(findCauses(given).all.map(({ key, heldIds }) => [key, heldIds]))
