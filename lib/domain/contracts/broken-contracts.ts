import { cutAt } from '#lib/domain/freshness/cut-spans.ts'
import type { BrokenStretch, PreparedFacts } from '#lib/domain/freshness/prepare-facts.ts'
import type { Span } from '#lib/domain/freshness/span.ts'
import { severity } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** What was known of breaks at an instant. */
export function breaksKnownAt({ breaks }: Pick<PreparedFacts, 'breaks'>, asOf: Instant): BrokenStretch[] {
  return breaks.filter(({ from }) => from <= asOf)
}

/** What the contract says of the moment; null: it is kept. */
export function breakAt({ breaks }: Pick<PreparedFacts, 'breaks'>, at: Instant): BrokenStretch | null {
  return breaks.find(({ from, to }) => from <= at && at < to) ?? null
}

/** The spans as breaks of the contract leave them: what is worse anyway stays so, and where nothing is promised nothing is broken. */
export function* underBreaks(spans: Iterable<Span>, breaks: readonly BrokenStretch[]): Generator<Span> {
  for (const { span, part } of cutAt(spans, breaks)) {
    const isWorse = part !== null && span.status !== null && severity(part.status) < severity(span.status)
    yield isWorse ? { ...span, status: part.status, reason: 'contract-broken' } : span
  }
}
