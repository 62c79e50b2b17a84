import type { Instant } from '#lib/domain/time/instant.ts'
import { type Incident, type IncidentState, SAME_INCIDENT_MS } from './incident.ts'

/**
 * Where the fold stood right before an instant, from all incidents it led to: what had not ended by then, as it was. From there on late evidence
 * is folded anew; folding the same again leads to the same.
 */
export function stateAsOf(incidents: readonly Incident[], at: Instant): IncidentState {
  const begun = incidents.filter(({ openedAt }) => openedAt < at)
  return { through: at, unfinished: begun.filter((incident) => !hadEnded(incident, at)).map((incident) => asItWas(incident, at)) }
}

/** What late evidence from an instant on leaves alone. */
export function endedBefore(incidents: readonly Incident[], at: Instant): Incident[] {
  return incidents.filter((incident) => incident.openedAt < at && hadEnded(incident, at))
}

function hadEnded({ end }: Incident, at: Instant): boolean {
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

function before<Span extends { from: Instant; to: Instant | null }>(spans: readonly Span[], at: Instant): Span[] {
  return spans.filter(({ from }) => from < at).map((span) => (span.to !== null && span.to >= at ? { ...span, to: null } : span))
}
