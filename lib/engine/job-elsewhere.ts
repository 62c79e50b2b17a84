import type { JobEnd } from '#lib/domain/runs/job-of-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** The run of a job of another system that does the work of a run of ours. */
export interface BegunJob {
  /** How its own system names it. */
  externalId: string
}

/** How it ended, and how many rows its system counted; null: it counts none. */
export type EndedJob = JobEnd & { rows: number | null }

/** The job of another system that a run is, as one attempt has it. */
export interface JobElsewhere {
  /**
   * Starts it and tells it these parameters; the same run however often that is asked for in one run of ours, by whatever attempt. Without parameters one that goes on
   * there already, and does what is wanted, is taken up.
   */
  start(parameters: Record<string, unknown>): Promise<BegunJob>
  /** Waits until its run has ended there; `onTrouble` hears why nobody could be asked, and null when somebody could again. */
  end(onTrouble: (words: string | null) => void): Promise<EndedJob>
}

const fail = (): Promise<never> =>
  Promise.reject(new TidemarkError('internal', { publicMessage: 'This flow runs no job of another system.' }))

/** Of a flow that works here. */
export const NO_JOB: JobElsewhere = { start: fail, end: fail }
