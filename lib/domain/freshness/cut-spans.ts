import type { Instant } from '#lib/domain/time/instant.ts'
import type { Span } from './span.ts'

/** The spans in pieces, each within one of the parts (ascending, apart from each other), or outside all. */
export function* cutAt<P extends { from: Instant; to: Instant }>(
  spans: Iterable<Span>,
  parts: readonly P[],
): Generator<{ span: Span; part: P | null }> {
  let next = 0
  for (const span of spans) {
    for (let from = span.from; from < span.to; ) {
      while ((parts[next]?.to ?? span.to) <= from) next += 1
      const coming = parts[next]
      const part = coming !== undefined && coming.from <= from ? coming : null
      const to = Math.min(span.to, (part === null ? coming?.from : part.to) ?? span.to)
      yield { span: { ...span, from, to }, part }
      from = to
    }
  }
}
