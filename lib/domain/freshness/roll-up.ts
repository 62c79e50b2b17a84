import type { Instant } from '#lib/domain/time/instant.ts'
import { joinSpans } from './join-spans.ts'
import { type Entry, LazyHeap } from './lazy-heap.ts'
import type { Span } from './span.ts'
import { STATUSES, type Status, severity } from './status.ts'

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
  const now: (Turn | undefined)[] = []
  const queues = STATUSES.map((status): Queue => {
    const holds = ({ member, since }: Entry) => now[member]?.since === since && now[member]?.span?.status === status
    return { status, heap: new LazyHeap(), holds }
  })
  let at = from
  for (const turn of turns) {
    if (turn.at > at && at < to) {
      yield worstOf(now, queues, at, turn.at)
      at = turn.at
    }
    const before = now[turn.member]
    now[turn.member] = turn
    const status = turn.span?.status ?? null
    const isSame = before !== undefined && status === before.span?.status && turn.since === before.since
    if (status !== null && !isSame) queues[severity(status)]?.heap.add({ since: turn.since, member: turn.member })
  }
  if (at < to) yield worstOf(now, queues, at, to)
}

/** Those that have a status. */
interface Queue {
  status: Status
  heap: LazyHeap
  holds: (entry: Entry) => boolean
}

function worstOf(now: readonly (Turn | undefined)[], queues: readonly Queue[], from: Instant, to: Instant): Span {
  for (const { status, heap, holds } of queues) {
    const oldest = heap.first(holds)
    if (oldest !== undefined) return { from, to, status, reason: now[oldest.member]?.span?.reason ?? null }
  }
  return { from, to, status: null, reason: null }
}

/** What it is from when on; an end only where nothing else begins there. */
function turnsOf(member: RollUpMember, index: number, to: Instant): Turn[] {
  const until = Math.min(to, member.to ?? to)
  const turns: Turn[] = []
  const end = (at: Instant) => turns.push({ at, member: index, span: null, since: at })
  let before: Span | undefined
  let since = 0
  let endsAt: Instant | null = null
  for (const span of member.spans) {
    if (before === undefined || before.to !== span.from || before.status !== span.status) since = span.from
    before = span
    const at = Math.max(span.from, member.from)
    if (at >= Math.min(span.to, until)) continue
    if (endsAt !== null && endsAt !== at) end(endsAt)
    turns.push({ at, member: index, span, since })
    endsAt = Math.min(span.to, until)
  }
  if (endsAt !== null) end(endsAt)
  return turns
}
