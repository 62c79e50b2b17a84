import type { Instant } from '#lib/domain/time/instant.ts'
import type { AssetSettings, SettingsVersion } from './asset-settings.ts'
import type { AssetFacts } from './facts.ts'
import { joinSpans } from './join-spans.ts'
import { NEVER } from './policies/policy-kind.ts'
import { type PreparedFacts, prepareFacts } from './prepare-facts.ts'
import type { Span } from './span.ts'
import { statusTimeline } from './status-timeline.ts'

/**
 * The statuses of an asset over [max(from, createdAt), to): without gaps, neighbours differ, no promise is a span of
 * status null. Each stretch is judged by the settings in force then and by all that is known now.
 */
export function timeline(versions: readonly SettingsVersion[], facts: AssetFacts | PreparedFacts, from: Instant, to: Instant): Span[] {
  const prepared = 'histories' in facts ? facts : prepareFacts(facts)
  return [...joinSpans(stretches(versions, prepared, Math.max(from, prepared.createdAt), to))]
}

function* stretches(versions: readonly SettingsVersion[], facts: PreparedFacts, from: Instant, to: Instant): Generator<Span> {
  const ordered = [...versions].sort((a, b) => a.from - b.from)
  const firstFrom = Math.min(to, ordered[0]?.from ?? NEVER)
  yield* stretch(null, facts, from, firstFrom)
  for (const [index, version] of ordered.entries()) {
    const end = Math.min(to, ordered[index + 1]?.from ?? NEVER)
    yield* stretch(version.settings, facts, Math.max(from, version.from), end)
  }
}

function* stretch(settings: AssetSettings | null, facts: PreparedFacts, from: Instant, to: Instant): Generator<Span> {
  if (from >= to) return
  if (settings === null) yield { from, to, status: null, reason: null }
  else yield* statusTimeline(settings, facts, from, to, NEVER)
}
