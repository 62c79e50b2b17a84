import type { FlowContract } from '#lib/catalogue/schema/contracts.ts'

export interface LineageEdge {
  from: string
  to: string
  origin: 'declared' | 'flow'
}

/** What a flow reads and writes, in the catalogue's own connections. */
export interface FlowAssets {
  name: string
  reads: string[]
  writes: string[]
}

/** Renames the connection of an asset key as the catalogue maps it for a flow. */
export function mapConnection(assetKey: string, connections: Readonly<Record<string, string>>): string {
  const slash = assetKey.indexOf('/')
  const own = assetKey.slice(0, Math.max(0, slash))
  return `${connections[own] ?? own}${assetKey.slice(Math.max(0, slash))}`
}

/** What a flow reads and writes once its connections are mapped. */
export function flowAssets(name: string, flow: FlowContract, connections: Readonly<Record<string, string>>): FlowAssets {
  const mapped = (keys: readonly string[]) => [...new Set(keys.map((key) => mapConnection(key, connections)))]
  return { name, reads: mapped(flow.reads), writes: mapped(flow.writes) }
}

/**
 * Edges between assets of the catalogue. What an asset declares in `from` is the whole truth about it; an asset that
 * declares nothing and is written by a flow comes from what that flow reads and does not write itself.
 */
export function lineageEdges(assets: readonly { key: string; from: readonly string[] }[], flows: readonly FlowAssets[]): LineageEdge[] {
  const known = new Set(assets.map((asset) => asset.key))
  const readFor = readsByWritten(flows)
  return assets.flatMap((asset): LineageEdge[] => {
    const declared = asset.from.length > 0
    const upstream = new Set(declared ? asset.from : readFor.get(asset.key))
    const kept = [...upstream].filter((key) => known.has(key) && key !== asset.key)
    return kept.map((from) => ({ from, to: asset.key, origin: declared ? 'declared' : 'flow' }))
  })
}

function readsByWritten(flows: readonly FlowAssets[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const flow of flows) {
    const reads = flow.reads.filter((key) => !flow.writes.includes(key))
    for (const key of flow.writes) found.set(key, [...(found.get(key) ?? []), ...reads])
  }
  return found
}

/** One cycle per knot, as the keys along it; the first key is the one that comes first in `keys`. */
export function findCycles(keys: readonly string[], edges: readonly { from: string; to: string }[]): string[][] {
  const next = new Map<string, string[]>()
  for (const { from, to } of edges) {
    const following = next.get(from)
    if (following === undefined) next.set(from, [to])
    else following.push(to)
  }
  const done = new Set<string>()
  const cycles: string[][] = []
  for (const start of keys) {
    if (!done.has(start)) walk(start, next, done, cycles)
  }
  return cycles
}

/** Depth first without recursion, so that a chain of ten thousand assets does not overflow. */
function walk(start: string, next: ReadonlyMap<string, string[]>, done: Set<string>, cycles: string[][]): void {
  const enter = (key: string) => ({ key, following: (next.get(key) ?? []).values() })
  const trail = [enter(start)]
  const position = new Map([[start, 0]])
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const { value: key, done: over } = top.following.next()
    if (over) {
      done.add(top.key)
      position.delete(top.key)
      trail.pop()
      continue
    }
    const seenAt = position.get(key)
    if (seenAt !== undefined) cycles.push(trail.slice(seenAt).map((place) => place.key))
    if (seenAt !== undefined || done.has(key)) continue
    position.set(key, trail.length)
    trail.push(enter(key))
  }
}
