import type { AssetSettings, SettingsVersion } from '#lib/domain/freshness/asset-settings.ts'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import { clockOf, type JudgedPolicy, judgesAClock, valueOn } from '#lib/domain/freshness/judged-value.ts'
import { type Limits, NEVER } from '#lib/domain/freshness/policies/policy-kind.ts'
import { judge } from '#lib/domain/freshness/policies/policy-kinds.ts'
import type { PreparedFacts } from '#lib/domain/freshness/prepare-facts.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { sortedInstants } from '#lib/domain/time/sorted-instants.ts'

/** A stretch in which a clock showed one value, under limits that stay: what it shows is as old as the time since `at`. */
export interface AgeStretch {
  from: Instant
  to: Instant
  /** null: nothing was there. */
  at: Instant | null
  /** When that value broke, or would have broken, what was promised then; null: never. */
  lateAt: Instant | null
  staleAt: Instant | null
}

/** Which clock, over [from, to). */
export interface AgeQuestion {
  clock: JudgedClock
  from: Instant
  to: Instant
}

/** How old what a clock shows was over a stretch of time, and how old it was allowed to be; neighbours differ. Where no promise was about that clock there is nothing. */
export function ageHistory(versions: readonly SettingsVersion[], facts: PreparedFacts, question: AgeQuestion): AgeStretch[] {
  const { from, to } = question
  const cuts = [...facts.changes, ...versions.map((version) => version.from)].filter((at) => at > from && at < to)
  const instants = [from, ...sortedInstants(cuts)]
  const stretches: AgeStretch[] = []
  for (const [place, at] of instants.entries()) {
    const settings = versions.findLast((version) => version.from <= at)?.settings ?? null
    const found = settings === null ? null : shownAt(settings, facts, at, question)
    if (found === null) continue
    const end = instants[place + 1] ?? to
    const last = stretches.at(-1)
    if (last !== undefined && last.to === at && isSame(last, found)) last.to = end
    else stretches.push({ from: at, to: end, ...found })
  }
  return stretches
}

type Shown = Pick<AgeStretch, 'at' | 'lateAt' | 'staleAt'>

function shownAt(settings: AssetSettings, facts: PreparedFacts, at: Instant, { clock }: AgeQuestion): Shown | null {
  const policies = settings.policies.filter(judgesAClock).filter((policy) => clockOf(settings, facts, policy, at) === clock)
  const [first] = policies
  if (first === undefined) return null
  const value = valueOn(settings, facts, clock, first.zone, at)
  if (value.at === null) return value.hadValue ? { at: null, lateAt: null, staleAt: null } : null
  const limits = policies.flatMap((policy) => limitsOf(policy, { at: value.at ?? at, placedAt: value.placedAt ?? value.at ?? at, clock }))
  return { at: value.at, lateAt: earliest(limits.map(({ lateAt }) => lateAt)), staleAt: earliest(limits.map(({ staleAt }) => staleAt)) }
}

function limitsOf(policy: JudgedPolicy, value: { at: Instant; placedAt: Instant; clock: JudgedClock }): Limits[] {
  const limits = judge(policy, value)
  return limits === null ? [] : [limits]
}

function earliest(instants: readonly Instant[]): Instant | null {
  const first = Math.min(NEVER, ...instants)
  return first >= NEVER ? null : first
}

function isSame(a: Shown, b: Shown): boolean {
  return a.at === b.at && a.lateAt === b.lateAt && a.staleAt === b.staleAt
}

/** What a history of ages comes to: the oldest it was, how often it was older than promised, and for how long in all. */
export interface AgeSummary {
  oldestMs: number
  timesOver: number
  overMs: number
}

/** Sums up a history of ages; stretches that follow each other without a good moment in between are one time. */
export function summarizeAges(stretches: readonly AgeStretch[]): AgeSummary {
  const summary: AgeSummary = { oldestMs: 0, timesOver: 0, overMs: 0 }
  let overUntil = -NEVER
  for (const { from, to, at, lateAt } of stretches) {
    if (at === null) continue
    summary.oldestMs = Math.max(summary.oldestMs, to - at)
    const overFrom = Math.max(from, lateAt ?? NEVER)
    if (overFrom >= to) continue
    summary.overMs += to - overFrom
    if (overFrom > overUntil) summary.timesOver += 1
    overUntil = to
  }
  return summary
}
