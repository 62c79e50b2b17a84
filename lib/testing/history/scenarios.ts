import fc from 'fast-check'
import { diffKeys, type KeyReading, type SeenKeys } from '#lib/domain/coverage/key-reading.ts'
import type { AssetSettings, SettingsVersion } from '#lib/domain/freshness/asset-settings.ts'
import { effectiveAt } from '#lib/domain/freshness/clock-history.ts'
import type {
  Arrival,
  AssetFacts,
  BlindInterval,
  ContractBreak,
  LastingAnswer,
  MaintenanceWindow,
  RunOutcome,
} from '#lib/domain/freshness/facts.ts'
import { joinSpans } from '#lib/domain/freshness/join-spans.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { type Heard, hear, type ProbeAnswer } from '#lib/domain/freshness/second-look.ts'
import { blindFrom } from '#lib/domain/freshness/sight.ts'
import type { Span } from '#lib/domain/freshness/span.ts'
import { timeline } from '#lib/domain/freshness/timeline.ts'
import { DAY_MS, HOUR_MS, type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { aDelay, aFact, anInstant, aTelling, DBT, END, LAKE, START, someKeys, someSettings } from './arbitrary-facts.ts'

type Event =
  | { kind: 'probe' | 'told'; knownAt: Instant; arrivals: Arrival[]; keys?: SeenKeys }
  | { kind: 'answer'; knownAt: Instant; answer: Exclude<ProbeAnswer, 'good'> }
  | { kind: 'unreachable'; knownAt: Instant; since: Instant }
  | { kind: 'run-started'; knownAt: Instant }
  | { kind: 'run-ended'; knownAt: Instant; state: RunOutcome['state'] }
  | { kind: 'contract'; knownAt: Instant; status: 'late' | 'stale' | null }
  | { kind: 'work'; knownAt: Instant; lastsMs: number; of: MaintenanceWindow['kind'] }
  | { kind: 'settings'; knownAt: Instant; settings: AssetSettings | null }

/** What becomes known of one asset, and when. */
export interface Scenario {
  createdAt: Instant
  first: AssetSettings
  events: Event[]
}

function keysSeen(knownAt: Instant, keys: readonly { key: string; ago: number; isMissing: boolean }[]): SeenKeys {
  const found = keys.flatMap(({ key, ago, isMissing }) => (isMissing ? [] : [{ key, at: knownAt - ago }]))
  return { column: 'shop', eachMs: 12 * HOUR_MS, isWritten: true, expected: keys.map(({ key }) => key), found }
}

const anEvent: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(anInstant, fc.array(fc.tuple(aFact, fc.constantFrom(LAKE, LAKE, DBT)), { maxLength: 2 }), someKeys)
      .map(([knownAt, seen, keys]) => ({
        kind: 'probe' as const,
        knownAt,
        arrivals: seen.map(([make, witness]) => make(knownAt, witness)),
        keys: keysSeen(knownAt, keys),
      })),
  },
  aTelling,
  fc.tuple(anInstant, aDelay).map(([knownAt, ago]) => ({ kind: 'unreachable' as const, knownAt, since: knownAt - ago })),
  anInstant.map((knownAt) => ({ kind: 'run-started' as const, knownAt })),
  fc
    .tuple(anInstant, fc.constantFrom<RunOutcome['state']>('completed', 'partial', 'failed', 'crashed'))
    .map(([knownAt, state]) => ({ kind: 'run-ended' as const, knownAt, state })),
  fc
    .tuple(anInstant, fc.constantFrom(HOUR_MS, 9 * HOUR_MS, 3 * DAY_MS), fc.constantFrom('maintenance' as const, 'paused' as const))
    .map(([knownAt, lastsMs, of]) => ({ kind: 'work' as const, knownAt, lastsMs, of })),
  fc
    .tuple(anInstant, fc.constantFrom('late' as const, 'stale' as const, null))
    .map(([knownAt, status]) => ({ kind: 'contract' as const, knownAt, status })),
  fc.tuple(anInstant, fc.option(someSettings)).map(([knownAt, own]) => ({ kind: 'settings' as const, knownAt, settings: own })),
)

