import type { Instant } from './instant.ts'
import type { Span } from './span.ts'

/** The spans in pieces, each within one of the parts (ascending, apart from each other), or outside all. */
export function* cutAt<P extends { from: Instant; to: Instant }>(
  spans: Iterable<Span>,
  parts: readonly P[],
): Generator<{ span: Span; part: P | null }> {
  let next = 0
  for (const span of spans) {
    for (let from = span.from; from < span.to; ) {
      let part = parts[next]
      while (part !== undefined && part.to <= from) {
        next += 1
        part = parts[next]
      }
      const isInside = part !== undefined && part.from <= from
      const edge = isInside ? part?.to : part?.from
      const to = Math.min(span.to, edge ?? span.to)
      yield { span: { ...span, from, to }, part: isInside ? (part ?? null) : null }
      from = to
    }
  }
}
