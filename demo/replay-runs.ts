import type { PastRun } from '#lib/db/runs/past-runs.ts'
import { isGood } from '#lib/domain/runs/run.ts'
import { upstreamTick, waitsForUpstream } from '#lib/domain/runs/run-plan.ts'
import { nextTick, type Schedule, ticksBetween } from '#lib/domain/time/cron.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { atTimeOfDay, daysBetween, localDay } from '#lib/domain/time/local-day.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { chance } from './chance.ts'
import { endedRun } from './ended-run.ts'
import { FAULTS, type Fault } from './faults.ts'
import { habitOf } from './habits.ts'
import { CAMPUS_ZONE, type Stretch } from './stretch.ts'

export interface ReplayedFlow {
  name: string
  schedule: Schedule | null
  after: readonly string[]
  timeoutMs: number
}

interface ReplayedRuns {
  runs: PastRun[]
  /** A flow's first tick that is left to the worker, because its run would not have ended yet. */
  leftToWorker: Map<string, Instant>
}

/** A night without a worker. */
export interface Night {
  from: Instant
  to: Instant
}

const WAITS_UNTIL_CLAIMED_MS = 20 * SECOND_MS

/** The runs of a stretch by habits and faults, each tick planned, started and ended by a worker's rules (one run of a flow at a time,
 * `after` waited for, ticks without a worker missed). The same stretch gives the same runs. */
export function replayRuns(flows: readonly ReplayedFlow[], stretch: Stretch, nobody: Night | null): ReplayedRuns {
  const told = new Map<string, FlowPast>()
  const byName = new Map(flows.map((flow) => [flow.name, flow]))
  const tell = (flow: ReplayedFlow): FlowPast => {
    const known = told.get(flow.name)
    if (known !== undefined) return known
    const past = new FlowPast(flow, stretch, nobody)
    // Entered first; it cannot loop: the catalogue forbids flows that wait for each other.
    told.set(flow.name, past)
    past.tell(flow.after.flatMap((name) => byName.get(name) ?? []).map(tell))
    return past
  }
  for (const flow of flows) tell(flow)
  const pasts = [...told.values()]
  return {
    runs: pasts.flatMap((past) => past.runs),
    leftToWorker: new Map(pasts.flatMap(({ flow, leftToWorker }) => (leftToWorker === null ? [] : [[flow.name, leftToWorker]]))),
  }
}

/** When a run may start, or why it never can. */
type Start = { at: Instant } | { gaveUpAt: Instant; words: string }

class FlowPast {
  readonly flow: ReplayedFlow
  readonly runs: PastRun[] = []
  leftToWorker: Instant | null = null
  readonly #stretch: Stretch
  readonly #nobody: Night | null

  constructor(flow: ReplayedFlow, stretch: Stretch, nobody: Night | null) {
    this.flow = flow
    this.#stretch = stretch
    this.#nobody = nobody
  }

  tell(upstream: readonly FlowPast[]): void {
    const { schedule, name } = this.flow
    if (schedule === null) return
    const { from, to } = this.#stretch
    let createdAt = from
    for (const tick of ticksBetween(schedule, from, to)) {
      const planned = { flow: name, trigger: 'schedule' as const, scheduledFor: tick, createdAt, requestedBy: null }
      if (!this.#replayTick(planned, schedule, upstream)) {
        this.leftToWorker = tick
        return
      }
      createdAt = tick
    }
  }

  /** False where the run would not be over yet. */
  #replayTick(planned: Planned, schedule: Schedule, upstream: readonly FlowPast[]): boolean {
    const tick = planned.scheduledFor
    if (this.#isMissed(tick, schedule)) {
      this.runs.push(neverBegun(planned, 'missed', tick, null))
      return true
    }
    const fault = this.#faultOn(tick)
    const start = this.#startOf(tick, schedule, upstream)
    const run = 'gaveUpAt' in start ? neverBegun(planned, 'failed', start.gaveUpAt, start.words) : this.#execute(planned, start.at, fault)
    if (run.endedAt >= this.#stretch.to) return false
    this.runs.push(run)
    if (fault?.again !== undefined && fault.by !== undefined) this.#repeat(run, fault.again, fault.by)
    return true
  }

