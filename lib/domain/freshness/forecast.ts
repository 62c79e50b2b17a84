import { type JudgedKey, judgedKeys } from '#lib/domain/coverage/judge-keys.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { countUpTo } from '#lib/domain/time/sorted-instants.ts'
import type { AssetSettings } from './asset-settings.ts'
import { type JudgedPolicy, type JudgedValue, judgedValue, judgesAClock, valueOn } from './judged-value.ts'
import { type Limits, NEVER } from './policies/policy-kind.ts'
import { judge, judgeNothing } from './policies/policy-kinds.ts'
import type { PreparedFacts } from './prepare-facts.ts'
import { type Reason, type Status, severity } from './status.ts'

/** A status with its reason, and the policy that says so. */
export interface Judgement {
  status: Status | null
  reason: Reason | null
  policy: JudgedPolicy | null
  weakBy: string | null
}

/** How one policy judges what is known, from now on, or the promise about one key. */
interface PolicyForecast {
  /** null: of a key, which counts only where it is late or stale. */
  policy: JudgedPolicy | null
  limits: Limits
  early: { status: Status; onTime: Reason; due: Reason }
  /** Reason of late and stale, from all that does not depend on the moment; null leaves it open. */
  why: Reason | null
  /** The data is old although it was loaded or written in time: true before this instant. */
  oldDataUntil: Instant
  /** From when on what it rests on counts; null when it rests on nothing. */
  effectiveAt: Instant | null
  weakBy: string | null
  /** From here on nobody expects it any more; absent: that never comes. */
  until?: Instant | null
}

const NOT_SUCCESSFUL: ReadonlySet<string> = new Set(['failed', 'timed-out', 'cancelled', 'crashed'])
const NEVER_LIMITS: Limits = { dueFrom: NEVER, lateAt: NEVER, staleAt: NEVER, dueAt: NEVER }

/** How an asset will be judged from `asOf` on if nothing more becomes known; blindness and maintenance come on top. */
export class Forecast {
  readonly #forecasts: readonly PolicyForecast[]
  readonly #hungFrom: Instant
  readonly #asOf: Instant

  constructor(settings: AssetSettings, facts: PreparedFacts, asOf: Instant) {
    this.#asOf = asOf
    this.#hungFrom = hungFrom(facts, asOf)
    const own = settings.policies.filter(judgesAClock).map((policy) => forecastOf(settings, facts, policy, asOf))
    const keys = own.length === 0 ? [] : judgedKeys(settings, facts, asOf)
    this.#forecasts = keys.length === 0 ? own : [...own, ...keys.map(forecastOfKey)]
  }

