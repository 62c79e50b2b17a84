import { formatDuration } from '#lib/domain/wording/durations.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { TaskRow } from '#lib/queries/runs/run-rows.ts'

/** A stretch of a step, in percent of the chart's width. */
export interface TaskBar {
  kind: 'work' | 'wait'
  x: number
  width: number
}

export interface TaskBars {
  from: number
  to: number
  /** Where now is, in percent; null when the run is over. */
  nowX: number | null
  /** By attempt, each with its steps in order. */
  attempts: { attempt: number; steps: { task: TaskRow; bars: TaskBar[] }[] }[]
}

const WIDTH_MIN = 0.6
const SPAN_MS_MIN = 1000

/** Places steps between the run's start and its end, or now as long as it runs. */
export function barsOf(run: { tasks: readonly TaskRow[]; startedAt: number | null; endedAt: number | null }, now: number): TaskBars {
  const { tasks } = run
  const isRunning = run.endedAt === null && tasks.some((task) => task.endedAt === null)
  const from = Math.min(run.startedAt ?? Infinity, ...tasks.map((task) => task.startedAt))
  const latest = Math.max(run.endedAt ?? 0, ...tasks.map((task) => task.endedAt ?? task.startedAt), from + SPAN_MS_MIN)
  const to = isRunning ? Math.max(latest, now) : latest
  const share = (at: number) => (100 * (Math.min(Math.max(at, from), to) - from)) / (to - from)
  const byAttempt = Map.groupBy(tasks, (task) => task.attempt)
  const attempts = [...byAttempt].map(([attempt, steps]) => ({
    attempt,
    steps: steps.map((task) => ({ task, bars: stretches(task, to).map(([kind, start, end]) => bar(kind, share(start), share(end))) })),
  }))
  return { from, to, nowX: isRunning ? share(now) : null, attempts: attempts.sort((a, b) => a.attempt - b.attempt) }
}

type Stretch = readonly [kind: TaskBar['kind'], from: number, to: number]

function stretches(task: TaskRow, to: number): Stretch[] {
  const end = task.endedAt ?? to
  const found: Stretch[] = []
  let at = task.startedAt
  for (const wait of task.waits.filter(({ from }) => from < end)) {
    if (wait.from > at) found.push(['work', at, wait.from])
    at = Math.min(wait.until, end)
    found.push(['wait', wait.from, at])
  }
  return at < end || found.length === 0 ? [...found, ['work', at, end]] : found
}

function bar(kind: TaskBar['kind'], start: number, end: number): TaskBar {
  const width = Math.max(WIDTH_MIN, end - start)
  return { kind, x: Math.min(start, 100 - width), width }
}

/** A step in words: its state, how long, how many tries, what was wrong. */
export function stepInWords(task: TaskRow, now: number): string {
  const tries = task.tries > 1 ? `, ${formatCount(task.tries)} tries` : ''
  const problem = task.problem === null ? '' : `: ${task.problem}`
  if (task.endedAt !== null) return `${task.state} in ${formatDuration(task.endedAt - task.startedAt)}${tries}${problem}`
  const wait = task.waits.at(-1)
  if (wait === undefined) return `running for ${formatDuration(now - task.startedAt)}`
  const again = `try ${formatCount(task.tries + 1)}`
  if (wait.until > now) return `waits ${formatDuration(wait.until - now)} for ${again}${problem}`
  return `running for ${formatDuration(now - task.startedAt)}, ${again}${task.problem === null ? '' : `; before${problem}`}`
}
