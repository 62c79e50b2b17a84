import type { Instant } from '#lib/domain/time/instant.ts'
import { keepsFailing, type PastEnd, SAME_FAILURES } from './failures-in-a-row.ts'
import { typicalDurationMs } from './hung-run.ts'
import { jobOfSystemInWords } from './job-name.ts'
import { ownWords } from './own-words.ts'

/** How a flow or a job has fared, as far as a promise goes by it. Dry runs are none of its runs. */
export interface WorkRecord {
  name: string
  /** What the system of a job calls it, where that is another word. */
  called?: string | null
  /** Of its last successes. */
  durationsMs: readonly number[]
  /** How its last runs ended, the newest first. */
  ends: readonly PastEnd[]
  /** Systems it reads, or runs in, that do not answer now, by their names. */
  downConnections: readonly string[]
}

/** Successes that the usual duration is the middle of. */
export const SUCCESSES_COUNTED = 20

/** When a run will have ended, or why nobody can say. */
export type RunEnd = { endsAt: Instant } | { because: string }

/** When a run that begins at an instant will have ended if it takes as long as usual; never a promise from what failed three times in the same way. */
export function endOfRun(work: WorkRecord, beginsAt: Instant): RunEnd {
  const because = whyNothingIsPromised(work)
  if (because !== null) return { because }
  const usualMs = typicalDurationMs(work.durationsMs)
  if (usualMs !== null) return { endsAt: beginsAt + usualMs }
  const what = work.ends.some(({ state }) => state === 'completed') ? 'that began at a known time has succeeded' : 'has succeeded yet'
  return { because: `no run of ${workInWords(work)} ${what}, so nobody knows how long one takes` }
}

/** Why no run of this promises anything, whenever it begins; null where one may. */
export function whyNothingIsPromised(work: WorkRecord): string | null {
  if (!keepsFailing(work.ends)) return null
  const words = ownWords(work.ends[0]?.problem ?? null)
  return `the last ${SAME_FAILURES} runs of ${workInWords(work)} failed in the same way${words === null ? '' : `: ${words}`}`
}

/** A flow, or a job of another system, by the word that people know it by. */
export function workInWords({ name, called = null }: Pick<WorkRecord, 'name' | 'called'>): string {
  return jobOfSystemInWords(name, called)
}
