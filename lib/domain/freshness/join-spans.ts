import type { Span } from './span.ts'

/** Joins neighbours of the same status and reason; the spans come in order and without gaps. */
export function* joinSpans(spans: Iterable<Span>): Generator<Span> {
  let open: Span | undefined
  for (const span of spans) {
    if (open !== undefined && open.status === span.status && open.reason === span.reason) {
      open = extended(open, span.to)
      continue
    }
    if (open !== undefined) yield open
    open = span
  }
  if (open !== undefined) yield open
}

function extended(span: Span, to: number): Span {
  return { ...span, to }
}
