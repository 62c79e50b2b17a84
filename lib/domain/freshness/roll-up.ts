import type { Instant } from '#lib/domain/time/instant.ts'
import { joinSpans } from './join-spans.ts'
import { LazyHeap } from './lazy-heap.ts'
import type { Span } from './span.ts'
import { STATUSES, type Status } from './status.ts'

/** Something that counts for a feed or a group while it belongs to it; `to` null means it still does. */
export interface RollUpMember {
  from: Instant
  to: Instant | null
  /** In order. Give them whole, not cut at the stretch: since when decides which reason is shown. */
  spans: readonly Span[]
}

interface Turn {
  at: Instant
  member: number
  span: Span | null
  since: Instant
}

/**
 * The status of a feed or a group over [from, to), without gaps: the worst of its members, with the reason of the one
 * that has been so longest; null while nobody counts.
 */
export function rollUp(members: readonly RollUpMember[], from: Instant, to: Instant): Span[] {
  const turns = members.flatMap((member, index) => turnsOf(member, index, to)).sort((a, b) => a.at - b.at)
  return [...joinSpans(worstSpans(turns, from, to))]
}

function* worstSpans(turns: readonly Turn[], from: Instant, to: Instant): Generator<Span> {
  const now = new Map<number, Turn>()
  const queues = new Map(STATUSES.map((status) => [status, new LazyHeap()]))
  let at = from
  for (const turn of turns) {
    if (turn.at > at && at < to) {
      yield worstOf(now, queues, at, turn.at)
      at = turn.at
    }
    const before = now.get(turn.member)
    now.set(turn.member, turn)
    const status = turn.span?.status ?? null
    const isSame = before !== undefined && status === before.span?.status && turn.since === before.since
    if (status !== null && !isSame) queues.get(status)?.add({ since: turn.since, member: turn.member })
  }
  if (at < to) yield worstOf(now, queues, at, to)
}

function worstOf(now: ReadonlyMap<number, Turn>, queues: ReadonlyMap<Status, LazyHeap>, from: Instant, to: Instant): Span {
  for (const [status, queue] of queues) {
    const oldest = queue.first(({ member, since }) => now.get(member)?.span?.status === status && now.get(member)?.since === since)
    if (oldest !== undefined) return { from, to, status, reason: now.get(oldest.member)?.span?.reason ?? null }
  }
  return { from, to, status: null, reason: null }
}

/** Ends come before the beginnings they meet, because sorting keeps their order. */
function turnsOf(member: RollUpMember, index: number, to: Instant): Turn[] {
  const until = Math.min(to, member.to ?? to)
  const turns: Turn[] = []
  let before: Span | undefined
  let since = 0
  for (const span of member.spans) {
    if (before === undefined || before.to !== span.from || before.status !== span.status) since = span.from
    before = span
    const at = Math.max(span.from, member.from)
    const end = Math.min(span.to, until)
    if (at >= end) continue
    turns.push({ at, member: index, span, since }, { at: end, member: index, span: null, since: end })
  }
  return turns
}
