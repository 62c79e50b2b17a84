import { endOfRun, type WorkRecord } from '#lib/domain/runs/work-record.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A flow or a job of an order, and what is left of its run where that has begun. */
export interface PlannedWork extends WorkRecord {
  leftMs?: number
}

/** When an order will have ended: by then, if these systems answer; or why nobody can say. */
export type PlanEnd = { kind: 'by'; at: Instant; lastsMs: number; ifAnswering: string[] } | { kind: 'no-date'; because: string }

/** When these runs, one after the other from now on, will have ended. */
export function planEnd(works: readonly PlannedWork[], now: Instant): PlanEnd {
  let at = now
  for (const work of works) {
    const end = work.leftMs === undefined ? endOfRun(work, at) : { endsAt: at + work.leftMs }
    if ('because' in end) return { kind: 'no-date', because: end.because }
    at = end.endsAt
  }
  return { kind: 'by', at, lastsMs: at - now, ifAnswering: [...new Set(works.flatMap(({ downConnections }) => downConnections))] }
}
