import type { Instant } from '#lib/domain/time/instant.ts'
import type { FactEntry, Incident } from './incident.ts'

/** What a person adds to an incident. None of it ends one: that is for the facts. */
export type Said = { at: Instant; by: string } & (
  | { kind: 'acknowledged' }
  | { kind: 'assigned'; to: string | null }
  | { kind: 'snoozed'; until: Instant | null }
  | { kind: 'updated' | 'noted' | 'postmortem'; text: string }
  | { kind: 'linked'; to: { kind: 'run' | 'order'; id: string } }
)

/** Who is on an incident, and until when nobody is reminded of it. */
export interface Handling {
  acknowledged: { at: Instant; by: string } | null
  assignee: string | null
  snoozedUntil: Instant | null
}

/** How an incident is handled at an instant, from what was said of it and of those it took over; the last word counts, of acknowledgements the first. */
export function handlingAt(incident: Pick<Incident, 'entries'>, said: readonly Said[], at: Instant): Handling {
  const handling: Handling = { acknowledged: null, assignee: null, snoozedUntil: null }
  for (const entry of timelineOf(incident, said)) {
    if (entry.at > at) break
    if (entry.kind === 'acknowledged') handling.acknowledged ??= { at: entry.at, by: entry.by }
    if (entry.kind === 'assigned') handling.assignee = entry.to
    if (entry.kind === 'snoozed') handling.snoozedUntil = entry.until
    if (isNewTrouble(entry) || entry.kind === 'resolved' || entry.kind === 'merged-into') handling.snoozedUntil = null
  }
  if (handling.snoozedUntil !== null && handling.snoozedUntil <= at) handling.snoozedUntil = null
  return handling
}

/** What the facts and people say of an incident, in order of time; at the same instant the facts first. */
export function timelineOf({ entries }: Pick<Incident, 'entries'>, said: readonly Said[]): (FactEntry | Said)[] {
  return [...entries, ...said].sort((a, b) => a.at - b.at)
}

/** What nobody knew who put it off: it got worse, or has another cause. */
function isNewTrouble(entry: FactEntry | Said): boolean {
  return entry.kind === 'turned-worse' || (entry.kind === 'root-changed' && entry.came.length > 0)
}
