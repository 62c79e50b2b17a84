import type { Edge } from '#lib/domain/lineage/edge.ts'
import type { AssetRow } from '#lib/queries/shared/asset-rows.ts'

/** Assets by how far they are from what nothing shown leads to: sources left, what is made of them to the right. */
export function lineageColumns(assets: readonly AssetRow[], edges: readonly Edge[]): AssetRow[][] {
  const depths = new Map<number, number>(assets.map((asset) => [asset.id, 0]))
  const inside = edges.filter((edge) => depths.has(edge.upstreamId) && depths.has(edge.downstreamId))
  for (let round = 0; round < assets.length; round += 1) {
    let moved = false
    for (const { upstreamId, downstreamId } of inside) {
      const wanted = (depths.get(upstreamId) ?? 0) + 1
      if ((depths.get(downstreamId) ?? 0) >= wanted || wanted >= assets.length) continue
      depths.set(downstreamId, wanted)
      moved = true
    }
    if (!moved) break
  }
  const columns: AssetRow[][] = []
  for (const asset of assets) {
    const depth = depths.get(asset.id) ?? 0
    columns[depth] = [...(columns[depth] ?? []), asset]
  }
  return columns.filter((column) => column !== undefined)
}
