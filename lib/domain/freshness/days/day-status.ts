import type { Span } from '#lib/domain/freshness/span.ts'
import { type Status, worstOf } from '#lib/domain/freshness/status.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { DayBounds, LocalDay } from '#lib/domain/time/local-day.ts'

/** A delivery that came late: when its grace ended, and when it came. */
export interface LateDelivery {
  expectedBy: Instant
  at: Instant
}

const LATE_KEPT_MAX = 12

/** One bar: what a subject was like on one local day. The seconds add up to the length of the day, 23 to 25 hours. */
export interface DayStatus {
  day: LocalDay
  freshSeconds: number
  lateSeconds: number
  staleSeconds: number
  unknownSeconds: number
  maintenanceSeconds: number
  /** Nothing was promised, or it did not exist. */
  noneSeconds: number
  /** Nobody could look, whatever the status; an overlay, not part of the sum. */
  blindSeconds: number
  arrivals: number
  /** Deliveries that were due, of these those that never came, and those that came after their grace. */
  expected: number
  missed: number
  cameLate: number
  /** Those that came late, the latest first; of many only some. */
  lateDeliveries: readonly LateDelivery[]
  lateUntil: Instant | null
  /** Was it fresh when people start to look? null: not asked for, nothing promised, or announced work. */
  ready: boolean | null
  worst: Status | null
}

/** What happened around a day; whatever lies outside it is left out. */
export interface DayInput {
  spans: readonly Span[]
  blind: readonly { from: Instant; to: Instant }[]
  arrivals: readonly Instant[]
  expected: readonly Instant[]
  missed: readonly Instant[]
  late?: readonly LateDelivery[]
  readyAt: Instant | null
}

type Stretch = { from: Instant; to: Instant }

/** Sums up one local day, of today what has passed `until` now. */
export function rollUpDay(input: DayInput, { day, start: from, end }: DayBounds, until: Instant = end): DayStatus {
  const to = Math.max(from, Math.min(end, until))
  const within = (at: Instant) => from <= at && at < to
  const seconds = (stretch: Stretch) => wholeSeconds(stretch.to - from) - wholeSeconds(stretch.from - from)
  const spans = input.spans.filter((span) => Math.max(span.from, from) < Math.min(span.to, to))
  const of: Record<Status, number> = { fresh: 0, late: 0, stale: 0, unknown: 0, maintenance: 0 }
  let noneSeconds = wholeSeconds(to - from)
  for (const span of spans) {
    if (span.status === null) continue
    const ownSeconds = seconds(cut(span, from, to))
    of[span.status] += ownSeconds
    noneSeconds -= ownSeconds
  }
  return {
    day,
    freshSeconds: of.fresh,
    lateSeconds: of.late,
    staleSeconds: of.stale,
    unknownSeconds: of.unknown,
    maintenanceSeconds: of.maintenance,
    noneSeconds,
    blindSeconds: disjoint(input.blind.map((gap) => cut(gap, from, to))).reduce((sum, gap) => sum + seconds(gap), 0),
    arrivals: input.arrivals.filter(within).length,
    expected: input.expected.filter(within).length,
    missed: input.missed.filter(within).length,
    ...sumUpLate(input.late ?? []),
    ready: input.readyAt === null || !within(input.readyAt) ? null : isReady(spans, input.readyAt),
    worst: worstOf(spans.map((span) => span.status)),
  }
}

/** What is kept of the late deliveries of a day, of one asset or of many. */
export function sumUpLate(late: readonly LateDelivery[]): Pick<DayStatus, 'cameLate' | 'lateDeliveries' | 'lateUntil'> {
  const latestFirst = [...late].sort((a, b) => b.at - b.expectedBy - (a.at - a.expectedBy) || a.expectedBy - b.expectedBy)
  const lateUntil = late.reduce<Instant | null>((last, { at }) => Math.max(last ?? at, at), null)
  return { cameLate: late.length, lateDeliveries: latestFirst.slice(0, LATE_KEPT_MAX), lateUntil }
}

function isReady(spans: readonly Span[], at: Instant): boolean | null {
  const status = spans.find((span) => span.from <= at && at < span.to)?.status ?? null
  return status === null || status === 'maintenance' ? null : status === 'fresh'
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / SECOND_MS)
}

function cut({ from, to }: Stretch, start: Instant, end: Instant): Stretch {
  return { from: Math.max(from, start), to: Math.min(to, end) }
}

/** The same stretches without overlap, in order. */
function disjoint(stretches: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = []
  for (const { from, to } of stretches.filter((s) => s.from < s.to).sort((a, b) => a.from - b.from)) {
    const after = Math.max(from, found.at(-1)?.to ?? from)
    if (after < to) found.push({ from: after, to })
  }
  return found
}
