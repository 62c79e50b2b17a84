import { promiseInWords } from '#lib/domain/freshness/policies/policy-kinds.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { reasonInWords, statusInWords, weaknessInWords } from '#lib/domain/wording/words.ts'
import type { AssetSettings } from './asset-settings.ts'
import { Forecast, type Judgement } from './forecast.ts'
import { NEVER } from './policies/policy-kind.ts'
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
  const weakBy = restsOnEvidence(span) ? judgement.weakBy : null
  return {
    status: span.status,
    reason: span.reason,
    dueAt: instantOrNull(limits?.dueAt),
    lateAt: instantOrNull(limits?.lateAt),
    staleAt: instantOrNull(limits?.staleAt),
    nextChangeAt: instantOrNull(span.to),
    weakBy,
    explanation: explain(span, judgement, weakBy),
  }
}

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
