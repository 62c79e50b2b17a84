import type { Status } from '#lib/domain/freshness/status.ts'
import { DAY_UNITS, type DayCell, type DayPart } from '#lib/queries/shared/day-cells.ts'

/** Geometry of a row of bars, in pixels, with bars.css: a day every `step`; what was late is narrower and keeps to the left. */
export interface BarSize {
  step: number
  bar: number
  lateBar: number
  height: number
}

export const SMALL: BarSize = { step: 5, bar: 3, lateBar: 2, height: 28 }
export const LARGE: BarSize = { step: 12, bar: 10, lateBar: 7, height: 40 }

const CLASS_OF: Record<Status, string> = { fresh: 'f', late: 'l', stale: 's', unknown: 'u', maintenance: 'm' }

/** One path: `className` names the pattern or colour, `d` what it covers. */
export interface BarStroke {
  className: string
  d: string
}

/** Days that were the same throughout as few long strokes, the others as upright strokes on top of each other, the worst at the bottom; gaps in our sight over both. */
export function barStrokes(days: readonly DayCell[], size: BarSize): BarStroke[] {
  const whole = days.map(({ status, parts }) => (parts.length > 1 ? null : status === null ? 'n' : CLASS_OF[status]))
  const blind = days.map((day) => (day.blind ? 'b' : null))
  const strokes = [
    ...runsOf(whole).map((run) => runStroke(run, size)),
    ...days.flatMap(({ parts }, index) => (parts.length > 1 ? partStrokes(parts, index * size.step, size) : [])),
    ...runsOf(blind).map((run) => runStroke(run, size)),
  ]
  const classes = [...new Set(strokes.map(({ name }) => name))]
  return classes.map((className) => ({ className, d: pathThrough(strokes.filter(({ name }) => name === className)) }))
}

/** A straight line from one point to another. */
interface Stroke {
  name: string
  from: readonly [x: number, y: number]
  to: readonly [x: number, y: number]
}

interface Run {
  name: string
  from: number
  length: number
}

function runsOf(row: readonly (string | null)[]): Run[] {
  const runs: Run[] = []
  for (const [index, name] of row.entries()) {
    const last = runs.at(-1)
    if (name === null) continue
    if (last && last.name === name && last.from + last.length === index) last.length += 1
    else runs.push({ name, from: index, length: 1 })
  }
  return runs
}

function runStroke({ name, from, length }: Run, { step, height }: BarSize): Stroke {
  return { name, from: [from * step, height / 2], to: [(from + length) * step, height / 2] }
}

/** The parts of a day, each a pixel short of the one above it; the pattern of the unknown is dashed, and ends on a dash. */
function partStrokes(parts: readonly DayPart[], left: number, { bar, lateBar, height }: BarSize): Stroke[] {
  let bottom = height
  return parts.flatMap(({ status, units }) => {
    const edge = tenth(bottom - (units * height) / DAY_UNITS)
    const top = tenth(edge === 0 ? 0 : edge + 1)
    const lines = Math.floor(tenth(bottom - edge) / 4)
    const x = left + (status === 'late' ? lateBar : bar) / 2
    const end = status === 'unknown' ? top + (lines > 1 ? lines * 4 - 2 : Math.min(2, bottom - top)) : bottom
    bottom = edge
    return status === null ? [] : [{ name: `p${CLASS_OF[status]}`, from: [x, top], to: [x, tenth(end)] }]
  })
}

/** One path through all strokes, in steps from where the last one ended; an upright stroke is drawn from the end that needs fewer letters. */
function pathThrough(strokes: readonly Stroke[]): string {
  let path = ''
  let pen: readonly [number, number] | undefined
  for (const { from, to } of strokes) {
    const [[, next], [, other]] = [from, to]
    const [start, end] = pen !== undefined && next !== other && pen[1] === other ? [to, from] : [from, to]
    const move = pen === undefined ? `M${start.join(' ')}` : `m${tenth(start[0] - pen[0])} ${tenth(start[1] - pen[1])}`
    path += move.replace(' -', '-') + (start[1] === end[1] ? `h${end[0] - start[0]}` : `v${tenth(end[1] - start[1])}`)
    pen = end
  }
  return path
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}

/** `84 days fresh, 4 late, 1 stale`: the row in words. */
export function daysInWords(days: readonly DayCell[]): string {
  const counts = new Map<string, number>()
  for (const { status } of days) if (status !== null) counts.set(status, (counts.get(status) ?? 0) + 1)
  if (counts.size === 0) return 'no history yet'
  const order = ['fresh', 'late', 'stale', 'unknown', 'maintenance']
  const shown = order.flatMap((status) => (counts.has(status) ? [`${counts.get(status)} ${status}`] : []))
  return `days by their worst status: ${shown.join(', ')}`
}
