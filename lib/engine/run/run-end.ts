import type { JobEnd } from '#lib/domain/runs/job-of-run.ts'
import { type RunReport, runReportSchema } from '#lib/domain/runs/run-outcome.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { FlowResult } from '#lib/engine/flow.ts'
import { failureOf, toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import { RunStopped, type StopReason } from './stop.ts'

/** How an attempt ended. After `fenced` or `handed-back` the run is not this worker's to end. */
export interface RunEnd {
  state: 'completed' | 'partial' | 'failed' | StopReason
  rowsLoaded: number
  report: RunReport | null
  problem: string | null
  internalProblem: string | null
  /** How it failed, apart from its words (`failureOf`). */
  failure?: string | null
  /** When it ended where it ran; absent: now. */
  endedAt?: Instant
}

/** What a flow reported, as it is kept. */
export function toReport(result: FlowResult): RunReport {
  return runReportSchema.parse({
    rowsSeen: result.rowsSeen,
    counts: result.summary,
    rowsByAsset: result.rowsByAsset ?? {},
    ...(result.rowsRemoved === undefined ? {} : { rowsRemoved: result.rowsRemoved }),
    ...(result.removedByAsset === undefined ? {} : { removedByAsset: result.removedByAsset }),
    incomplete: result.incomplete ?? null,
    ...(result.moves === undefined ? {} : { moves: result.moves }),
    ...(result.isUncounted === undefined ? {} : { isUncounted: result.isUncounted }),
  })
}

/** The end of a run whose work another system has done is what that says of it. */
export function endedElsewhere(result: FlowResult, { state, at, problem }: JobEnd): RunEnd {
  const isGood = state === 'completed' || state === 'partial'
  const report = isGood ? toReport({ ...result, ...(state === 'partial' && problem !== null && { incomplete: problem }) }) : null
  return { state, rowsLoaded: isGood ? result.rowsLoaded : 0, report, problem, internalProblem: null, endedAt: at }
}

/** The end of an attempt that was stopped, or whose flow threw. */
export function toEnd(signal: AbortSignal, error: unknown): RunEnd {
  const cause: unknown = signal.aborted ? signal.reason : error
  return {
    state: stateOf(cause),
    rowsLoaded: 0,
    report: null,
    problem: toPublicMessage(cause),
    internalProblem: toInternalMessage(error),
    failure: failureOf(cause),
  }
}

function stateOf(cause: unknown): 'failed' | StopReason {
  if (cause instanceof RunStopped) return cause.reason
  return isTidemarkError(cause) && cause.code === 'fenced' ? 'fenced' : 'failed'
}
