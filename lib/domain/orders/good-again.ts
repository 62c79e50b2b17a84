import { typicalDurationMs } from '#lib/domain/runs/hung-run.ts'
import { jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import { isFailure, type RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** How a run ended: in words, and how and at which step it failed, where that was kept. */
export interface PastEnd {
  state: RunState
  problem: string | null
  failure?: string | null
  place?: string | null
}

/** How a flow or a job has fared, as far as a plan goes by it. Dry runs are none of its runs. */
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
  /** What is left of a run that goes on; absent where none has begun. */
  leftMs?: number
}

/** When what is reloaded is good again: by then, if these systems answer; or why nobody can say. */
export type GoodAgain = { kind: 'by'; at: Instant; lastsMs: number; ifAnswering: string[] } | { kind: 'no-date'; because: string }

/** Successes that the usual duration is the middle of. */
export const SUCCESSES_COUNTED = 20
/** What failed so often in the same way promises nothing. */
export const SAME_FAILURES = 3

/** When these runs, one after the other, will have made it good again; never a promise from what failed three times in the same way. */
export function goodAgain(records: readonly WorkRecord[], now: Instant): GoodAgain {
  for (const { name, called = null, ends, leftMs } of records) {
    if (leftMs !== undefined || !keepsFailing(ends)) continue
    const how = ends[0]?.problem ?? null
    const because = `the last ${SAME_FAILURES} runs of ${jobOfSystemInWords(name, called)} failed in the same way${how === null ? '' : `: ${how}`}`
    return { kind: 'no-date', because }
  }
  let lastsMs = 0
  for (const { name, called = null, durationsMs, leftMs } of records) {
    const usualMs = leftMs ?? typicalDurationMs(durationsMs)
    if (usualMs === null) {
      const because = `no run of ${jobOfSystemInWords(name, called)} has succeeded yet, so nobody knows how long one takes`
      return { kind: 'no-date', because }
    }
    lastsMs += usualMs
  }
  return { kind: 'by', at: now + lastsMs, lastsMs, ifAnswering: [...new Set(records.flatMap(({ downConnections }) => downConnections))] }
}

/**
 * Whether the last runs of a flow or job all failed in the same way: of the same kind at the same step, where that was kept of both, else in the same words. Numbers do not
 * make another step, nor other words.
 */
export function keepsFailing(ends: WorkRecord['ends']): boolean {
  const last = ends.slice(0, SAME_FAILURES)
  const [newest, ...others] = last
  if (newest === undefined || last.length < SAME_FAILURES) return false
  return last.every(({ state }) => isFailure(state) && state !== 'cancelled') && others.every((end) => isSameWay(newest, end))
}

function isSameWay(a: PastEnd, b: PastEnd): boolean {
  const like = (text: string | null | undefined) => text?.replaceAll(/\d+/g, '#')
  const isKept = (end: PastEnd) => typeof end.failure === 'string' && typeof end.place === 'string'
  if (isKept(a) && isKept(b)) return a.failure === b.failure && like(a.place) === like(b.place)
  return like(a.problem ?? a.state) === like(b.problem ?? b.state)
}