  /** The limits of the policy that turns first; null when nothing is promised or nothing is known. */
  get limits(): Limits | null {
    return firstToTurn(this.#forecasts)
  }

  /** True when everything that is judged became known after this instant. */
  restsOnNewsSince(at: Instant): boolean {
    return this.#forecasts.every(({ effectiveAt }) => effectiveAt !== null && effectiveAt > at)
  }

  /** Instants after `asOf` at which the judgement may change, ascending. */
  points(): Instant[] {
    const points: Instant[] = []
    const add = (at: Instant) => {
      if (at > this.#asOf && at < NEVER && !points.includes(at)) points.push(at)
    }
    add(this.#hungFrom)
    for (const { limits, oldDataUntil, until } of this.#forecasts) {
      add(limits.dueFrom)
      add(limits.lateAt)
      add(limits.staleAt)
      add(oldDataUntil)
      add(until ?? NEVER)
    }
    return points.sort((a, b) => a - b)
  }

  /** From when on it is no longer fresh, beginning at an instant not before `asOf`. */
  freshUntil(from: Instant): Instant {
    const isFresh = (at: Instant) => this.at(at).status === 'fresh'
    return isFresh(from) ? (this.points().find((point) => point > from && !isFresh(point)) ?? NEVER) : from
  }

  /** The judgement at an instant not before `asOf`: the worst policy's; of equals, the one whose limit came first. */
  at(at: Instant): Judgement {
    let worst: PolicyForecast | null = null
    let status: Status | null = null
    for (const candidate of this.#forecasts) {
      const found = statusOf(candidate, at)
      if (found === null) continue
      const order = status === null ? -1 : severity(found) - severity(status)
      if (worst === null || order < 0 || (order === 0 && candidate.limits.lateAt < worst.limits.lateAt)) {
        worst = candidate
        status = found
      }
    }
    if (worst === null) return { status: null, reason: null, policy: null, weakBy: null }
    return { status, reason: this.#reasonOf(worst, at), policy: worst.policy, weakBy: worst.weakBy }
  }

  #reasonOf({ limits, early, why, oldDataUntil }: PolicyForecast, at: Instant): Reason {
    if (at < limits.lateAt) return at < limits.dueFrom ? early.onTime : early.due
    if (why === 'empty' || why === 'future-data' || why === 'key-overdue') return why
    if (at >= this.#hungFrom) return 'run-hung'
    return why ?? (at < oldDataUntil ? 'old-data' : 'overdue')
  }
}

/** null: of a key of which nothing is to be said. */
function statusOf({ policy, limits, early, until }: PolicyForecast, at: Instant): Status | null {
  if (policy === null && (at < limits.lateAt || at >= (until ?? NEVER))) return null
  if (at < limits.lateAt) return early.status
  return at < limits.staleAt ? 'late' : 'stale'
}

function firstToTurn(forecasts: readonly PolicyForecast[]): Limits | null {
  let first: Limits | null = null
  for (const { limits } of forecasts) {
    const turns = limits.lateAt > -NEVER && limits.lateAt < NEVER
    if (turns && (first === null || limits.lateAt < first.lateAt)) first = limits
  }
  return first
}

function forecastOf(settings: AssetSettings, facts: PreparedFacts, policy: JudgedPolicy, asOf: Instant): PolicyForecast {
  const value = judgedValue(settings, facts, policy, asOf)
  if (value.at === null) return forecastOfNothing(settings, facts, policy, value, asOf)
  return {
    policy,
    limits: judge(policy, { at: value.at, placedAt: value.placedAt ?? value.at, clock: value.clock }) ?? NEVER_LIMITS,
    early: { status: 'fresh', onTime: value.idle ? 'idle' : 'on-time', due: 'due' },
    why: why(facts, value, asOf),
    oldDataUntil: oldDataUntil(settings, facts, policy, value, asOf),
    effectiveAt: value.effectiveAt,
    weakBy: value.weakBy,
  }
}

function forecastOfKey({ lateAt, staleAt, until, countsFrom }: JudgedKey): PolicyForecast {
  return {
    policy: null,
    limits: { dueFrom: lateAt, lateAt, staleAt, dueAt: lateAt - 1 },
    early: { status: 'fresh', onTime: 'on-time', due: 'on-time' },
    why: 'key-overdue',
    oldDataUntil: -NEVER,
    effectiveAt: countsFrom,
    weakBy: null,
    until,
  }
}

function forecastOfNothing(
  settings: AssetSettings,
  facts: PreparedFacts,
  policy: JudgedPolicy,
  value: JudgedValue,
  asOf: Instant,
): PolicyForecast {
  if (value.hadValue) return emptied(policy, value)
  const expected = settings.blindAfterMs === null && !value.latestIsFuture ? judgeNothing(policy, facts.createdAt) : null
  const reason = expected !== null ? 'never-observed' : whyUntold(facts, value, asOf)
  return {
    policy,
    limits: expected ?? NEVER_LIMITS,
    early: { status: 'unknown', onTime: reason, due: reason },
    why: why(facts, value, asOf),
    oldDataUntil: -NEVER,
    effectiveAt: null,
    weakBy: null,
  }
}

/** Why nothing can be judged, although something may be there. */
function whyUntold(facts: PreparedFacts, value: JudgedValue, asOf: Instant): Reason {
  if (value.latestIsFuture) return 'future-data'
  if (value.isKnownEmpty) return 'empty'
  return facts.probedAt !== null || asOf >= facts.firstArrivalAt ? 'no-time' : 'never-observed'
}

/** There was something, and it is gone: stale at once, whatever the limits. */
function emptied(policy: JudgedPolicy, { weakBy }: JudgedValue): PolicyForecast {
  return {
    policy,
    limits: { dueFrom: -NEVER, lateAt: -NEVER, staleAt: -NEVER, dueAt: -NEVER },
    early: { status: 'unknown', onTime: 'empty', due: 'empty' },
    why: 'empty',
    oldDataUntil: -NEVER,
    effectiveAt: null,
    weakBy,
  }
}

function why(facts: PreparedFacts, value: JudgedValue, asOf: Instant): Reason | null {
  if (value.latestIsFuture) return 'future-data'
  const run = facts.endedRuns[countUpTo(facts.endedRunInstants, asOf) - 1]
  if (run !== undefined && NOT_SUCCESSFUL.has(run.state) && run.endedAt > (value.effectiveAt ?? -NEVER)) return 'run-failed'
  return value.takenBack ? 'old-data' : null
}

/** Until when loads or writes keep a promise that the newest event in the data breaks. */
function oldDataUntil(settings: AssetSettings, facts: PreparedFacts, policy: JudgedPolicy, value: JudgedValue, asOf: Instant): Instant {
  if (value.clock !== 'dataThroughAt') return -NEVER
  const loaded = onTimeUntil(settings, facts, policy, 'loadedAt', asOf)
  return Math.max(loaded, onTimeUntil(settings, facts, policy, 'writtenAt', asOf))
}

function onTimeUntil(
  settings: AssetSettings,
  facts: PreparedFacts,
  policy: JudgedPolicy,
  clock: 'loadedAt' | 'writtenAt',
  asOf: Instant,
): Instant {
  const { at, placedAt } = valueOn(settings, facts, clock, policy.zone, asOf)
  return at === null ? -NEVER : (judge(policy, { at, placedAt: placedAt ?? at, clock })?.lateAt ?? -NEVER)
}

/** Since when, or from when on, the run that is going on counts as hung. */
function hungFrom(facts: PreparedFacts, asOf: Instant): Instant {
  let first = NEVER
  for (const hang of facts.hangs) {
    if (hang.startedAt <= asOf && asOf < hang.to) first = Math.min(first, hang.from)
  }
  return first
}
