import type { Sql } from '#lib/db/context.ts'
import { loadFlowsBefore, loadSurroundings } from '#lib/db/runs/reload-scope.ts'
import { type ReloadScope, stepsToReload } from '#lib/domain/orders/steps-to-reload.ts'

/** What a reload of a feed runs now, by the lineage and the statuses in force. */
export async function planOf(sql: Sql, feedId: number): Promise<ReloadScope> {
  const { assets, edges } = await loadSurroundings(sql, feedId)
  const flows = new Set(assets.flatMap(({ flow }) => flow ?? []))
  return stepsToReload(feedId, assets, edges, await loadFlowsBefore(sql, [...flows]))
}