/** Probes without a good answer; most are followed by a second one that gets the same. */
const someAnswers: fc.Arbitrary<Event[]> = fc
  .tuple(
    anInstant,
    fc.constantFrom<Exclude<ProbeAnswer, 'good'>>('gone', 'gone', 'refused', 'no-time', 'failed'),
    fc.constantFrom(0, 1, 1, 2, 40),
  )
  .map(([knownAt, answer, more]) =>
    Array.from({ length: more + 1 }, (_, n) => ({ kind: 'answer' as const, knownAt: knownAt + n * 45 * SECOND_MS, answer })),
  )

export const aScenario: fc.Arbitrary<Scenario> = fc
  .tuple(anInstant, someSettings, fc.array(anEvent, { maxLength: 14 }), fc.array(someAnswers, { maxLength: 3 }))
  .map(([createdAt, first, events, answers]) => ({
    createdAt: Math.min(createdAt, START + 5 * DAY_MS),
    first,
    events: [...events, ...answers.flat()]
      .filter((event) => event.knownAt >= Math.min(createdAt, START + 5 * DAY_MS) && event.knownAt < END)
      .sort((a, b) => a.knownAt - b.knownAt),
  }))

/** The settings in force at each instant of a scenario. */
export function versionsOf(scenario: Scenario, knownBy: Instant = END): SettingsVersion[] {
  const edits = scenario.events.flatMap((event) =>
    event.kind === 'settings' && event.knownAt <= knownBy ? [{ from: event.knownAt, settings: event.settings }] : [],
  )
  return [{ from: scenario.createdAt, settings: scenario.first }, ...edits]
}

/** What is known of a scenario by an instant. */
export function learn(scenario: Scenario, knownBy: Instant = END): Known {
  const nothing = { arrivals: [], runs: [], probedAt: null, blind: [], lasting: [], windows: [] }
  return scenario.events
    .filter((event) => event.knownAt <= knownBy)
    .reduce(learnEvent, { createdAt: scenario.createdAt, ...nothing, heard: hear({ inForce: null, suspected: null }, 'good', 0) })
}

/** The facts, and the latest of the answers that last. */
interface Known extends AssetFacts {
  heard: Heard
}

function withAnswer(known: Known, answer: ProbeAnswer, knownAt: Instant): Pick<Known, 'heard' | 'lasting'> {
  const heard = hear(known.heard, answer, knownAt)
  const { inForce, begunAt, endedAt } = heard
  const ended = known.lasting.map((one): LastingAnswer => (one.to === null && endedAt !== null ? { ...one, to: endedAt } : one))
  const seen = ended.map((one) => (one.to === null && one.reason === answer ? { ...one, seenAt: knownAt } : one))
  return { heard, lasting: begunAt === null || inForce === null ? seen : [...seen, { ...inForce, to: null, seenAt: knownAt }] }
}

function learnEvent(known: Known, event: Event): Known {
  const { knownAt } = event
  switch (event.kind) {
    case 'answer':
      return { ...known, ...withAnswer(known, event.answer, knownAt) }
    case 'probe': {
      const blind = known.blind.map((gap): BlindInterval => (gap.to === null ? { ...gap, to: knownAt } : gap))
      return {
        ...known,
        ...withAnswer(known, 'good', knownAt),
        blind,
        probedAt: knownAt,
        arrivals: [...known.arrivals, ...event.arrivals],
        keys: [...(known.keys ?? []), ...newKeys(known, event)],
      }
    }
    case 'told':
      return { ...known, arrivals: [...known.arrivals, ...event.arrivals] }
    case 'unreachable':
      return {
        ...known,
        blind: [...known.blind, { from: Math.max(known.probedAt ?? 0, event.since), to: null, reason: 'source-unreachable' }],
      }
    case 'run-started':
      return isRunning(known)
        ? known
        : { ...known, runs: [...known.runs, { state: 'running', startedAt: knownAt, endedAt: null, hungAt: knownAt + 2 * HOUR_MS }] }
    case 'run-ended':
      return { ...known, runs: known.runs.map((run) => (run.endedAt === null ? { ...run, state: event.state, endedAt: knownAt } : run)) }
    case 'contract':
      return { ...known, breaks: withBreak(known, event.status, knownAt) }
    case 'work':
      return { ...known, windows: [...known.windows, { from: knownAt, to: knownAt + event.lastsMs, kind: event.of }] }
    default:
      return known
  }
}

