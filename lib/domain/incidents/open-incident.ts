import { type Status, worstOf } from '#lib/domain/freshness/status.ts'
import { assetOf, type CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import {
  type FactEntry,
  type Incident,
  type IncidentKey,
  type MemberSpan,
  type RootSpan,
  SAME_INCIDENT_MS,
  type StandingCause,
  type StatusSpan,
  type Stretch,
  turnOf,
} from './incident.ts'

/** An incident that has not ended, with what must be looked up in it. What it was made from is left as it is. */
export class OpenIncident {
  readonly key: IncidentKey
  readonly openedAt: Instant
  readonly openedBy: CauseKey
  readonly standing = new Map<CauseKey, RootSpan>()
  readonly members = new Map<number, MemberSpan>()
  readonly #incident: Incident
  readonly #rootsEnded = new Map<CauseKey, Instant>()
  readonly #membersLeft = new Map<number, Instant>()
  readonly #entriesBefore: number
  #told: readonly StandingCause[] = []
  /** The ids of its members, ascending. */
  #held: readonly number[]

  constructor(incident: Incident) {
    this.key = incident.key
    this.openedAt = incident.openedAt
    this.openedBy = incident.openedBy
    this.#entriesBefore = incident.entries.length
    this.#incident = {
      ...incident,
      roots: incident.roots.map((span) => (span.to === null ? { ...span } : span)),
      members: incident.members.map((span) => (span.to === null ? { ...span } : span)),
      statuses: incident.statuses.map((span) => (span.to === null ? { ...span } : span)),
      entries: [...incident.entries],
    }
    for (const span of this.#incident.roots) {
      if (span.to === null) this.standing.set(span.key, span)
      else this.#rootsEnded.set(span.key, span.to)
    }
    for (const span of this.#incident.members) {
      if (span.to === null) this.members.set(span.assetId, span)
      else this.#membersLeft.set(span.assetId, span.to)
    }
    this.#held = [...this.members.keys()].sort((a, b) => a - b)
  }

  /** One that opens with a cause. */
  static opening(at: Instant, key: IncidentKey, cause: StandingCause, cameFrom: IncidentKey | null): OpenIncident {
    const nothing = { roots: [], members: [], statuses: [], entries: [] }
    const opened = new OpenIncident({ key, openedAt: at, openedBy: cause.key, end: null, cameFrom, ...nothing })
    const { joined } = opened.#replace(at, [cause])
    opened.add({ at, kind: 'opened', roots: [cause.key], assetIds: joined, cameFrom })
    return opened
  }

  get incident(): Incident {
    return this.#incident
  }

  /** What happened since it was made. */
  get news(): FactEntry[] {
    return this.#incident.entries.slice(this.#entriesBefore)
  }

  /** Since when nothing of it is unhealthy; null: something is. */
  get wellSince(): Instant | null {
    return this.standing.size > 0 ? null : Math.max(...this.#rootsEnded.values())
  }

  /** Its causes that went away so lately that they count as the same when they come back; not those that something else explains meanwhile. */
  lateRoots(at: Instant): CauseKey[] {
    const late = [...this.#rootsEnded].filter(([key, to]) => at - to < SAME_INCIDENT_MS && !this.members.has(assetOf(key) ?? -1))
    return late.map(([key]) => key)
  }

  /** The assets among its causes, those that went away lately included. */
  rootAssets(at: Instant): number[] {
    return [...this.standing.keys(), ...this.lateRoots(at)].flatMap((key) => assetOf(key) ?? [])
  }

  /** Whether an asset was a member, and is well for so short a time that it counts as one. */
  hasJustLeft(assetId: number, at: Instant): boolean {
    const left = this.#membersLeft.get(assetId)
    return left !== undefined && at - left < SAME_INCIDENT_MS
  }

  /** From now on these are its causes; at least one. */
  standOn(at: Instant, causes: readonly StandingCause[]): void {
    if (isSame(this.#told, causes)) return
    const wellSince = this.wellSince
    const { came, went, joined, left, turned } = this.#replace(at, causes)
    if (wellSince !== null) {
      this.add({ at, kind: 'reopened', wellSince, roots: causes.map(({ key }) => key), assetIds: joined })
      return
    }
    if (came.length + went.length > 0) this.add({ at, kind: 'root-changed', came, went })
    if (joined.length > 0) this.add({ at, kind: 'joined', assetIds: joined })
    if (left.length > 0) this.add({ at, kind: 'left', assetIds: left })
    if (turned !== null) this.add(turned)
  }

  /** Nothing of it is unhealthy any more; whether it has ended is known later. */
  turnWell(at: Instant): void {
    this.#replace(at, [])
  }

  /** It has been well long enough. */
  resolve(at: Instant): void {
    this.#incident.end = { at, how: 'resolved' }
    this.add({ at, kind: 'resolved' })
  }

  /** It goes on in an older one. */
  mergeInto(at: Instant, into: IncidentKey): void {
    this.turnWell(at)
    this.#incident.end = { at, how: 'merged', into }
    this.add({ at, kind: 'merged-into', into })
  }

  add(entry: FactEntry): void {
    this.#incident.entries.push(entry)
  }

  #replace(at: Instant, causes: readonly StandingCause[]) {
    this.#told = causes
    const turned = this.#replaceStatus(at, worstOf(causes.map(({ status }) => status)))
    return { ...this.#replaceRoots(at, causes), ...this.#replaceMembers(at, causes), turned }
  }

  #replaceRoots(at: Instant, causes: readonly StandingCause[]): { came: CauseKey[]; went: CauseKey[] } {
    const next = new Map(causes.map((cause) => [cause.key, cause]))
    const went = [...this.standing.keys()].filter((key) => !next.has(key))
    const came = [...next.keys()].filter((key) => !this.standing.has(key))
    for (const [key, span] of [...this.standing]) {
      if (next.get(key)?.since === span.since) continue
      close(this.#incident.roots, span, at)
      this.standing.delete(key)
      this.#rootsEnded.set(key, at)
    }
    for (const { key, since } of next.values()) {
      if (this.standing.has(key)) continue
      const span: RootSpan = { key, since, from: at, to: null }
      this.#incident.roots.push(span)
      this.standing.set(key, span)
    }
    return { came, went }
  }

  #replaceMembers(at: Instant, causes: readonly StandingCause[]): { joined: number[]; left: number[] } {
    const next = allHeld(causes)
    const left = missingIn(next, this.#held)
    const joined = missingIn(this.#held, next)
    this.#held = next
    for (const assetId of left) {
      const span = this.members.get(assetId)
      if (span !== undefined) close(this.#incident.members, span, at)
      this.members.delete(assetId)
      this.#membersLeft.set(assetId, at)
    }
    for (const assetId of joined) {
      const span: MemberSpan = { assetId, from: at, to: null }
      this.#incident.members.push(span)
      this.members.set(assetId, span)
    }
    return { joined, left }
  }

  #replaceStatus(at: Instant, status: Status | null): FactEntry | null {
    const last = this.#incident.statuses.at(-1)
    const current: StatusSpan | undefined = last?.to === null ? last : undefined
    if ((current?.status ?? null) === status) return null
    if (current !== undefined) close(this.#incident.statuses, current, at)
    if (status !== null) this.#incident.statuses.push({ status, from: at, to: null })
    return current === undefined || status === null ? null : turnOf(at, current.status, status)
  }
}

/** What ends at the instant at which it began never was. */
function close<Span extends Stretch>(spans: Span[], span: Span, at: Instant): void {
  span.to = at
  if (span.from >= at) spans.splice(spans.lastIndexOf(span), 1)
}

function allHeld(causes: readonly StandingCause[]): readonly number[] {
  const [first, ...others] = causes
  if (first === undefined || others.length === 0) return first?.heldIds ?? []
  return [...new Set(causes.flatMap(({ heldIds }) => heldIds))].sort((a, b) => a - b)
}

/** What the second has and the first has not; both ascend. */
function missingIn(first: readonly number[], second: readonly number[]): number[] {
  let next = 0
  return second.filter((id) => {
    while ((first[next] ?? id) < id) next += 1
    return first[next] !== id
  })
}

function isSame(a: readonly StandingCause[], b: readonly StandingCause[]): boolean {
  return a.length === b.length && a.every((cause, index) => isSameCause(cause, b[index]))
}

function isSameCause(a: StandingCause, b: StandingCause | undefined): boolean {
  if (a === b) return true
  if (b === undefined || a.key !== b.key || a.since !== b.since || a.status !== b.status) return false
  return a.heldIds === b.heldIds || (a.heldIds.length === b.heldIds.length && a.heldIds.every((id, index) => id === b.heldIds[index]))
}
