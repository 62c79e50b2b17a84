import type { Instant } from '#lib/domain/time/instant.ts'
import type { AssetSettings } from './asset-settings.ts'
import { cutAt } from './cut-spans.ts'
import type { LastingStretch, PreparedFacts } from './prepare-facts.ts'
import type { Span } from './span.ts'
import { isBroken, type Status } from './status.ts'

/** The answers that decide a status: that there is no such thing always does; that we may not read it, or no time in it, does not blind the ledger. */
export function answersThatCount({ blindAfterMs }: AssetSettings, facts: PreparedFacts, asOf: Instant): LastingStretch[] {
  return facts.lasting.filter(({ from, reason }) => from <= asOf && (reason === 'gone' || blindAfterMs !== null))
}

/** Where to begin so as to know what an asset was when we were first refused it, or its time. */
export function refusedFromAt(answers: readonly LastingStretch[], at: Instant): Instant {
  const answer = answers.find((one) => one.from <= at && at < one.to)
  return answer === undefined || answer.reason === 'gone' ? at : answer.from
}

/**
 * The spans as an answer that lasts leaves them: what is broken keeps its colour, everything else is unknown, both for the answer's
 * reason. What is gone turns late and stale at its limits, since nothing can arrive; of what we may not read, or what tells no time, nobody knows.
 */
export function* underAnswers(spans: Iterable<Span>, answers: readonly LastingStretch[]): Generator<Span> {
  let held: Status | null = null
  for (const { span, part } of cutAt(spans, answers)) {
    if (part === null || span.status === null) {
      yield span
      continue
    }
    const broken = isBroken(span.status) ? span.status : null
    if (part.reason === 'gone' || span.from === part.from) held = broken
    else if (broken === null) held = null
    yield { ...span, status: held ?? 'unknown', reason: part.reason }
  }
}
