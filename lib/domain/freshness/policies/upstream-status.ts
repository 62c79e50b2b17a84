import type { AssetSettings } from '#lib/domain/freshness/asset-settings.ts'
import { cutAt } from '#lib/domain/freshness/cut-spans.ts'
import type { Upstream } from '#lib/domain/freshness/facts.ts'
import { joinSpans } from '#lib/domain/freshness/join-spans.ts'
import { rollUp } from '#lib/domain/freshness/roll-up.ts'
import type { Span } from '#lib/domain/freshness/span.ts'
import { type Status, severity } from '#lib/domain/freshness/status.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'

/** Whether one of the promises is to be as fresh as what the asset is made from. */
export function followsUpstream({ policies }: Pick<AssetSettings, 'policies'>): boolean {
  return policies.some(({ kind }) => kind === 'upstream')
}

/**
 * The statuses over [from, to) of what is as fresh as what it is made from: the worst of that. What has no status counts for nothing;
 * where nothing else is known, nobody can tell. Statuses and lineage after `asOf` are not seen.
 */
export function upstreamTimeline(upstream: readonly Upstream[], from: Instant, to: Instant, asOf: Instant): Span[] {
  return [...joinSpans(rollUp(knownBy(upstream, asOf), from, to).map(asFollower))]
}

function asFollower(span: Span): Span {
  if (span.status === null) return { ...span, status: 'unknown', reason: 'no-time' }
  if (span.status === 'maintenance') return span
  return { ...span, reason: span.status === 'fresh' ? 'on-time' : 'blocked' }
}

/** Each as known at an instant: what it was then goes on. */
function knownBy(upstream: readonly Upstream[], asOf: Instant): Upstream[] {
  return upstream.flatMap((one) => {
    const spans = one.isCircular ? [inCircle(one)] : one.spans
    if (asOf === END_OF_TIME) return [{ ...one, spans }]
    if (one.from > asOf) return []
    const known = spans.filter((span) => span.from <= asOf).map((span) => (span.to > asOf ? { ...span, to: END_OF_TIME } : span))
    return [{ ...one, to: one.to !== null && one.to > asOf ? null : one.to, spans: known }]
  })
}

function inCircle({ from, to }: Upstream): Span {
  return { from, to: to ?? END_OF_TIME, status: 'unknown', reason: 'blocked' }
}

/** What gives an asset this status at an instant, of all it is made from; what has had it longest comes first. */
export function blockersAt(upstream: readonly Upstream[], at: Instant, status: Status): Upstream[] {
  return knownBy(upstream, at)
    .flatMap((one) => {
      const span = one.from <= at && (one.to === null || at < one.to) ? one.spans.find((s) => s.from <= at && at < s.to) : undefined
      return span?.status === status ? [{ one, since: sinceOf(one.spans, span) }] : []
    })
    .sort((a, b) => a.since - b.since || a.one.assetId - b.one.assetId)
    .map(({ one }) => one)
}

/** Since when the status of a span has been so, whatever the reasons. */
function sinceOf(spans: readonly Span[], span: Span): Instant {
  let since = span
  for (const earlier of spans.slice(0, spans.indexOf(span)).reverse()) {
    if (earlier.to !== since.from || earlier.status !== since.status) break
    since = earlier
  }
  return since.from
}

/** Of two timelines of one stretch without gaps, at each instant the worse; of equals the first. */
export function* worseOf(first: Iterable<Span>, second: readonly Span[]): Generator<Span> {
  for (const { span, part } of cutAt(first, second)) {
    const isWorse = part !== null && severity(part.status) < severity(span.status)
    yield isWorse ? { ...span, status: part.status, reason: part.reason } : span
  }
}
