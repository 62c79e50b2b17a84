import type { Instant } from '#lib/domain/time/instant.ts'
import { countUpTo } from '#lib/domain/time/sorted-instants.ts'
import type { AssetSettings } from './asset-settings.ts'
import { type ClockState, type KnownValue, stateAt } from './clock-history.ts'
import type { JudgedClock } from './facts.ts'
import type { NonePolicy, Policy, UpstreamPolicy } from './policies/policy.ts'
import type { PreparedFacts } from './prepare-facts.ts'
import { areLooksBlind } from './sight.ts'
import { isTakenBack, weighWitnesses } from './witnesses/weigh-witnesses.ts'

export type JudgedPolicy = Exclude<Policy, NonePolicy | UpstreamPolicy>

/** What a policy finds on the clock it judges. */
export interface JudgedValue {
  clock: JudgedClock
  /** null when nothing is there; `hadValue` says whether something was. */
  at: Instant | null
  placedAt: Instant | null
  hadValue: boolean
  /** When that value began to count; null when nothing is there. */
  effectiveAt: Instant | null
  idle: boolean
  /** A correction showed that the data is older than an earlier value said. */
  takenBack: boolean
  latestIsFuture: boolean
  isKnownEmpty: boolean
  weakBy: string | null
}

/** True unless the policy only watches, or judges by what the asset is made from. */
export function judgesAClock(policy: Policy): policy is JudgedPolicy {
  return 'clock' in policy
}

/** The value that a policy judges, as known at an instant. */
export function judgedValue(settings: AssetSettings, facts: PreparedFacts, policy: JudgedPolicy, asOf: Instant): JudgedValue {
  return valueOn(settings, facts, clockOf(settings, facts, policy, asOf), policy.zone, asOf)
}

/** The clock that a policy judges as of an instant: the one it names, else the one in use. */
export function clockOf(settings: AssetSettings, facts: PreparedFacts, { clock, zone }: JudgedPolicy, asOf: Instant): JudgedClock {
  return clock ?? clockInUse(settings, facts, zone, asOf)
}

/** The clocks that the policies of an asset judge as of an instant, each once. */
export function judgedClocks(settings: AssetSettings, facts: PreparedFacts, asOf: Instant): JudgedClock[] {
  const clocks = settings.policies.filter(judgesAClock).map((policy) => clockOf(settings, facts, policy, asOf))
  return [...new Set(clocks)]
}

/** What one clock shows; a load is believed only as far as no later correction of the writes takes it back. */
export function valueOn(settings: AssetSettings, facts: PreparedFacts, clock: JudgedClock, zone: string, asOf: Instant): JudgedValue {
  const state = knownState(settings, facts, clock, zone, asOf)
  const value = state?.value ?? null
  const found: JudgedValue = {
    clock,
    at: value?.at ?? null,
    placedAt: value?.placedAt ?? null,
    hadValue: state?.hadValue ?? false,
    effectiveAt: value?.effectiveAt ?? null,
    idle: clock === 'loadedAt' && value?.rows === 0,
    takenBack: value?.takenBack ?? false,
    latestIsFuture: state?.latestIsFuture ?? false,
    isKnownEmpty: value !== null && value.at === null,
    weakBy: value?.weakBy ?? null,
  }
  return clock === 'loadedAt' && value !== null ? contradicted(found, value, knownState(settings, facts, 'writtenAt', zone, asOf)) : found
}

/** What is known of a clock at an instant, whoever said it. */
function knownState(settings: AssetSettings, facts: PreparedFacts, clock: JudgedClock, zone: string, asOf: Instant): ClockState | null {
  const histories = facts.histories(clock, zone)
  const [only] = histories
  if (only !== undefined && histories.length === 1) return stateAt(only.history, asOf)
  return weighWitnesses(histories, asOf, areLooksBlind(settings, facts, asOf))
}

function contradicted(load: JudgedValue, known: KnownValue, written: ClockState | null): JudgedValue {
  const correction = written?.takenBackBy ?? null
  if (!isTakenBack(known, correction)) return load
  return { ...load, at: correction.at, placedAt: correction.at, takenBack: true, weakBy: correction.weakBy }
}

/** Loads if something reports loads, else writes, else the newest event in the data. */
function clockInUse(settings: AssetSettings, facts: PreparedFacts, zone: string, asOf: Instant): JudgedClock {
  const reportsLoads = settings.blindAfterMs === null || countUpTo(facts.endedRunInstants, asOf) > 0
  if (reportsLoads || knownState(settings, facts, 'loadedAt', zone, asOf) !== null) return 'loadedAt'
  const written = knownState(settings, facts, 'writtenAt', zone, asOf)
  if (written?.hadValue) return 'writtenAt'
  const through = knownState(settings, facts, 'dataThroughAt', zone, asOf)
  return through?.hadValue || written === null ? 'dataThroughAt' : 'writtenAt'
}