  #execute(planned: Planned, startedAt: Instant, fault: Fault | undefined): PastRun {
    return endedRun(planned, startedAt, { habit: habitOf(planned.flow), timeoutMs: this.flow.timeoutMs, fault })
  }

  #repeat(failed: PastRun, timeOfDay: string, requestedBy: string): void {
    const at = Math.max(failed.endedAt + SECOND_MS, atTimeOfDay(localDay(failed.scheduledFor, CAMPUS_ZONE), timeOfDay, CAMPUS_ZONE))
    const asked = { flow: this.flow.name, trigger: 'manual' as const, scheduledFor: at, createdAt: at, requestedBy }
    const run = this.#execute(asked, at + SECOND_MS, undefined)
    if (run.endedAt < this.#stretch.to) this.runs.push(run)
  }

  #faultOn(tick: Instant): Fault | undefined {
    const daysBefore = daysBetween(localDay(tick, CAMPUS_ZONE), localDay(this.#stretch.firstStart, CAMPUS_ZONE))
    return FAULTS.find(({ flow, days: [first, last] }) => flow === this.flow.name && daysBefore <= first && daysBefore >= last)
  }

  /** After a night without a worker only the newest tick runs. */
  #isMissed(tick: Instant, schedule: Schedule): boolean {
    const night = this.#nobody
    if (night === null || tick < night.from || tick >= night.to) return false
    const next = nextTick(schedule, tick)
    return next !== null && next < night.to
  }

  #startOf(tick: Instant, schedule: Schedule, upstream: readonly FlowPast[]): Start {
    const night = this.#nobody
    const isThere = night === null || tick < night.from || tick >= night.to
    let at = (isThere ? tick : night.to) + Math.ceil(chance(`${this.flow.name} ${tick} taken`) * WAITS_UNTIL_CLAIMED_MS)
    const before = this.runs.at(-1)
    if (before !== undefined) at = Math.max(at, before.endedAt + SECOND_MS)
    for (const past of upstream) {
      const start = past.#readyFor(tick, schedule, tick + this.flow.timeoutMs)
      if ('gaveUpAt' in start)
        return { ...start, words: `It waited ${formatDuration(this.flow.timeoutMs)} and could not start. ${start.words}` }
      at = Math.max(at, start.at + SECOND_MS)
    }
    return { at }
  }

  /** From when on this flow has done what another flow's run for `tick` waits for. */
  #readyFor(tick: Instant, own: Schedule, until: Instant): Start {
    const awaited = this.flow.schedule === null ? null : upstreamTick(own, this.flow.schedule, tick)
    if (awaited === null) return { at: tick }
    const since = this.runs.filter((run) => run.scheduledFor >= awaited && run.scheduledFor <= until)
    const good = since.filter((run) => isGood(run.state)).map((run) => run.endedAt)
    const at = Math.min(...good)
    if (at < until) return { at }
    const words = waitsForUpstream(this.flow.name, since)
    return words === null ? { at: tick } : { gaveUpAt: until, words: words.replaceAll('Waits for', 'It waited for') }
  }
}

export type Planned = Pick<PastRun, 'flow' | 'trigger' | 'scheduledFor' | 'createdAt' | 'requestedBy'>

function neverBegun(planned: Planned, state: 'missed' | 'failed', endedAt: Instant, problem: string | null): PastRun {
  const nothing = { startedAt: null, rowsLoaded: 0, report: null, internalProblem: null, counters: {}, tasks: [], log: [], rejections: [] }
  return { ...planned, ...nothing, state, endedAt, problem }
}
