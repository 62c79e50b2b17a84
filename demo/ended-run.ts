import type { PastRun, PastTask } from '#lib/db/runs/past-runs.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { chance } from './chance.ts'
import type { Fault } from './faults.ts'
import type { Habit } from './habits.ts'

interface Told {
  habit: Habit
  timeoutMs: number
  fault: Fault | undefined
}

type Planned = Pick<PastRun, 'flow' | 'trigger' | 'scheduledFor' | 'createdAt' | 'requestedBy'>

const TOO_LONG = 'The run took longer than its flow allows.'
const TRIES = 4

/** A past run from start to end: as its habit has it, or its fault. */
export function endedRun(planned: Planned, startedAt: Instant, { habit, timeoutMs, fault }: Told): PastRun {
  const name = `${planned.flow} ${planned.scheduledFor} ${planned.trigger}`
  const endedAt = startedAt + durationOf(name, habit, timeoutMs, fault)
  const run = { ...planned, startedAt, endedAt }
  if (fault?.ends === 'failed') return { ...brokenRun(run, habit, 'failed', fault.problem), failure: fault.failure ?? null }
  if (fault?.ends === 'timed-out') return brokenRun(run, habit, 'timed-out', TOO_LONG)
  return goodRun(run, habit, name, fault)
}

function durationOf(name: string, { seconds }: Habit, timeoutMs: number, fault: Fault | undefined): number {
  if (fault?.ends === 'timed-out') return timeoutMs
  if (fault?.ends === 'slow' || fault?.ends === 'failed') return Math.min(fault.minutes * MINUTE_MS, timeoutMs)
  return Math.round((0.7 + 0.6 * chance(`${name} took`)) * seconds * SECOND_MS)
}

type Begun = Planned & { startedAt: Instant; endedAt: Instant }

function goodRun(run: Begun, habit: Habit, name: string, fault: Extract<Fault, { ends: 'partial' | 'slow' }> | undefined): PastRun {
  const seen = Math.round(habit.rows * (0.97 + 0.06 * chance(`${name} rows`)))
  const isQuiet = chance(`${name} quiet`) < (habit.quiet ?? 0)
  const share = habit.changed === 1 ? 1 : habit.changed * (0.5 + chance(`${name} changed`))
  const changed = isQuiet ? 0 : Math.max(1, Math.round(seen * share))
  const refused = fault?.ends === 'partial' ? (fault.refused ?? 0) : 0
  const incomplete = fault?.ends === 'partial' ? (fault.incomplete ?? null) : null
  const reason = fault?.ends === 'partial' ? (fault.reason ?? '') : ''
  const last = habit.tasks.at(-1) ?? 'load'
  return {
    ...run,
    state: incomplete === null && refused === 0 ? 'completed' : 'partial',
    rowsLoaded: changed,
    report: { rowsSeen: seen, counts: { rows: seen, changed, ...(refused > 0 && { refused }) }, rowsByAsset: {}, incomplete },
    problem: incomplete,
    internalProblem: null,
    counters: { [last]: { rows: seen, changed } },
    tasks: tasksOf(run, habit.tasks, null),
    log: [
      { at: run.startedAt, level: 'info', message: `${seen} rows to read.` },
      ...(incomplete === null ? [] : [{ at: run.endedAt, level: 'warn' as const, message: incomplete }]),
      {
        at: run.endedAt,
        level: 'info',
        message: `${seen} rows seen, ${changed} new or changed${refused > 0 ? `, ${refused} put aside` : ''}.`,
      },
    ],
    rejections: Array.from({ length: refused }, (_, n) => ({ task: habit.tasks[0] ?? last, key: keyOf(name, n), reason, at: run.endedAt })),
  }
}

function keyOf(name: string, n: number): string {
  return `row ${1 + Math.floor(chance(`${name} refused ${n}`) * 900) * 10 + n}`
}

function brokenRun(run: Begun, habit: Habit, state: 'failed' | 'timed-out', problem: string): PastRun {
  return {
    ...run,
    state,
    rowsLoaded: 0,
    report: null,
    problem,
    internalProblem: problem,
    counters: {},
    tasks: tasksOf(run, habit.tasks.slice(0, 1), problem),
    log: [{ at: run.endedAt, level: 'error', message: problem }],
    rejections: [],
  }
}

/** A run's time shared out among its tasks; a problem ends the last of them. */
function tasksOf({ startedAt, endedAt }: Begun, names: readonly string[], problem: string | null): PastTask[] {
  const share = (endedAt - startedAt) / Math.max(1, names.length)
  return names.map((name, position) => {
    const at = { startedAt: Math.round(startedAt + position * share), endedAt: Math.round(startedAt + (position + 1) * share) }
    const isLast = position === names.length - 1
    if (problem === null || !isLast) return { name, state: 'completed', tries: 1, ...at, problem: null }
    return { name, state: 'failed', tries: TRIES, ...at, problem }
  })
}
