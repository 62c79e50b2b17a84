import type { Status } from '#lib/domain/freshness/status.ts'
import { DAY_UNITS, type DayCell, type DayPart } from '#lib/queries/shared/day-cells.ts'

/** Geometry of a row of bars: a day every `step` pixels. */
export interface BarSize {
  step: number
  bar: number
  height: number
}

export const SMALL: BarSize = { step: 5, bar: 3, height: 28 }
export const LARGE: BarSize = { step: 12, bar: 10, height: 40 }

const CLASS_OF: Record<Status, string> = { fresh: 'f', late: 'l', stale: 's', unknown: 'u', maintenance: 'm' }

/** In a day of several statuses each has a width of its own beside its colour: of the bar's width, so much. */
const WIDTH_OF: Record<Status, number> = { fresh: 1, stale: 1, unknown: 1, late: 0.7, maintenance: 0.4 }

/** One path: `className` names the pattern or colour, `d` what it covers. */
export interface BarStroke {
  className: string
  d: string
}

/** Days that were the same throughout as few long strokes, the others as parts on top of each other, the worst at the bottom; gaps in our sight over both. */
export function barStrokes(days: readonly DayCell[], size: BarSize): BarStroke[] {
  const found = new Map<string, string>()
  const add = (name: string, d: string) => found.set(name, `${found.get(name) ?? ''}${d}`)
  const whole = days.map(({ status, parts }) => (parts.length > 1 ? null : status === null ? 'n' : CLASS_OF[status]))
  const blind = days.map((day) => (day.blind ? 'b' : null))
  for (const run of runsOf(whole)) add(run.name, runPath(run, size))
  for (const [index, { parts }] of days.entries()) {
    if (parts.length > 1) for (const { name, d } of partPaths(parts, index * size.step, size)) add(name, d)
  }
  for (const run of runsOf(blind)) add(run.name, runPath(run, size))
  return [...found].map(([className, d]) => ({ className, d }))
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

function runPath(run: Run, size: BarSize): string {
  return `M${run.from * size.step} ${size.height / 2}h${run.length * size.step}`
}

function partPaths(parts: readonly DayPart[], x: number, { bar, height }: BarSize): { name: string; d: string }[] {
  const unit = height / DAY_UNITS
  let bottom = height
  return parts.flatMap(({ status, units }) => {
    const top = tenth(bottom - units * unit)
    const part = { x, top, height: tenth(bottom - top), bar }
    bottom = top
    return status === null ? [] : [{ name: `p${CLASS_OF[status]}`, d: partPath(status, part) }]
  })
}

/** A rectangle that leaves a pixel to the part above it; what we could not see is lines, as in a whole day of it. */
function partPath(status: Status, { x, top, height, bar }: { x: number; top: number; height: number; bar: number }): string {
  const gap = top === 0 ? 0 : 1
  if (status === 'unknown') {
    const lines = Math.max(1, Math.floor(height / 4))
    return Array.from({ length: lines }, (_, line) => rectangle(x, tenth(top + gap + line * 4), bar, Math.min(2, height - gap))).join('')
  }
  const width = Math.round(bar * WIDTH_OF[status])
  return rectangle(x + (status === 'maintenance' ? (bar - width) / 2 : 0), tenth(top + gap), width, tenth(height - gap))
}

function rectangle(x: number, y: number, width: number, height: number): string {
  return `M${x} ${y}h${width}v${height}h-${width}z`
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
