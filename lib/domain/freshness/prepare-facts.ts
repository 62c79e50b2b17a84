import { type KeyHistory, keyHistories } from '#lib/domain/coverage/judge-keys.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { sortedInstants } from '#lib/domain/time/sorted-instants.ts'
import { clockHistory, effectiveAt } from './clock-history.ts'
import type {
  Arrival,
  AssetFacts,
  BlindInterval,
  ContractBreak,
  JudgedClock,
  LastingAnswer,
  LastingReason,
  RunOutcome,
  Upstream,
} from './facts.ts'
import { type WorkPart, workParts } from './maintenance-windows.ts'
import { NEVER } from './policies/policy-kind.ts'
import type { WitnessHistory } from './witnesses/weigh-witnesses.ts'
import { isLook } from './witnesses/witness.ts'

interface EndedRun {
  endedAt: Instant
  state: RunOutcome['state']
}

/** A stretch in which a run had taken too long and still went on. */
interface Hang {
  startedAt: Instant
  from: Instant
  to: Instant
}

/** What the asset's system answered for a while; to the end of time while it still does. */
export interface LastingStretch {
  from: Instant
  to: Instant
  reason: LastingReason
}

/** While a contract was broken, and what that makes of the asset; to the end of time while it still is. */
export interface BrokenStretch extends Omit<ContractBreak, 'to'> {
  to: Instant
}

/** Facts in the order in which they are looked up; make it once per asset and reuse it. */
export interface PreparedFacts {
  createdAt: Instant
  probedAt: Instant | null
  /** Instants from which a fact counts, ascending. */
  changes: readonly Instant[]
  firstArrivalAt: Instant
  /** Instants from which an event that was told counts, ascending. */
  toldAt: readonly Instant[]
  endedRuns: readonly EndedRun[]
  endedRunInstants: readonly Instant[]
  hangs: readonly Hang[]
  /** NEVER unless the system is unreachable now. */
  unreachableFrom: Instant
  /** Since when nobody listens where its system was; NEVER: somebody may. */
  unheardFrom: Instant
  /** When nothing could be told, ascending. */
  deaf: readonly { from: Instant; to: Instant }[]
  /** Ascending, never at the same time. */
  lasting: readonly LastingStretch[]
  /** Lasting answers since the last good look: when the first came, and the latest; null: none since. */
  answeredSince: { from: Instant; seenAt: Instant } | null
  /** Ascending, never at the same time. */
  breaks: readonly BrokenStretch[]
  /** What was known of each key. */
  keys: readonly KeyHistory[]
  work: readonly WorkPart[]
  upstream: readonly Upstream[]
  /** What each witness said of a clock; dates are local to `zone`. */
  histories(clock: JudgedClock, zone: string): readonly WitnessHistory[]
}

/** Sorts the facts of one asset for `evaluate` and `timeline`; their order does not matter. */
export function prepareFacts(facts: AssetFacts): PreparedFacts {
  const runs = facts.runs.flatMap((run) =>
    run.endedAt === null || run.state === 'missed' ? [] : [{ endedAt: run.endedAt, state: run.state }],
  )
  const endedRuns = runs.sort((a, b) => a.endedAt - b.endedAt)
  const hangs = hangsOf(facts.runs)
  const effective = facts.arrivals.map(effectiveAt)
  return {
    createdAt: facts.createdAt,
    probedAt: facts.probedAt,
    changes: sortedInstants([
      ...effective,
      ...(facts.keys ?? []).map(({ countsFrom }) => countsFrom),
      ...endedRuns.map((run) => run.endedAt),
      ...hangs.flatMap((hang) => [hang.startedAt, hang.to]),
    ]),
    firstArrivalAt: effective.reduce((first, at) => Math.min(first, at), NEVER),
    toldAt: sortedInstants(facts.arrivals.filter(({ witness }) => !isLook(witness)).map(effectiveAt)),
    endedRuns,
    endedRunInstants: endedRuns.map((run) => run.endedAt),
    hangs,
    unreachableFrom: unreachableFrom(facts.blind),
    unheardFrom: unheardFrom(facts.blind),
    deaf: deafStretches(facts.blind),
    lasting: facts.lasting.map(({ from, to, reason }) => ({ from, to: to ?? NEVER, reason })).sort((a, b) => a.from - b.from),
    answeredSince: answeredSince(facts),
    breaks: (facts.breaks ?? []).map((one) => ({ ...one, to: one.to ?? NEVER })).sort((a, b) => a.from - b.from),
    keys: keyHistories(facts.keys ?? []),
    work: workParts(facts.windows),
    upstream: facts.upstream ?? [],
    histories: historiesOf(facts.arrivals),
  }
}

