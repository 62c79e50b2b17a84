import { isFailure } from '#lib/domain/runs/run.ts'
import { upstreamTick } from '#lib/domain/runs/run-plan.ts'
import { endOfRun, whyNothingIsPromised, workInWords } from '#lib/domain/runs/work-record.ts'
import { nextTick, previousTick, type Schedule } from '#lib/domain/time/cron.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import type { Conditions } from './again.ts'
import type { RunUnderWay, Writer } from './writer.ts'

/** When a run begins and will have ended, or why nobody can say. */
export type Try = { beginsAt: Instant; endsAt: Instant; conditions: Conditions } | { because: string }

/** What lets a run begin: from then on, on these conditions; or it stays shut. */
type Gate = { opensAt: Instant; conditions: Conditions } | { because: string }

const UNCONDITIONAL: Conditions = { ifAnswering: [], ifSucceeding: [] }
const IF_UNSEEN_ANSWERS: Conditions = { ifAnswering: [UNSEEN], ifSucceeding: [] }
const OPEN: Gate = { opensAt: Number.NEGATIVE_INFINITY, conditions: UNCONDITIONAL }
/** Ticks that are looked at: of those that other flows hold up, the next one comes in their place. */
const TICKS_TRIED = 60

/** The next runs of flows and jobs, as far as anybody knows of them at an instant. */
export class Tries {
  readonly #writers: ReadonlyMap<string, Writer>
  readonly #now: Instant
  readonly #known = new Map<string, Map<Instant, Try>>()
  readonly #asking = new Set<string>()

  constructor(writers: Iterable<Writer>, now: Instant) {
    this.#writers = new Map([...writers].map((writer) => [writer.key, writer]))
    this.#now = now
  }

  /** The first run of a writer that begins at an instant or later, one that goes on included. */
  from(key: string, from: Instant): Try {
    const known = this.#known.get(key) ?? new Map<Instant, Try>()
    const found = known.get(from) ?? this.#find(key, from)
    this.#known.set(key, known.set(from, found))
    return found
  }

