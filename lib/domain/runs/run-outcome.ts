import { z } from 'zod'
import type { RunState } from './run.ts'

/** Largest rejected share at which a load still counts, unless flow or catalogue say otherwise. */
export const REJECT_TOLERANCE = 0.01

/** What `run.summary` holds: what the flow reported at its end. */
export const runReportSchema = z.object({
  /** Rows looked at; with the refused ones the base of the rejected share. */
  rowsSeen: z.int().min(0),
  /** For the run page, as the flow named them. */
  counts: z.record(z.string(), z.union([z.number(), z.string()])),
  /** Rows per written asset where they differ from the run's `rowsLoaded`. */
  rowsByAsset: z.record(z.string(), z.int().min(0)).default({}),
  /** How many of those were only removed: nothing was written by them. */
  rowsRemoved: z.int().min(0).optional(),
  removedByAsset: z.record(z.string(), z.int().min(0)).optional(),
  /** In words: the part of the work that could not be done; null when all of it was. */
  incomplete: z.string().nullable().default(null),
  /** The clocks this run may move at most, all when absent: a dry run moves nothing, a load of a few rows does not prove the rest. */
  moves: z.enum(['writtenAt', 'nothing']).optional(),
  /** Nobody counted the rows: those of the run say nothing. */
  isUncounted: z.literal(true).optional(),
})
export type RunReport = z.infer<typeof runReportSchema>

/** The end of a run whose flow returned: `partial` as soon as a row was refused or a part left out. */
export function endOfWork(report: RunReport, rowsRejected: number): 'completed' | 'partial' {
  return report.incomplete === null && rowsRejected === 0 ? 'completed' : 'partial'
}

/** Refused rows ÷ (rows seen, at least the refused ones); 0 when there was nothing. */
export function rejectedShare(rowsSeen: number, rowsRejected: number): number {
  return rowsRejected === 0 ? 0 : rowsRejected / Math.max(rowsSeen, rowsRejected)
}

/** Which clocks of a written asset an ended run moves: `writtenAt` only with rows that it put there, not with those it took away. */
export function clocksMoved(run: {
  state: RunState
  rowsWritten: number
  rowsSeen: number
  rowsRejected: number
  incomplete: string | null
  rejectTolerance: number
  moves?: RunReport['moves']
}): readonly ('loadedAt' | 'writtenAt')[] {
  if ((run.state !== 'completed' && run.state !== 'partial') || run.moves === 'nothing') return []
  const written = run.rowsWritten > 0 ? (['writtenAt'] as const) : []
  if (run.moves === 'writtenAt') return written
  if (run.state === 'completed') return ['loadedAt']
  const tolerable = run.incomplete === null && rejectedShare(run.rowsSeen, run.rowsRejected) <= run.rejectTolerance
  return tolerable ? [...written, 'loadedAt'] : written
}
