import type { Instant } from '#lib/domain/time/instant.ts'
import { type Incident, type IncidentKey, type IncidentState, SAME_INCIDENT_MS, type Stretch } from './incident.ts'

/**
 * Where the fold stood right before an instant, from all incidents it led to: what had not ended by then, as it was. From there on late evidence
 * is folded anew, under keys that are not taken; folding the same again leads to the same.
 */
export function stateAsOf(incidents: readonly Incident[], at: Instant, taken: ReadonlySet<IncidentKey> = new Set()): IncidentState {
  const standing = incidents.filter((incident) => incident.openedAt < at && !hadEnded(incident, at))
  return { through: at, unfinished: standing.map((incident) => asItWas(incident, at)), taken }
}

/** Whether late evidence from an instant on leaves an incident alone. */
export function hadEnded({ end }: Incident, at: Instant): boolean {
  if (end === null) return false
  return end.how === 'resolved' ? end.at + SAME_INCIDENT_MS <= at : end.at < at
}

function asItWas(incident: Incident, at: Instant): Incident {
  const { roots, members, statuses, entries } = incident
  return {
    ...incident,
    end: null,
    roots: before(roots, at),
    members: before(members, at),
    statuses: before(statuses, at),
    entries: entries.filter((entry) => entry.kind !== 'resolved' && entry.at < at),
  }
}

function before<Span extends Stretch>(spans: readonly Span[], at: Instant): Span[] {
  return spans.filter(({ from }) => from < at).map((span) => (span.to !== null && span.to >= at ? { ...span, to: null } : span))
}
