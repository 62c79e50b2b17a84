import { type Status, severity } from '#lib/domain/freshness/status.ts'
import type { Cause, CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** A cause as an incident knows it: what stands by itself, since when, how, and the unhealthy assets that come down to it, ascending. Without a status it holds nothing yet. */
export type StandingCause = Readonly<Pick<Cause, 'key' | 'since' | 'status'>> & { heldIds: readonly number[] }

/** From `at` on these causes stand, and no others. */
export interface CausesAt {
  at: Instant
  causes: readonly StandingCause[]
}

/** What is well again for less than this has not ended: it flaps. */
export const SAME_INCIDENT_MS = 15 * MINUTE_MS

/** The cause an incident opened with, and when, as it was first known: it stays when late evidence has the incident open at another time. */
export type IncidentKey = `${CauseKey}@${Instant}`

/** A stretch, from ≤ t < to; null: still so. */
export interface Stretch {
  from: Instant
  to: Instant | null
}

export interface RootSpan extends Stretch {
  key: CauseKey
  /** Since when the cause itself stands, as known in this stretch. */
  since: Instant
}

export interface MemberSpan extends Stretch {
  assetId: number
}

export interface StatusSpan extends Stretch {
  status: Status
}

/** What the facts say happened to an incident. */
export type FactEntry = { at: Instant } & (
  | { kind: 'opened'; roots: CauseKey[]; assetIds: number[]; cameFrom: IncidentKey | null }
  | { kind: 'joined' | 'left'; assetIds: number[] }
  | { kind: 'root-changed'; came: CauseKey[]; went: CauseKey[] }
  | { kind: 'merged'; taken: IncidentKey[] }
  | { kind: 'merged-into'; into: IncidentKey }
  | { kind: 'split'; off: IncidentKey }
  | { kind: 'turned-worse' | 'turned-better'; from: Status; to: Status }
  | { kind: 'resolved' }
  | { kind: 'reopened'; wellSince: Instant; roots: CauseKey[]; assetIds: number[] }
)

/** How it is told that the worst of its causes is worse or better. */
export function turnOf(at: Instant, from: Status, to: Status): FactEntry {
  return { at, kind: severity(to) < severity(from) ? 'turned-worse' : 'turned-better', from, to }
}

/** The causes that an entry names as those that it stands on, came, or went. */
export function causesIn(entry: FactEntry): CauseKey[] {
  if (entry.kind === 'opened' || entry.kind === 'reopened') return entry.roots
  return entry.kind === 'root-changed' ? [...entry.came, ...entry.went] : []
}

/** The other incidents that an entry names. */
export function incidentsIn(entry: FactEntry): IncidentKey[] {
  if (entry.kind === 'opened') return entry.cameFrom === null ? [] : [entry.cameFrom]
  if (entry.kind === 'merged') return entry.taken
  if (entry.kind === 'merged-into') return [entry.into]
  return entry.kind === 'split' ? [entry.off] : []
}

/** How an incident ended: well again, or gone on in an older one. */
export type IncidentEnd = { at: Instant; how: 'resolved' } | { at: Instant; how: 'merged'; into: IncidentKey }

/** Everything that is down for one cause, or for what one cause left behind. Its stretches are differences: a member stands once for each time it was in. */
export interface Incident {
  key: IncidentKey
  openedAt: Instant
  /** The cause it opened with. */
  openedBy: CauseKey
  end: IncidentEnd | null
  /** What it was split off. */
  cameFrom: IncidentKey | null
  roots: RootSpan[]
  members: MemberSpan[]
  statuses: StatusSpan[]
  entries: FactEntry[]
}

/** Where the fold stands: everything up to `through` is in, these incidents have not ended. */
export interface IncidentState {
  through: Instant
  unfinished: readonly Incident[]
  /** Keys that none gets which opens later: under them others are known. */
  taken: ReadonlySet<IncidentKey>
}

/** Before anything is known. */
export const NO_INCIDENTS: IncidentState = { through: 0, unfinished: [], taken: new Set() }

/** The oldest first; of those that opened together always in the same order, under whatever keys they are known. */
export function byAge(a: Pick<Incident, 'openedAt' | 'openedBy'>, b: Pick<Incident, 'openedAt' | 'openedBy'>): number {
  return a.openedAt - b.openedAt || (a.openedBy < b.openedBy ? -1 : 1)
}