/** What is broken at an instant is so from then on, until it is mended or broken otherwise. */
function withBreak({ breaks = [] }: Known, status: ContractBreak['status'] | null, knownAt: Instant): ContractBreak[] {
  const ended = breaks.map((one) => ({ ...one, to: one.to ?? knownAt })).filter(({ from, to }) => from < to)
  return status === null ? ended : [...ended, { from: knownAt, to: null, status, words: 'the field "email" is gone' }]
}

function newKeys({ keys = [] }: Known, { keys: seen, knownAt }: Extract<Event, { kind: 'probe' | 'told' }>): KeyReading[] {
  return seen === undefined ? [] : diffKeys(keys, seen, knownAt)
}

function isRunning(known: Pick<AssetFacts, 'runs'>): boolean {
  return known.runs.some((run) => run.endedAt === null)
}

/** One timeline by all that is known at the end. */
export function spansAtOnce(scenario: Scenario): Span[] {
  return timeline(versionsOf(scenario), learn(scenario), scenario.createdAt, END)
}

/** The spans as the live path writes them: after each event, the tail from where it begins to count. */
export function spansLive(scenario: Scenario): Span[] {
  let spans: Span[] = []
  let before = learn(scenario, scenario.createdAt - 1)
  for (const [index, event] of scenario.events.entries()) {
    const known = learnEvent(before, event)
    const now = scenario.events[index + 1]?.knownAt ?? END
    const from = Math.max(scenario.createdAt, Math.min(event.knownAt, countsFrom(scenario, before, known, event)))
    spans = [...cutAt(spans, from), ...timeline(versionsSoFar(scenario, index), known, from, now)]
    before = known
  }
  if (scenario.events.length === 0) spans = timeline(versionsOf(scenario), before, scenario.createdAt, END)
  const [first] = scenario.events
  const opening =
    first === undefined
      ? []
      : timeline(
          [{ from: scenario.createdAt, settings: scenario.first }],
          learn(scenario, scenario.createdAt - 1),
          scenario.createdAt,
          first.knownAt,
        )
  return [
    ...joinSpans(
      spans.length === 0 || spans[0]?.from === scenario.createdAt ? spans : [...cutAt(opening, spans[0]?.from ?? END), ...spans],
    ),
  ]
}

function versionsSoFar(scenario: Scenario, index: number): SettingsVersion[] {
  return versionsOf({ ...scenario, events: scenario.events.slice(0, index + 1) })
}

function cutAt(spans: readonly Span[], at: Instant): Span[] {
  return spans.filter((span) => span.from < at).map((span) => ({ ...span, to: Math.min(span.to, at) }))
}

/** The earliest instant that the event can change. */
function countsFrom(scenario: Scenario, before: Known, known: Known, event: Event): Instant {
  const blind = versionsOf(scenario, event.knownAt).flatMap(({ settings: own }) =>
    own === null ? [] : [blindFrom(own, prepareFacts(before))],
  )
  if (event.kind === 'answer') return Math.min(known.heard.begunAt ?? event.knownAt, ...blind)
  if (event.kind === 'unreachable') return known.blind.at(-1)?.from ?? event.knownAt
  if (event.kind !== 'probe' && event.kind !== 'told') return event.knownAt
  const counted = [...event.arrivals.map(effectiveAt), ...newKeys(before, event).map(({ countsFrom }) => countsFrom)]
  if (event.kind === 'told') return Math.min(...counted)
  return Math.min(...counted, ...blind, before.probedAt === null ? scenario.createdAt : event.knownAt)
}
