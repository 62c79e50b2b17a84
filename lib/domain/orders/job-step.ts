import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'

/** How often the system of a job is asked how its run goes while an order waits for it, and, where that failed, tried again. */
export const ASK_EVERY_MS = 15 * SECOND_MS
/** A run that could not be started for so long is given up. */
export const START_LIMIT_MS = 30 * MINUTE_MS
/** A run of which nobody could be asked for so long is not waited for any longer. */
export const SILENCE_LIMIT_MS = HOUR_MS
/** Nor one that goes on for so long. */
export const JOB_LIMIT_MS = DAY_MS

/** A step that is a job of another system, after its system was asked. */
export interface JobSigns {
  /** `<connection>/<job>`. */
  name: string
  begunAt: Instant
  /** A run of it is known. */
  hasRun: boolean
  /** Since when each try to start it, or to ask for its run, has failed; null: the last one went well. */
  failingSince: Instant | null
  /** When its system was told to start it last, and may have begun a run. */
  triedAt: Instant | null
  problem: string | null
}

/** Why an order waits no longer for a job, in words; null: it goes on waiting. What was asked last has said nothing of its end. */
export function whyGivenUp({ name, begunAt, hasRun, failingSince, triedAt, problem }: JobSigns, now: Instant): string | null {
  const failingMs = failingSince === null ? 0 : now - failingSince
  const may = triedAt === null ? '' : ' It may have begun there all the same.'
  const words = problem === null ? '' : ` ${problem}`
  if (!hasRun && failingMs >= START_LIMIT_MS) return `${name} could not be started for ${formatDuration(START_LIMIT_MS)}.${may}${words}`
  if (hasRun && failingMs >= SILENCE_LIMIT_MS)
    return `Nobody could be asked for ${formatDuration(SILENCE_LIMIT_MS)} how the run of ${name} goes; it may go on there.${words}`
  if (now - begunAt < JOB_LIMIT_MS) return null
  return hasRun
    ? `The run of ${name} has not ended within ${formatDuration(JOB_LIMIT_MS)}; it may go on there, and is not waited for any longer.`
    : `${name} was not started within ${formatDuration(JOB_LIMIT_MS)}.${may}`
}

/** When a job is tried again, or its run asked for: as its system asks, at the earliest after the usual time. */
export function nextTryAt(now: Instant, retryAfterMs: number | undefined): Instant {
  return now + Math.min(Math.max(ASK_EVERY_MS, retryAfterMs ?? 0), START_LIMIT_MS)
}