  #find(key: string, from: Instant): Try {
    const writer = this.#writers.get(key)
    if (writer === undefined) return { because: `nothing is known of ${key.slice(key.indexOf(':') + 1)}` }
    const because = whyNothingIsPromised(writer)
    if (because !== null) return { because }
    const busy = writer.running === null ? { endsAt: Number.NEGATIVE_INFINITY } : this.#endOf(writer, writer.running)
    if ('because' in busy) return busy
    if (writer.running?.isTry === true && writer.running.startedAt >= from)
      return { ...busy, beginsAt: writer.running.startedAt, conditions: conditionsOf(writer) }
    const begin = this.#begin(writer, from, Math.max(this.#now, busy.endsAt))
    if ('because' in begin) return begin
    const end = endOfRun(writer, begin.opensAt)
    if ('because' in end) return end
    return { ...end, beginsAt: begin.opensAt, conditions: allOf([begin.conditions, conditionsOf(writer)]) }
  }

  #endOf(writer: Writer, { startedAt, endsAt, isStuck }: RunUnderWay): { endsAt: Instant } | { because: string } {
    if (isStuck) return { because: `nobody knows when the run of ${workInWords(writer)} that goes on will end` }
    const end = endsAt === null ? endOfRun(writer, startedAt) : { endsAt }
    return 'because' in end ? end : { endsAt: Math.max(end.endsAt, this.#now) }
  }

  /** When the first run that is not under way begins, at `from` or later. */
  #begin(writer: Writer, from: Instant, free: Instant): Gate {
    const announced = writer.announced.map((at) => Math.max(at, free)).filter((at) => at >= from)
    const first = Math.min(...announced)
    const scheduled = this.#scheduled(writer, from, free)
    if ('because' in scheduled) return announced.length === 0 ? scheduled : { ...OPEN, opensAt: first }
    return scheduled.opensAt <= first ? scheduled : { ...OPEN, opensAt: first }
  }

  #scheduled(writer: Writer, from: Instant, free: Instant): Gate {
    const { schedule, dueAt, pausedUntil } = writer
    const name = workInWords(writer)
    if (pausedUntil === END_OF_TIME) return { because: `${name} is paused` }
    if (schedule === null) return { because: `nobody here knows when ${name} runs next` }
    const planned = Math.max(this.#now, pausedUntil ?? this.#now)
    let because = `${name} has no next run`
    let tick = firstTick(schedule, { from, planned, dueAt })
    for (let tried = 0; tick !== null && tried < TICKS_TRIED; tried += 1) {
      const next = nextTick(schedule, Math.max(tick, planned))
      const gate = this.#gateOf(writer, schedule, tick)
      if ('because' in gate) because = gate.because
      else {
        const opensAt = Math.max(tick, free, gate.opensAt)
        const isTooLate = (next !== null && opensAt >= next) || gate.opensAt >= tick + writer.patienceMs
        if (!isTooLate && opensAt >= from) return { ...gate, opensAt }
      }
      tick = next
    }
    return { because }
  }

  /** What the flows that it comes after have to do before its run of a tick begins. */
  #gateOf(writer: Writer, schedule: Schedule, tick: Instant): Gate {
    if (this.#asking.has(writer.key)) return OPEN
    this.#asking.add(writer.key)
    let gate: Gate = writer.isAfterUnseen ? { ...OPEN, conditions: IF_UNSEEN_ANSWERS } : OPEN
    for (const key of writer.after) {
      const before = this.#writers.get(key)
      const awaited = before?.schedule ? upstreamTick(schedule, before.schedule, tick) : null
      if (before === undefined || awaited === null || 'because' in gate) continue
      gate = laterOf(gate, this.#goodRun(before, awaited))
    }
    this.#asking.delete(writer.key)
    return gate
  }

  /** When a run of this tick, or after it, will have ended well. */
  #goodRun(before: Writer, tick: Instant): Gate {
    const { running, lastFor, lastGoodFor } = before
    const isPast = tick <= this.#now
    if (isPast && ((lastGoodFor ?? -END_OF_TIME) >= tick || (lastFor ?? -END_OF_TIME) < tick)) return OPEN
    const soonest = running !== null && running.scheduledFor < tick ? running.startedAt + 1 : Number.NEGATIVE_INFINITY
    const run = this.from(before.key, isPast ? soonest : tick)
    return 'because' in run ? run : { opensAt: run.endsAt, conditions: run.conditions }
  }
}

/** The newest tick that comes by then; where none does, the one that waits, else the next. */
function firstTick(
  schedule: Schedule,
  { from, planned, dueAt }: { from: Instant; planned: Instant; dueAt: Instant | null },
): Instant | null {
  const newest = from > planned ? previousTick(schedule, from) : null
  if (newest !== null && newest > planned) return newest
  return dueAt ?? nextTick(schedule, planned)
}

/** What does not answer explains why the last run failed. */
function conditionsOf(writer: Writer): Conditions {
  const { ends, downConnections } = writer
  const [last] = ends
  const hasFailed = last !== undefined && isFailure(last.state) && downConnections.length === 0
  return { ifAnswering: downConnections, ifSucceeding: hasFailed ? [workInWords(writer)] : [] }
}

/** All of them together, each once. */
export function allOf(conditions: readonly Conditions[]): Conditions {
  let all = UNCONDITIONAL
  for (const one of conditions) {
    if (one.ifAnswering.length === 0 && one.ifSucceeding.length === 0) continue
    all = all === UNCONDITIONAL ? one : bothOf(all, one)
  }
  return all
}

function bothOf(a: Conditions, b: Conditions): Conditions {
  return {
    ifAnswering: [...new Set([...a.ifAnswering, ...b.ifAnswering])],
    ifSucceeding: [...new Set([...a.ifSucceeding, ...b.ifSucceeding])],
  }
}

function laterOf(a: Gate, b: Gate): Gate {
  if ('because' in a) return a
  return 'because' in b ? b : { opensAt: Math.max(a.opensAt, b.opensAt), conditions: allOf([a.conditions, b.conditions]) }
}
