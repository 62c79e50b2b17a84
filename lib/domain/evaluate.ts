import type { AssetSettings } from './asset-settings.ts'
import type { Instant } from './instant.ts'
import { type Judgement, Outlook } from './outlook.ts'
import { NEVER } from './policy-kind.ts'
import type { PreparedFacts } from './prepare-facts.ts'
import type { Span, Verdict } from './span.ts'
import { isBroken } from './status.ts'
import { blindFrom, walk } from './walk.ts'
import { promiseInWords, reasonInWords, statusInWords } from './words.ts'

/**
 * The status of an asset at an instant, why, and when it changes if nothing arrives. Facts that count only later are
 * not seen. Always what the span of `timeline` that covers the instant says.
 */
export function evaluate(settings: AssetSettings, facts: PreparedFacts, now: Instant): Verdict {
  const span = currentSpan(settings, facts, now)
  const outlook = new Outlook(settings, facts, Math.min(now, blindFrom(settings, facts)))
  const { limits } = outlook
  return {
    status: span.status,
    reason: span.reason,
    dueAt: instantOrNull(limits?.dueAt),
    lateAt: instantOrNull(limits?.lateAt),
    staleAt: instantOrNull(limits?.staleAt),
    nextChangeAt: instantOrNull(span.to),
    explanation: explain(span, outlook.at(now)),
  }
}

function currentSpan(settings: AssetSettings, facts: PreparedFacts, now: Instant): Span {
  for (const span of walk(settings, facts, now, NEVER, now)) return span
  return { from: now, to: NEVER, status: null, reason: null }
}

function instantOrNull(at: Instant | undefined): Instant | null {
  return at === undefined || at >= NEVER ? null : at
}

function explain({ status, reason }: Span, { policy }: Judgement): string {
  if (status === null || reason === null) return 'Watched, nothing promised.'
  const promise = isBroken(status) && policy !== null ? ` (promised: ${promiseInWords(policy)})` : ''
  return `${statusInWords(status)}: ${reasonInWords(reason)}${promise}.`
}