function hangsOf(runs: readonly RunOutcome[]): Hang[] {
  return runs.flatMap(({ state, startedAt, endedAt, hungAt }) => {
    if (hungAt === null || (endedAt === null && state !== 'running')) return []
    const to = endedAt ?? NEVER
    return hungAt < to ? [{ startedAt, from: hungAt, to }] : []
  })
}

function unreachableFrom(blind: readonly BlindInterval[]): Instant {
  const open = blind.filter((gap) => gap.to === null && gap.reason === 'source-unreachable')
  return open.reduce((first, gap) => Math.min(first, gap.from), NEVER)
}

function unheardFrom(blind: readonly BlindInterval[]): Instant {
  return blind.reduce((first, { to, sureFrom }) => (to === null ? Math.min(first, sureFrom ?? NEVER) : first), NEVER)
}

function deafStretches(blind: readonly BlindInterval[]): PreparedFacts['deaf'] {
  const stopped = blind.filter(({ reason }) => reason === 'receiver-stopped')
  return stopped.map(({ from, to }) => ({ from, to: to ?? NEVER })).sort((a, b) => a.from - b.from)
}

/** No good look has ended the answer, nor come after it. */
export function isSince({ to }: Pick<LastingAnswer, 'to'>, probedAt: Instant | null): boolean {
  return to === null || probedAt === null || to > probedAt
}

/** Since when answers that last have stood, and when one was last heard; null when a good look ended them. */
export function answeredSince({ lasting, probedAt }: Pick<AssetFacts, 'lasting' | 'probedAt'>): PreparedFacts['answeredSince'] {
  const since = lasting.filter((answer) => isSince(answer, probedAt))
  if (since.length === 0) return null
  return { from: Math.min(...since.map(({ from }) => from)), seenAt: Math.max(...since.map(({ seenAt }) => seenAt)) }
}

/** The same facts as if somebody kept looking and always found what was found last. */
export function asIfSeen(facts: PreparedFacts): PreparedFacts {
  const { probedAt, answeredSince: answered } = facts
  return {
    ...facts,
    probedAt: probedAt === null ? null : answered === null ? NEVER : probedAt,
    answeredSince: answered === null ? null : { ...answered, seenAt: NEVER },
  }
}

/** Histories are made when first asked for; the zone matters only to clocks that know dates alone. */
function historiesOf(arrivals: readonly Arrival[]): PreparedFacts['histories'] {
  const byClock = new Map([...Map.groupBy(arrivals, ({ clock }) => clock)].map(([clock, own]) => [clock, oneClock(own)]))
  return (clock, zone) => byClock.get(clock)?.(zone) ?? []
}

function oneClock(own: readonly Arrival[]): (zone: string) => readonly WitnessHistory[] {
  const knowsDatesOnly = own.some(({ precision }) => precision === 'day')
  const made = new Map<string, readonly WitnessHistory[]>()
  return (zone) => {
    const key = knowsDatesOnly ? zone : ''
    const found = made.get(key) ?? byWitness(own, zone)
    made.set(key, found)
    return found
  }
}

/** In the order of their names: of equals the same counts, whichever facts are known. */
function byWitness(arrivals: readonly Arrival[], zone: string): WitnessHistory[] {
  const said = [...Map.groupBy(arrivals, ({ witness }) => witness)].sort(([a], [b]) => (a < b ? -1 : 1))
  return said.map(([witness, own]) => ({ witness, history: clockHistory(own, zone) }))
}
