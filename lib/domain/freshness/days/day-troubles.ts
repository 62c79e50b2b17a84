import type { Span } from '#lib/domain/freshness/span.ts'
import { isUnhealthy, type Status, worstOf } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A stretch in which something was not fresh without a break, whatever it was called meanwhile. */
export interface DayTrouble {
  from: Instant
  to: Instant
  worst: Status
}

/** When something was not fresh between two instants, in order of time; spans come in that order, too. */
export function troublesWithin(spans: readonly Span[], from: Instant, to: Instant): DayTrouble[] {
  const found: DayTrouble[] = []
  for (const span of spans) {
    const [begin, end] = [Math.max(span.from, from), Math.min(span.to, to)]
    if (begin >= end || span.status === null || !isUnhealthy(span.status)) continue
    const last = found.at(-1)
    const worst = span.status
    if (last?.to === begin) found[found.length - 1] = { from: last.from, to: end, worst: worstOf([last.worst, worst]) ?? worst }
    else found.push({ from: begin, to: end, worst })
  }
  return found
}
