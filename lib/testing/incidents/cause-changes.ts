import type { Status } from '#lib/domain/freshness/status.ts'
import { type Folded, foldIncidents } from '#lib/domain/incidents/fold-incidents.ts'
import { byAge, type CausesAt, type FactEntry, type Incident, NO_INCIDENTS, type StandingCause } from '#lib/domain/incidents/incident.ts'
import { assetOf, type CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import { type Instant, MINUTE_MS, ORDINARY_MONDAY } from '#lib/domain/time/instant.ts'

type Told = readonly number[] | { holds: readonly number[]; since?: number; status?: Status | null }

/** So many minutes after midnight. */
export function minute(minutes: number): Instant {
  return ORDINARY_MONDAY + minutes * MINUTE_MS
}

/** From this minute on these causes stand; since then, and stale, unless told; an asset holds itself. */
export function causesAt(at: number, told: Record<CauseKey, Told> = {}): CausesAt {
  const causes = Object.entries(told).map(([key, one]): StandingCause => {
    const { holds, since = at, status = 'stale' } = 'holds' in one ? one : { holds: one }
    const known = key as CauseKey
    return { key: known, since: minute(since), status, heldIds: [assetOf(known) ?? [], ...holds].flat().sort((a, b) => a - b) }
  })
  return { at: minute(at), causes }
}

/** All incidents of a story, the oldest first, as they are known at its end: by default long after the last change. */
export function incidentsOf(changes: readonly CausesAt[], until = 100_000): Incident[] {
  return allOf(foldIncidents(NO_INCIDENTS, changes, minute(until)))
}

/** What ended and what has not, the oldest first. */
export function allOf({ ended, state }: Pick<Folded, 'ended' | 'state'>): Incident[] {
  return [...ended, ...state.unfinished].sort(byAge)
}

/** The kinds of what happened to an incident, in order. */
export function kindsOf(incident: Incident | undefined): string[] {
  return incident?.entries.map(({ kind }) => kind) ?? []
}

/** The keys of all incidents of a story. */
export function keysOf(changes: readonly CausesAt[]): string[] {
  return incidentsOf(changes).map(({ key }) => key)
}

/** The causes of an incident with the minutes in which each stood. */
export function rootsOf(incident: Incident | undefined): [CauseKey, number, number | null][] {
  return incident?.roots.map(({ key, from, to }) => [key, minutesOf(from), to === null ? null : minutesOf(to)]) ?? []
}

/** The members of an incident with the minutes in which each was in. */
export function membersOf(incident: Incident | undefined): [number, number, number | null][] {
  return incident?.members.map(({ assetId, from, to }) => [assetId, minutesOf(from), to === null ? null : minutesOf(to)]) ?? []
}

/** What happened to an incident, of one kind. */
export function entriesOf(incident: Incident | undefined, kind: FactEntry['kind']): FactEntry[] {
  return incident?.entries.filter((entry) => entry.kind === kind) ?? []
}

function minutesOf(at: Instant): number {
  return (at - ORDINARY_MONDAY) / MINUTE_MS
}
