import type { NewArrival } from '#lib/db/history/arrivals.ts'
import type { EndedRun } from '#lib/db/history/run-outcomes.ts'
import type { Evidence } from '#lib/domain/freshness/facts.ts'
import { clocksMoved } from '#lib/domain/runs/run-outcome.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** What the end of a run does to the clocks of the assets its flow writes, known since `recordedAt`; nothing unless it loaded something. */
export function arrivalsOfRun(run: EndedRun, assets: readonly { assetId: number; key: string }[], recordedAt: Instant): NewArrival[] {
  const at = run.endedAt
  if (at === null) return []
  const evidence: Evidence = { method: 'ledger', strength: 'strong', detail: '', costMs: 0 }
  return assets.flatMap(({ assetId, key }) => {
    const rows = run.rowsByAsset[key] ?? run.rowsLoaded
    const rowsWritten = rows - (run.removedByAsset[key] ?? run.rowsRemoved)
    return clocksMoved({ ...run, rowsWritten }).map((clock) => ({
      assetId,
      clock,
      at,
      recordedAt,
      witness: 'ledger' as const,
      happenedAt: at,
      placedAt: run.placedAt,
      kind: 'arrival' as const,
      precision: 'instant' as const,
      rows,
      evidence,
      runId: run.id,
    }))
  })
}
