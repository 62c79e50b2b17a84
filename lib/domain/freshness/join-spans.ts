import type { Instant } from '#lib/domain/time/instant.ts'
import type { Span } from './span.ts'

/** Joins neighbours of the same status and reason; the spans come in order and without gaps. */
export function* joinSpans(spans: Iterable<Span>): Generator<Span> {
  let open: Span | undefined
  let to: Instant = 0
  for (const span of spans) {
    if (open === undefined || open.status !== span.status || open.reason !== span.reason) {
      if (open !== undefined) yield endingAt(open, to)
      open = span
    }
    to = span.to
  }
  if (open !== undefined) yield endingAt(open, to)
}

function endingAt(span: Span, to: Instant): Span {
  return span.to === to ? span : { ...span, to }
}
