import { breaksKnownAt, underBreaks } from '#lib/domain/contracts/broken-contracts.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { countUpTo } from '#lib/domain/time/sorted-instants.ts'
import type { AssetSettings } from './asset-settings.ts'
import { cutAt } from './cut-spans.ts'
import { Forecast, type Judgement } from './forecast.ts'
import { joinSpans } from './join-spans.ts'
import { judgesAClock } from './judged-value.ts'
import { answersThatCount, refusedFromAt, underAnswers } from './lasting-answers.ts'
import type { WorkPart } from './maintenance-windows.ts'
import { NEVER } from './policies/policy-kind.ts'
import { followsUpstream, upstreamTimeline, worseOf } from './policies/upstream-status.ts'
import type { LastingStretch, PreparedFacts } from './prepare-facts.ts'
import { type BlindStretch, lastTold, stretchesOutOfSight } from './sight.ts'
import type { Span } from './span.ts'
import { isBroken, type Status } from './status.ts'

/**
 * The statuses of an asset over [from, to) under one version of its settings, from change point to change point;
 * neighbours differ. Facts that count only after `asOf` are left out: `evaluate` must not see the future.
 */
export function* statusTimeline(settings: AssetSettings, facts: PreparedFacts, from: Instant, to: Instant, asOf: Instant): Generator<Span> {
  const answers = answersThatCount(settings, facts, asOf)
  const start = refusedFromAt(answers, workFromAt(facts, from))
  const judged = followsUpstream(settings)
    ? following(settings, facts, answers, { from: start, to, asOf })
    : byClocks(settings, facts, answers, { from: start, to, asOf })
  const spans = facts.work.length === 0 ? judged : underWork(judged, facts.work)
  for (const span of joinSpans(spans)) {
    if (span.to > from) yield span.from < from ? { ...span, from } : span
  }
}

interface Stretch {
  from: Instant
  to: Instant
  asOf: Instant
}

/** The statuses of its own clocks, and those of what it is made from: of the latter nobody has to look at it, so it is never blind. */
function following(settings: AssetSettings, facts: PreparedFacts, answers: readonly LastingStretch[], stretch: Stretch): Iterable<Span> {
  const { from, to, asOf } = stretch
  const gone = answers.filter(({ reason }) => reason === 'gone')
  const broken = underBreaks(upstreamTimeline(facts.upstream, from, to, asOf), breaksKnownAt(facts, asOf))
  const followed = underAnswers(broken, gone)
  return settings.policies.some(judgesAClock) ? worseOf(byClocks(settings, facts, answers, stretch), [...followed]) : followed
}

function byClocks(
  settings: AssetSettings,
  facts: PreparedFacts,
  answers: readonly LastingStretch[],
  { from, to, asOf }: Stretch,
): Iterable<Span> {
  const breaks = breaksKnownAt(facts, asOf)
  const judged = inSight(settings, facts, from, to, asOf)
  const seen = breaks.length === 0 ? judged : underBreaks(judged, breaks)
  return answers.length === 0 ? seen : underAnswers(seen, answers)
}

/** What the policies say, but for the stretches in which we were blind. */
function* inSight(settings: AssetSettings, facts: PreparedFacts, from: Instant, to: Instant, asOf: Instant): Generator<Span> {
  let at = from
  for (const blind of stretchesOutOfSight(settings, facts)) {
    yield* seeing(settings, facts, at, Math.min(to, blind.from), asOf)
    at = Math.max(at, blind.from)
    const end = Math.min(to, blind.to)
    yield* unseeing(settings, facts, blind, { from: at, to: end, asOf })
    at = Math.max(at, end)
    if (at >= to) return
  }
  yield* seeing(settings, facts, at, to, asOf)
}

function* seeing(settings: AssetSettings, facts: PreparedFacts, from: Instant, to: Instant, asOf: Instant): Generator<Span> {
  let at = from
  while (at < to) {
    const until = Math.min(to, nextOf(facts.changes, at, asOf))
    yield* spansOf(new Forecast(settings, facts, Math.min(at, asOf)), at, until)
    at = until
  }
}

function* spansOf(forecast: Forecast, from: Instant, to: Instant): Generator<Span> {
  let at = from
  for (const point of forecast.points()) {
    if (point >= to) break
    if (point <= at) continue
    yield spanOf(forecast, at, point)
    at = point
  }
  yield spanOf(forecast, at, to)
}

/** The part of a blind stretch from `from` to `to`, from one thing that is told to the next. */
function* unseeing(
  settings: AssetSettings,
  facts: PreparedFacts,
  blind: BlindStretch,
  { from, to, asOf }: { from: Instant; to: Instant; asOf: Instant },
): Generator<Span> {
  for (let at = from; at < to; ) {
    const known = lastTold(facts, blind, Math.min(at, asOf))
    const forecast = new Forecast(settings, facts, Math.min(known, asOf))
    const until = Math.min(to, nextOf(facts.toldAt, at, asOf))
    const blindAt = known > blind.from && forecast.restsOnNewsSince(blind.from) ? forecast.freshUntil(known) : at
    if (at < blindAt) yield* spansOf(forecast, at, Math.min(until, blindAt))
    if (blindAt < until) yield* blinded(forecast.at(known), facts, Math.max(at, blindAt), until)
    at = until
  }
}

/** While nobody sees, late and stale stay, and everything else is unknown. */
function* blinded({ status, reason }: Judgement, facts: PreparedFacts, from: Instant, to: Instant): Generator<Span> {
  if (status === null || isBroken(status)) yield { from, to, status, reason }
  else yield* unknown(from, to, facts.unreachableFrom)
}

function spanOf(forecast: Forecast, from: Instant, to: Instant): Span {
  const { status, reason } = forecast.at(from)
  return { from, to, status, reason }
}

/** The next of these instants after `at`; none counts that comes after `asOf`. */
function nextOf(instants: readonly Instant[], at: Instant, asOf: Instant): Instant {
  const next = instants[countUpTo(instants, at)] ?? NEVER
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
  for (const { span, part } of cutAt(spans, work)) {
    const trouble = troubleOf(span.status)
    if (span.from === part?.workFrom) olderTrouble = before
    if (trouble !== olderTrouble) olderTrouble = 'none'
    yield part === null || trouble === olderTrouble ? span : { ...span, status: 'maintenance', reason: part.kind }
    before = trouble
  }
}
