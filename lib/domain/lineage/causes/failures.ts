import { isFailure, isGood, type RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A run as far as it tells whether what it is a run of fails. */
export interface RunSign {
  state: RunState
  /** Where it lies among others: when it was meant to begin, or began. */
  placedAt: Instant
  /** When it ended; absent or null: it has not, or never began. */
  endedAt?: Instant | null
  /** Of one that goes on: from when on it counts as hung. */
  hungAt: Instant | null
  /** It says why it failed. */
  saysWhy: boolean
}

/** Runs without a success since: where the first of them lies, and whether the last says why. */
export interface Failures {
  since: Instant
  /** When the first of them ended, where it did: what broke by then may be the reason. */
  failedAt?: Instant
  saysWhy: boolean
}

/** Of runs, the newest first, those since the last good one that failed, were missed, or hang by an instant; null where there are none. */
export function failuresAt(runs: readonly RunSign[], at: Instant): Failures | null {
  const good = runs.findIndex(({ state }) => isGood(state))
  const bad = runs.slice(0, good === -1 ? runs.length : good).filter((run) => isBad(run, at))
  const [last, first] = [bad[0], bad.at(-1)]
  if (last === undefined || first === undefined) return null
  return { since: first.placedAt, saysWhy: last.saysWhy, ...(first.endedAt != null && { failedAt: first.endedAt }) }
}

function isBad({ state, hungAt }: RunSign, at: Instant): boolean {
  return isFailure(state) || state === 'missed' || (hungAt !== null && hungAt <= at)
}
