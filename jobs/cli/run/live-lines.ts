import type { LiveScreen } from '#jobs/cli/verb.ts'
import { livenessInWords } from '#lib/domain/runs/liveness.ts'
import { isEnded } from '#lib/domain/runs/run.ts'
import { type ProgressMark, throughputInWords, throughputOf } from '#lib/domain/runs/throughput.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { clockTime } from '#lib/domain/wording/dates.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { LogLine, TaskRow } from '#lib/queries/runs/run-rows.ts'
import type { RunView } from '#lib/queries/runs/run-view.ts'
import { logLineInWords, onOneLine, progressInWords, runInWords, stateInWords, waitingInWords } from './in-words.ts'

export interface LiveView {
  run: RunView
  marks: readonly ProgressMark[]
  log: readonly LogLine[]
  zone: string
}

interface ScreenSize {
  columns: number
  rows: number
}

const STEPS_SHOWN = 8
const BAR_WIDTH_MAX = 48
const MARKS: Record<TaskRow['state'], string> = { running: '▸', completed: '✓', failed: '✗', cancelled: '–' }

/** The display of a run, clipped to the size of the screen. */
export function liveLines(view: LiveView, size: ScreenSize): string[] {
  const { run } = view
  const head = isEnded(run.state) ? [runInWords(run)] : headOf(view, size)
  const body = [...head, ...spaced(countersOf(run)), ...spaced(stepsOf(run, run.now))]
  const room = Math.max(0, size.rows - body.length - 2)
  const tail = room === 0 ? [] : view.log.slice(-room).map((line) => logLineInWords(line, view.zone))
  return [...body, ...spaced(tail)].slice(0, Math.max(1, size.rows - 1)).map((line) => clipped(line, size.columns))
}

function headOf({ run, marks, zone }: LiveView, { columns }: ScreenSize): string[] {
  const since = run.startedAt === null ? '' : `, ${formatDuration(run.now - run.startedAt)}`
  const lines = [`${run.flow}: ${stateInWords(run)}${since}`]
  const progress = progressInWords(run)
  if (progress !== '') lines.push(`${barOf(run, Math.min(BAR_WIDTH_MAX, columns - progress.length - 4))}${progress}`)
  const pace = [run.state === 'running' ? throughputInWords(throughputOf(marks, run.startedAt)) : null, etaInWords(run, zone)]
  lines.push(...sentence(pace))
  lines.push(...sentence([waitingInWords(run), run.rowsRejected === 0 ? null : `${formatCount(run.rowsRejected)} put aside so far`]))
  lines.push(...sentence([livenessInWords(run, run.now)]))
  return lines
}

function sentence(parts: readonly (string | null)[]): string[] {
  const said = parts.filter((part) => part !== null)
  return said.length === 0 ? [] : [said.join('; ')]
}

function barOf({ progressDone: done, progressTotal: total }: RunView, width: number): string {
  if (done === null || total === null || total === 0 || width < 8) return ''
  const full = Math.round(Math.min(1, done / total) * width)
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}  `
}

function etaInWords(run: RunView, zone: string): string | null {
  if (run.etaAt === null) return null
  if (run.etaAt <= run.now) return 'it takes longer than it seemed'
  return `ends about ${clockTime(run.etaAt, zone)} (in ${formatDuration(run.etaAt - run.now)})`
}

function countersOf({ counters }: RunView): string[] {
  const stages = Object.entries(counters)
  const width = Math.max(0, ...stages.map(([stage]) => stage.length))
  const words = (counts: Record<string, number>) => Object.entries(counts).map(([name, count]) => `${formatCount(count)} ${name}`)
  return stages.map(([stage, counts]) => `  ${stage.padEnd(width)}  ${words(counts).join(', ')}`)
}

function stepsOf(run: RunView, now: Instant): string[] {
  const own = run.tasks.filter((task) => task.attempt === run.attempt)
  const open = own.filter((task) => task.state === 'running')
  const over = own.filter((task) => task.state !== 'running').slice(-Math.max(1, STEPS_SHOWN - open.length))
  const shown = [...over, ...open.slice(-STEPS_SHOWN)]
  const width = Math.max(0, ...shown.map((task) => task.name.length))
  return shown.map((task) => `  ${MARKS[task.state]} ${task.name.padEnd(width)}  ${stepInWords(task, now)}`)
}

function stepInWords(task: TaskRow, now: Instant): string {
  const wait = task.endedAt === null ? task.waits.findLast(({ until }) => until > now) : undefined
  if (wait !== undefined) return `waits ${formatDuration(wait.until - now)} for try ${task.tries + 1}: ${task.problem ?? ''}`
  const took = formatDuration((task.endedAt ?? now) - task.startedAt)
  if (task.endedAt === null) return `for ${took}${task.waits.length > 0 ? `, try ${task.tries + 1}` : ''}`
  const tries = task.tries > 1 ? `, ${task.tries} tries` : ''
  return `${task.state} in ${took}${tries}${task.problem === null ? '' : `: ${task.problem}`}`
}

function spaced(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines]
}

/** A longer line would wrap, and the next drawing would not cover it. */
function clipped(line: string, columns: number): string {
  const letters = [...onOneLine(line)]
  return letters.length < columns ? letters.join('') : `${letters.slice(0, Math.max(0, columns - 2)).join('')}…`
}

interface ScreenStream {
  columns?: number | undefined
  rows?: number | undefined
  write(text: string): unknown
}

const DEFAULT_SIZE: ScreenSize = { columns: 80, rows: 24 }

export function createLiveScreen(stream: ScreenStream): LiveScreen {
  let drawn: readonly string[] = []
  return {
    size: () => ({ columns: stream.columns ?? DEFAULT_SIZE.columns, rows: stream.rows ?? DEFAULT_SIZE.rows }),
    draw(lines) {
      if (lines.length === drawn.length && lines.every((line, i) => line === drawn[i])) return
      stream.write(redraw(drawn.length, lines))
      drawn = lines
    },
    leave() {
      drawn = []
    },
  }
}

/** Moves up over the last drawing, erases below, writes the new lines. */
export function redraw(linesBefore: number, lines: readonly string[]): string {
  const up = linesBefore === 0 ? '' : `\u001B[${linesBefore}A`
  return `${up}\r\u001B[0J${lines.map((line) => `${line}\n`).join('')}`
}
