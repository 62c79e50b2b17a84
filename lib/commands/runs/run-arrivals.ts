import type { NewArrival } from '#lib/db/history/arrivals.ts'
import type { EndedRun } from '#lib/db/history/run-outcomes.ts'
import type { StoredExternalRun } from '#lib/db/runs/external-runs.ts'
import type { Evidence } from '#lib/domain/freshness/facts.ts'
import { jobWitness, type Witness } from '#lib/domain/freshness/witnesses/witness.ts'
import { placeOfRun } from '#lib/domain/runs/external-run.ts'
import { clocksMoved } from '#lib/domain/runs/run-outcome.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

interface WrittenAsset {
  assetId: number
  key: string
}

/** An ended run, whoever ran it. */
interface Ended
  extends Pick<
    EndedRun,
    'id' | 'state' | 'endedAt' | 'placedAt' | 'rowsSeen' | 'rowsRejected' | 'incomplete' | 'rejectTolerance' | 'moves'
  > {
  witness: Witness
  method: string
  /** What it did to an asset: rows that came or went, null where nobody counts; and how many it put there. */
  rowsOf(key: string): { rows: number | null; rowsWritten: number }
}

/** What the end of a run of ours does to the clocks of the assets its flow writes, known since `recordedAt`; nothing unless it loaded something. */
export function arrivalsOfRun(run: EndedRun, assets: readonly WrittenAsset[], recordedAt: Instant): NewArrival[] {
  const rowsOf = (key: string) => {
    const rows = run.rowsByAsset[key] ?? run.rowsLoaded
    if (run.isUncounted) return { rows: null, rowsWritten: 0 }
    return { rows, rowsWritten: rows - (run.removedByAsset[key] ?? run.rowsRemoved) }
  }
  return arrivalsOf({ ...run, witness: 'ledger', method: 'ledger', rowsOf }, assets, recordedAt)
}

/**
 * The same for a run of another system's job. Nobody tells how many rows it refused: one that ended in part proves no load, and a write unless it is known
 * to have written nothing.
 */
export function arrivalsOfExternalRun(
  connectionKey: string,
  run: StoredExternalRun,
  assets: readonly WrittenAsset[],
  recordedAt: Instant,
): NewArrival[] {
  const { id, state, endedAt, rows } = run
  const isPartial = state === 'partial'
  const ended: Ended = {
    ...{ id, state, endedAt, placedAt: placeOfRun(run) },
    ...{ rowsSeen: 0, rowsRejected: 0, rejectTolerance: 0, incomplete: isPartial ? 'A part of it was not done.' : null },
    ...{ witness: jobWitness(connectionKey), method: 'job' },
    rowsOf: () => ({ rows, rowsWritten: rows ?? (isPartial ? 1 : 0) }),
  }
  return arrivalsOf(ended, assets, recordedAt)
}

/** What a run that took away what its job had loaded does to the clocks of the assets that the job writes. */
export function correctionsOfExternalRun(
  connectionKey: string,
  { id, endedAt }: StoredExternalRun,
  assets: readonly WrittenAsset[],
  recordedAt: Instant,
): NewArrival[] {
  if (endedAt === null) return []
  const evidence: Evidence = { method: 'job', strength: 'strong', detail: '', costMs: 0 }
  const told = { recordedAt, witness: jobWitness(connectionKey), happenedAt: endedAt, placedAt: null, rows: null, evidence, runId: id }
  const gone = { ...told, clock: 'loadedAt' as const, at: null, kind: 'correction' as const, precision: 'instant' as const }
  return assets.map(({ assetId }) => ({ ...gone, assetId }))
}

function arrivalsOf(run: Ended, assets: readonly WrittenAsset[], recordedAt: Instant): NewArrival[] {
  const at = run.endedAt
  if (at === null) return []
  const evidence: Evidence = { method: run.method, strength: 'strong', detail: '', costMs: 0 }
  return assets.flatMap(({ assetId, key }) => {
    const { rows, rowsWritten } = run.rowsOf(key)
    return clocksMoved({ ...run, rowsWritten }).map((clock) => ({
      assetId,
      clock,
      at,
      recordedAt,
      witness: run.witness,
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
