import type { Instant } from '#lib/domain/time/instant.ts'
import type { RunState } from './run.ts'

const URGENCY: readonly RunState[] = ['running', 'crashed', 'overdue', 'scheduled']

/** What is under way as people look for it: what runs, then what waits, the longest waiting first. */
export function runningFirst<T extends { id: string; state: RunState; scheduledFor: Instant }>(runs: readonly T[]): T[] {
  return runs.toSorted(
    (a, b) => URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state) || a.scheduledFor - b.scheduledFor || (a.id < b.id ? -1 : 1),
  )
}
