import type { AssetSettings } from './asset-settings.ts'
import type { Instant } from './instant.ts'
import { joinSpans } from './join-spans.ts'
import type { WorkPart } from './maintenance-windows.ts'
import { Outlook } from './outlook.ts'
import { NEVER } from './policy-kind.ts'
import type { PreparedFacts } from './prepare-facts.ts'
import { countUpTo } from './sorted-instants.ts'
import type { Span } from './span.ts'
import { isBroken, type Status } from './status.ts'

/**
 * From here on nobody can say more than what was seen by then. `NEVER` for the ledger, and for what was never looked at:
 * what little is known of that came from the ledger too.
 */
export function blindFrom(settings: AssetSettings, facts: PreparedFacts): Instant {
  if (settings.blindAfterMs === null || facts.probedAt === null) return NEVER
  return facts.probedAt + settings.blindAfterMs
}

/**
 * The statuses of an asset over [from, to) under one version of its settings, from change point to change point;
 * neighbours differ. Facts that count only after `asOf` are left out: `evaluate` must not see the future.
 */
export function* walk(settings: AssetSettings, facts: PreparedFacts, from: Instant, to: Instant, asOf: Instant): Generator<Span> {
  const spans = underWork(inSight(settings, facts, workFromAt(facts, from), to, asOf), facts.work)
  for (const span of joinSpans(spans)) {
    if (span.to > from) yield span.from < from ? { ...span, from } : span
  }
}

/** What the policies say, until we are blind; from then on late and stale stay, and everything else is unknown. */
function* inSight(settings: AssetSettings, facts: PreparedFacts, from: Instant, to: Instant, asOf: Instant): Generator<Span> {
  const blindAt = blindFrom(settings, facts)
  let at = from
  while (at < to && at < blindAt) {
    const outlook = new Outlook(settings, facts, Math.min(at, asOf))
    const until = Math.min(to, blindAt, nextFactAfter(facts, at, asOf))
    for (const point of outlook.points()) {
      if (point >= until) break
      if (point <= at) continue
      yield spanOf(outlook, at, point)
      at = point
    }
    yield spanOf(outlook, at, until)
    at = until
  }
  if (at >= to) return
  const last = spanOf(new Outlook(settings, facts, Math.min(blindAt, asOf)), blindAt, to)
  if (last.status === null || isBroken(last.status)) yield { ...last, from: at }
  else yield* unknown(at, to, facts.unreachableFrom)
}

function spanOf(outlook: Outlook, from: Instant, to: Instant): Span {
  const { status, reason } = outlook.at(from)
  return { from, to, status, reason }
}

function nextFactAfter(facts: PreparedFacts, at: Instant, asOf: Instant): Instant {
  const next = facts.changes[countUpTo(facts.changes, at)] ?? NEVER
  return next > asOf ? NEVER : next
}

function* unknown(from: Instant, to: Instant, unreachableFrom: Instant): Generator<Span> {
  if (from < unreachableFrom) yield { from, to: Math.min(to, unreachableFrom), status: 'unknown', reason: 'probe-failed' }
  if (unreachableFrom < to) yield { from: Math.max(from, unreachableFrom), to, status: 'unknown', reason: 'source-unreachable' }
}

/** Where to begin so as to know whether an outage is older than the work that goes on at `from`. */
function workFromAt(facts: PreparedFacts, from: Instant): Instant {
  const part = facts.work.find((p) => p.from <= from && from < p.to)
  return part === undefined ? from : Math.min(from, Math.max(facts.createdAt, part.workFrom - 1))
}

type Trouble = 'none' | 'broken' | 'unknown'

function troubleOf(status: Status | null): Trouble {
  if (isBroken(status)) return 'broken'
  return status === 'unknown' ? 'unknown' : 'none'
}

/** Work hides trouble that began during it, never what was there before and has not gone since. */
function* underWork(spans: Iterable<Span>, work: readonly WorkPart[]): Generator<Span> {
  let before: Trouble = 'none'
  let olderTrouble: Trouble = 'none'
  for (const { span, part } of cutAtWork(spans, work)) {
    const trouble = troubleOf(span.status)
    if (span.from === part?.workFrom) olderTrouble = before
    if (trouble !== olderTrouble) olderTrouble = 'none'
    yield part === null || trouble === olderTrouble ? span : { ...span, status: 'maintenance', reason: part.kind }
    before = trouble
  }
}

/** The spans in pieces, each within one part of the work, or outside all. */
function* cutAtWork(spans: Iterable<Span>, work: readonly WorkPart[]): Generator<{ span: Span; part: WorkPart | null }> {
  let next = 0
  for (const span of spans) {
    for (let from = span.from; from < span.to; ) {
      while ((work[next]?.to ?? NEVER) <= from) next += 1
      const part = work[next]
      const isInside = part !== undefined && part.from <= from
      const edge = (isInside ? part.to : part?.from) ?? NEVER
      const to = Math.min(span.to, edge)
      yield { span: { ...span, from, to }, part: isInside ? part : null }
      from = to
    }
  }
}
