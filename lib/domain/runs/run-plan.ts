import { nextTick, previousTick, type Schedule, ticksBetween } from '#lib/domain/time/cron.ts'
import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { isEnded, isGood, type RunState } from './run.ts'

/** What a flow's ticks ask for at one moment. */
export interface TickPlan {
  /** Older ticks of a time when nobody planned: recorded, never run. */
  missed: Instant[]
  /** The newest tick that has come; it runs. Null when none has since the last planning. */
  due: Instant | null
  next: Instant | null
}

/** After a long downtime of a frequent flow, only this many of the missed ticks are recorded: the newest. */
export const MISSED_MAX = 1000
const LOOKS_MAX = 5000

/** What to do for a flow whose next run was planned for `planned` (null: never planned, so nothing can have been missed). */
export function planTicks(schedule: Schedule, planned: Instant | null, now: Instant): TickPlan {
  const next = nextTick(schedule, now)
  if (planned === null || planned > now) return { missed: [], due: null, next }
  const due = Math.max(previousTick(schedule, now) ?? planned, planned)
  return { missed: missedBefore(schedule, planned, due), due, next }
}

/** The ticks of [planned, due), the newest MISSED_MAX of them; `planned` itself counts even if the line has changed. */
function missedBefore(schedule: Schedule, planned: Instant, due: Instant): Instant[] {
  if (planned >= due) return []
  const near = Math.max(planned, oldestOf(schedule, due))
  const ticks = ticksBetween(schedule, near, due).slice(-MISSED_MAX)
  return ticks[0] === planned || near > planned ? ticks : [planned, ...ticks].slice(-MISSED_MAX)
}

function oldestOf(schedule: Schedule, due: Instant): Instant {
  const gap = due - (previousTick(schedule, due - 1) ?? due - HOUR_MS)
  return due - gap * LOOKS_MAX
}

/**
 * The tick of another flow that a scheduled run comes after: that flow's newest one since this flow's own tick
 * before. For two nightly flows, the one of the same night. Null when there is none, so nothing to wait for.
 */
export function upstreamTick(own: Schedule, upstream: Schedule, scheduledFor: Instant): Instant | null {
  const tick = previousTick(upstream, scheduledFor)
  const before = previousTick(own, scheduledFor - 1)
  return tick === null || (before !== null && tick <= before) ? null : tick
}

export const WAITS_FOR_OWN_FLOW = 'Waits for another run of this flow.'

export interface UpstreamRun {
  state: RunState
  scheduledFor: Instant
}

const ENDS: Partial<Record<RunState, string>> = {
  failed: 'failed',
  'timed-out': 'took too long',
  cancelled: 'was cancelled',
  missed: 'was missed',
}

/**
 * Words for what a run waits for, given the runs of an upstream flow from the awaited tick on; null when it need
 * not wait: one of them was good, or none was ever planned (the flow is younger than that tick).
 */
export function waitsForUpstream(flow: string, runs: readonly UpstreamRun[]): string | null {
  if (runs.length === 0 || runs.some((run) => isGood(run.state))) return null
  if (runs.some((run) => !isEnded(run.state))) return `Waits for the run of ${flow} that comes before it.`
  const last = runs.reduce((a, b) => (b.scheduledFor >= a.scheduledFor ? b : a))
  return `Waits for a good run of ${flow}: the last one ${ENDS[last.state] ?? 'did not succeed'}.`
}
