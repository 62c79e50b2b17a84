import { breakAt } from '#lib/domain/contracts/broken-contracts.ts'
import { judgedKeys } from '#lib/domain/coverage/judge-keys.ts'
import { keysInWords } from '#lib/domain/coverage/key-words.ts'
import { promiseInWords } from '#lib/domain/freshness/policies/policy-kinds.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { blockedInWords } from '#lib/domain/wording/blocked-words.ts'
import { reasonInWords, statusInWords, weaknessInWords } from '#lib/domain/wording/words.ts'
import type { AssetSettings } from './asset-settings.ts'
import type { Upstream } from './facts.ts'
import { Forecast, type Judgement } from './forecast.ts'
import { judgesAClock } from './judged-value.ts'
import { NEVER } from './policies/policy-kind.ts'
import { blockersAt, followsUpstream } from './policies/upstream-status.ts'
import type { PreparedFacts } from './prepare-facts.ts'
import { knownUntil } from './sight.ts'
import type { Span, Verdict } from './span.ts'
import { isBroken } from './status.ts'
import { statusTimeline } from './status-timeline.ts'

/**
 * The status of an asset at an instant, why, and when it changes if nothing arrives. Facts that count only later are
 * not seen. Always what the span of `timeline` that covers the instant says.
 */
export function evaluate(settings: AssetSettings, facts: PreparedFacts, now: Instant): Verdict {
  const span = currentSpan(settings, facts, now)
  const forecast = new Forecast(settings, facts, knownUntil(settings, facts, now))
  const { limits } = forecast
  const judgement = forecast.at(now)
  const rests = restsOnEvidence(span) && span.reason !== 'blocked' && span.reason !== 'contract-broken' && span.reason !== 'key-overdue'
  const weakBy = rests ? judgement.weakBy : null
  const blockers = span.reason === 'blocked' && span.status !== null ? blockersAt(facts.upstream, now, span.status) : []
  return {
    status: span.status,
    reason: span.reason,
    dueAt: instantOrNull(limits?.dueAt),
    lateAt: instantOrNull(limits?.lateAt),
    staleAt: instantOrNull(limits?.staleAt),
    nextChangeAt: instantOrNull(span.to),
    weakBy,
    blockedBy: blockers.slice(0, BLOCKERS_MAX).map(({ assetId }) => assetId),
    explanation:
      explainBreak(span, facts, now) ??
      explainKeys(settings, span, facts, now) ??
      explainFollowing(settings, span, blockers) ??
      explain(span, judgement, weakBy),
  }
}

/** As many as anybody would look at. */
const BLOCKERS_MAX = 20

function currentSpan(settings: AssetSettings, facts: PreparedFacts, now: Instant): Span {
  for (const span of statusTimeline(settings, facts, now, NEVER, now)) return span
  return { from: now, to: NEVER, status: null, reason: null }
}

function instantOrNull(at: Instant | undefined): Instant | null {
  return at === undefined || at >= NEVER ? null : at
}

/** What nobody can see, or announced work hides, rests on no evidence. */
function restsOnEvidence({ status }: Span): boolean {
  return status === 'fresh' || isBroken(status)
}

function explain({ status, reason }: Span, { policy }: Judgement, weakBy: string | null): string {
  if (status === null || reason === null) return 'Watched, nothing promised.'
  const promise = isBroken(status) && policy !== null ? ` (promised: ${promiseInWords(policy)})` : ''
  const weak = weakBy === null ? '' : ` (${weaknessInWords(weakBy)})`
  return `${statusInWords(status)}: ${reasonInWords(reason)}${promise}${weak}.`
}

/** The same where its contract is broken, by what. */
function explainBreak({ status, reason }: Span, facts: PreparedFacts, now: Instant): string | null {
  const broken = reason === 'contract-broken' ? breakAt(facts, now) : null
  return status === null || broken === null ? null : `${statusInWords(status)}: its contract is broken: ${broken.words}.`
}

/** The same where one of its keys says it: which, since when, and how the others stand. */
function explainKeys(settings: AssetSettings, { status, reason }: Span, facts: PreparedFacts, now: Instant): string | null {
  if (reason !== 'key-overdue' || status === null || settings.expect == null) return null
  const known = judgedKeys(settings, facts, knownUntil(settings, facts, now))
  return `${statusInWords(status)}: ${keysInWords(settings.expect, known, now)}.`
}

/** The same where what it is made from says it; null: its own clocks do, or the work on it. */
function explainFollowing(settings: AssetSettings, { status, reason }: Span, blockers: readonly Upstream[]): string | null {
  if (status === null || !followsUpstream(settings)) return null
  if (reason === 'blocked') return `${statusInWords(status)}: ${blockedInWords(blockers, status)}.`
  if (settings.policies.some(judgesAClock)) return null
  if (status === 'fresh') return 'Fresh: what it is made from is fresh.'
  return reason === 'no-time' ? 'Unknown: nothing is known of what it is made from.' : null
}
