import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { sortedInstants } from '#lib/domain/time/sorted-instants.ts'
import type { Span } from './span.ts'
import type { Reason, Status } from './status.ts'

/** A status that became another one; `reason` is that of the new one. A new reason alone is no change, but for an answer that lasts. */
export interface StatusChange {
  at: Instant
  from: Status | null
  to: Status | null
  reason: Reason | null
}

/**
 * What to write down when the spans of a stretch are replaced, in order of time: the changes that `after` has and
 * `before` had not, and, where a change is withdrawn, one that leads from the old answer to the new. Read on top of the
 * changes of `before`, they say at every instant what `after` says. Both begin with the same neighbour of the restated
 * stretch; what no span covers has no status; a span up to the end of time is still so, and its end no change.
 */
export function changesBetween(before: readonly Span[], after: readonly Span[]): StatusChange[] {
  const changes: StatusChange[] = []
  const old = new Cursor(before)
  const now = new Cursor(after)
  let oldStatus: Status | null = null
  let nowStatus: Status | null = null
  for (const at of sortedInstants([...before, ...after].flatMap((span) => [span.from, span.to]))) {
    if (at >= END_OF_TIME) break
    const oldNext = old.at(at)?.status ?? null
    const span = now.at(at)
    const next = span?.status ?? null
    const turned = next !== nowStatus
    const known = turned && oldStatus === nowStatus && oldNext === next
    const withdrawn = !turned && oldNext !== oldStatus && oldNext !== next
    if (turned && !known) changes.push({ at, from: nowStatus, to: next, reason: span?.reason ?? null })
    else if (withdrawn) changes.push({ at, from: oldNext, to: next, reason: span?.reason ?? null })
    oldStatus = oldNext
    nowStatus = next
  }
  return changes
}

/** Looks spans up at ascending instants. */
class Cursor {
  #next = 0
  readonly #spans: readonly Span[]

  constructor(spans: readonly Span[]) {
    this.#spans = spans
  }

  at(at: Instant): Span | undefined {
    while ((this.#spans[this.#next]?.to ?? at + 1) <= at) this.#next += 1
    const span = this.#spans[this.#next]
    return span !== undefined && span.from <= at ? span : undefined
  }
}
