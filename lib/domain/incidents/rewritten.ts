import type { Status } from '#lib/domain/freshness/status.ts'
import type { CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { type FactEntry, type Incident, turnOf } from './incident.ts'

/**
 * What late evidence makes news of: only where an incident now stands otherwise than people were told, never what became known of the past. Null at first: it
 * was not known; then: the facts have it no longer.
 */
export function newsOfRewrite(known: Incident | null, rebuilt: Incident | null, isTold: boolean, at: Instant): FactEntry[] {
  if (rebuilt === null || rebuilt.end !== null) return isTold ? [ended(rebuilt, at)] : []
  if (isTold) return known === null ? [] : [...rootsChanged(known, rebuilt, at), ...turned(known, rebuilt, at)]
  if (rebuilt.roots.every(({ to }) => to !== null)) return []
  return [known === null ? opened(rebuilt, at) : reopened(known, rebuilt, at)]
}

function ended(rebuilt: Incident | null, at: Instant): FactEntry {
  return rebuilt?.end?.how === 'merged' ? { at, kind: 'merged-into', into: rebuilt.end.into } : { at, kind: 'resolved' }
}

function opened(incident: Incident, at: Instant): FactEntry {
  return { at, kind: 'opened', roots: rootsOf(incident), assetIds: membersOf(incident), cameFrom: incident.cameFrom }
}

function reopened(known: Incident, rebuilt: Incident, at: Instant): FactEntry {
  return { at, kind: 'reopened', wellSince: known.end?.at ?? at, roots: rootsOf(rebuilt), assetIds: membersOf(rebuilt) }
}

function rootsChanged(known: Incident, rebuilt: Incident, at: Instant): FactEntry[] {
  const before = rootsOf(known)
  const now = rootsOf(rebuilt)
  const came = now.filter((key) => !before.includes(key))
  const went = before.filter((key) => !now.includes(key))
  return came.length + went.length === 0 ? [] : [{ at, kind: 'root-changed', came, went }]
}

function turned(known: Incident, rebuilt: Incident, at: Instant): FactEntry[] {
  const from = statusOf(known)
  const to = statusOf(rebuilt)
  return from === null || to === null || from === to ? [] : [turnOf(at, from, to)]
}

/** What it stands on, or stood on last. */
function rootsOf({ roots }: Incident): CauseKey[] {
  const last = Math.max(...roots.map(({ to }) => to ?? END_OF_TIME))
  return roots.flatMap(({ key, to }) => ((to ?? END_OF_TIME) === last ? [key] : []))
}

function membersOf({ members }: Incident): number[] {
  return members.flatMap(({ assetId, to }) => (to === null ? [assetId] : []))
}

function statusOf({ statuses }: Incident): Status | null {
  const last = statuses.at(-1)
  return last?.to === null ? last.status : null
}
