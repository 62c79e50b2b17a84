import type { Instant } from '#lib/domain/time/instant.ts'
import { sortedInstants } from '#lib/domain/time/sorted-instants.ts'
import type { MaintenanceWindow } from './facts.ts'
import { NEVER } from './policies/policy-kind.ts'

/** A stretch of announced work without edges inside. Parts that touch belong to one outage-free stretch of work. */
export interface WorkPart {
  from: Instant
  to: Instant
  kind: MaintenanceWindow['kind']
  /** When the work began that this part belongs to: overlapping and touching windows are one piece of work. */
  workFrom: Instant
}

/** Windows in any order and overlap, as parts in order; where both apply, paused wins. */
export function workParts(windows: readonly MaintenanceWindow[]): WorkPart[] {
  const closed = windows.map((w) => ({ from: w.from, to: w.to ?? NEVER, kind: w.kind })).filter((w) => w.from < w.to)
  const edges = sortedInstants(closed.flatMap((w) => [w.from, w.to]))
  const parts: WorkPart[] = []
  for (const [index, from] of edges.entries()) {
    const to = edges[index + 1]
    const kinds = closed.filter((w) => w.from <= from && from < w.to).map((w) => w.kind)
    if (to === undefined || kinds.length === 0) continue
    const before = parts.at(-1)
    const workFrom = before?.to === from ? before.workFrom : from
    parts.push({ from, to, kind: kinds.includes('paused') ? 'paused' : 'maintenance', workFrom })
  }
  return parts
}
