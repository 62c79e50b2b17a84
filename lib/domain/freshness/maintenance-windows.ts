import type { Instant } from '#lib/domain/time/instant.ts'
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
  const turns = windows
    .map((window) => ({ ...window, to: window.to ?? NEVER }))
    .filter(({ from, to }) => from < to)
    .flatMap(({ from, to, kind }) => [
      { at: from, kind, by: 1 },
      { at: to, kind, by: -1 },
    ])
    .sort((a, b) => a.at - b.at)
  const open = { maintenance: 0, paused: 0 }
  const parts: WorkPart[] = []
  for (const [index, { at: from, kind, by }] of turns.entries()) {
    open[kind] += by
    const to = turns[index + 1]?.at
    if (to === undefined || to === from || open.maintenance + open.paused === 0) continue
    const before = parts.at(-1)
    const workFrom = before?.to === from ? before.workFrom : from
    parts.push({ from, to, kind: open.paused > 0 ? 'paused' : 'maintenance', workFrom })
  }
  return parts
}
