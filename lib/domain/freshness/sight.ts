import type { Instant } from '#lib/domain/time/instant.ts'
import { countUpTo } from '#lib/domain/time/sorted-instants.ts'
import type { AssetSettings } from './asset-settings.ts'
import { NEVER } from './policies/policy-kind.ts'
import type { PreparedFacts } from './prepare-facts.ts'

/** Nobody can say more about this stretch than what was seen by its beginning. */
export interface BlindStretch {
  from: Instant
  to: Instant
  /** Where what is told should have come to, nobody listens: nothing counts that is told after this instant, which is no later than the beginning. */
  heardUntil?: Instant
}

/** When somebody last looked, or was answered. */
export type Seen = Pick<PreparedFacts, 'probedAt' | 'answeredSince'>

/**
 * When nobody knew any more, ascending: from `blindAfter` after the last good look until an answer that lasts, and from `blindAfter`
 * after the latest of those. Never for the ledger, nor for what was never looked at: what little is known of that came from the
 * ledger too.
 */
export function blindStretches({ blindAfterMs }: Pick<AssetSettings, 'blindAfterMs'>, { probedAt, answeredSince }: Seen): BlindStretch[] {
  if (blindAfterMs === null) return []
  const stretches: BlindStretch[] = []
  if (probedAt !== null) stretches.push({ from: probedAt + blindAfterMs, to: answeredSince?.from ?? NEVER })
  if (answeredSince !== null) stretches.push({ from: Math.max(answeredSince.seenAt + blindAfterMs, answeredSince.from), to: NEVER })
  return stretches.filter(({ from, to }) => from < to)
}

/** From here on nobody could say more than what was seen by then, whatever was seen after it. `NEVER` when somebody always could. */
export function blindFrom(settings: Pick<AssetSettings, 'blindAfterMs'>, facts: Seen): Instant {
  return blindStretches(settings, facts)[0]?.from ?? NEVER
}

/** True while nobody has looked for too long; what is told meanwhile still counts. */
export function areLooksBlind(settings: Pick<AssetSettings, 'blindAfterMs'>, facts: Seen, at: Instant): boolean {
  return blindStretches(settings, facts).some(({ from, to }) => from < at && at < to)
}

/** When nobody could look, or be told: what is only ever told about is blind while nobody could receive it, also afterwards. */
export function stretchesOutOfSight(settings: Pick<AssetSettings, 'blindAfterMs'>, facts: PreparedFacts): BlindStretch[] {
  const { deaf, unheardFrom } = facts
  const unseen = blindStretches(settings, facts)
  const stretches = deaf.length === 0 ? unseen : [...unseen, ...deaf].sort((a, b) => a.from - b.from)
  if (unheardFrom === NEVER) return stretches
  const before = stretches.flatMap((one) => (one.from < unheardFrom ? [{ ...one, to: Math.min(one.to, unheardFrom) }] : []))
  // Whoever was blind already when it became certain knows no more than before.
  const open = stretches.find(({ from, to }) => from < unheardFrom && unheardFrom < to)
  return [...before, { from: unheardFrom, to: NEVER, heardUntil: open === undefined ? unheardFrom : lastTold(facts, open, unheardFrom) }]
}

/** The latest instant up to `at` by which something was seen, or told while nobody could look. */
export function knownUntil(settings: AssetSettings, facts: PreparedFacts, at: Instant): Instant {
  const blind = stretchesOutOfSight(settings, facts).find((stretch) => stretch.from <= at && at < stretch.to)
  return blind === undefined ? at : lastTold(facts, blind, at)
}

/** When something was last told during a blind stretch, up to `at`; its beginning when nothing was. */
export function lastTold({ toldAt }: PreparedFacts, { from, heardUntil }: BlindStretch, at: Instant): Instant {
  if (heardUntil !== undefined) return heardUntil
  return Math.max(from, toldAt[countUpTo(toldAt, at) - 1] ?? from)
}
