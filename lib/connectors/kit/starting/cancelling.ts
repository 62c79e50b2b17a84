import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A run there that is to be cancelled: by its own name, or, where that was not heard, by the key of the wish it was started by. */
export interface UnwantedJobRun {
  externalId: string | null
  key: string
  /** When its system was told to start it last, and may have begun it. */
  triedAt: Instant | null
}

/** What came of it: it was told to stop (or is stopping), had ended already, or is not there; and which run that is, where it is there. */
export interface CancelledJobRun {
  answer: 'told' | 'over' | 'none'
  externalId: string | null
}

export interface CancellingSession {
  /** Cancels a run of a job. Asked twice it changes nothing more; how the run ends `runs` tells. Throws with the remedy where it may not, or nobody can be asked. */
  cancel?(job: string, unwanted: UnwantedJobRun): Promise<CancelledJobRun>
}

export interface CancellingConnector {
  /** There when sessions that can start jobs can cancel their runs, too. */
  cancelsJobs?: true
  /** Why sessions that can start jobs cannot cancel their runs, in a sentence; absent: they can. */
  whyNoCancel?: string
}

interface ToStop<R> {
  externalId: string
  tell(): Promise<unknown>
  /** The run as it stands now; null: it is not there any more. */
  look(): Promise<R | null>
  hasEnded(run: R): boolean
}

/** Tells a run to stop. Where its system says no because it has ended or gone just then, it is over or none; every other no is thrown. */
export async function tellToStop<R>({ externalId, tell, look, hasEnded }: ToStop<R>): Promise<CancelledJobRun> {
  try {
    await tell()
    return { answer: 'told', externalId }
  } catch (error) {
    const mayHaveEnded = isTidemarkError(error) && [400, 404, 409, 410].includes(error.status ?? 0)
    if (!mayHaveEnded) throw error
    const run = await look()
    if (run === null) return NO_RUN
    if (hasEnded(run)) return { answer: 'over', externalId }
    throw error
  }
}

/**
 * The run that a try can have begun, where a system keeps no key; null: none. Of several nobody knows which is ours, so that none may be cancelled: throws,
 * unless all have ended. One whose state changed while it was listed may be told twice, and counts as it was told last.
 */
export function onlyOf<T extends { id: string | number }>(
  told: readonly T[],
  { system, job, isOver }: { system: string; job: string; isOver: (run: T) => boolean },
): T | null {
  const begun = [...new Map(told.map((run) => [run.id, run])).values()]
  if (begun.length <= 1 || begun.every(isOver)) return begun[0] ?? null
  throw new TidemarkError('invalid', {
    publicMessage: `${system} has begun ${begun.length} runs of ${job} since it was asked for one, and does not say which that is: it can be cancelled there alone.`,
  })
}

/** There is nothing to cancel. */
export const NO_RUN: CancelledJobRun = { answer: 'none', externalId: null }
