import { DAY_UNITS, type DayCell, STATUS_LETTERS } from '#lib/queries/shared/day-cells.ts'

/** Geometry of a row of bars, in pixels: a day every `step`; what lasted for a part of a day differs in width beside its colour. */
export interface BarSize {
  step: number
  bar: number
  lateBar: number
  maintenanceBar: number
  height: number
}

export const SMALL: BarSize = { step: 5, bar: 3, lateBar: 2, maintenanceBar: 1, height: 28 }
export const LARGE: BarSize = { step: 12, bar: 10, lateBar: 7, maintenanceBar: 4, height: 40 }

/** One path: `className` names the pattern, `d` what it covers. */
export interface BarStroke {
  className: string
  d: string
}

/**
 * Days that were the same throughout as few long strokes; the parts of the others, the worst at the bottom, as areas that reach over several
 * days; gaps in our sight over both. The patterns (`bar-patterns.tsx`) cut bars out of strokes and areas.
 */
export function barStrokes(days: readonly DayCell[], size: BarSize): BarStroke[] {
  const whole = days.map(({ status, parts }) => (parts.length > 1 ? null : status === null ? 'n' : STATUS_LETTERS[status]))
  const blind = days.map((day) => (day.blind ? 'b' : null))
  return [...strokesOf(whole, size), ...areasOf(days, size), ...strokesOf(blind, size)]
}

interface Run<T> {
  value: T
  from: number
  length: number
}

function runsOf<T>(row: readonly T[]): Run<T>[] {
  const runs: Run<T>[] = []
  for (const [index, value] of row.entries()) {
    const last = runs.at(-1)
    if (last?.value === value) last.length += 1
    else runs.push({ value, from: index, length: 1 })
  }
  return runs
}

/** One path for each name, in steps from where its last stroke ended. */
function strokesOf(row: readonly (string | null)[], { step, height }: BarSize): BarStroke[] {
  const runs = runsOf(row)
  const names = new Set(row.filter((name) => name !== null))
  return [...names].map((className) => {
    let pen: number | undefined
    const strokes = runs.filter(({ value }) => value === className)
    const d = strokes.map(({ from, length }) => {
      const move = pen === undefined ? `M${from * step} ${height / 2}` : `m${(from - pen) * step} 0`
      pen = from + length
      return `${move}h${length * step}`
    })
    return { className, d: d.join('') }
  })
}

/** What is filled of a day, from the line it stands on (or hangs from) to its other end. */
interface Area {
  name: string
  day: number
  base: number
  end: number
}

/** One path for each name, made of one line of steps for all areas that stand on the same line. */
function areasOf(days: readonly DayCell[], size: BarSize): BarStroke[] {
  const areas = days.flatMap((cell, day) => (cell.parts.length > 1 ? areasOfDay(cell, day, size) : []))
  return [...new Set(areas.map(({ name }) => name))].map((className) => {
    const own = areas.filter(({ name }) => name === className)
    const lines = [...new Set(own.map(({ base }) => base))]
    const d = lines.map((base) =>
      steps(
        base,
        own.filter((area) => area.base === base),
        size.step,
      ),
    )
    return { className, d: d.join('') }
  })
}

/** The parts of a day, each a pixel short of the one above it; the unknown is dashed, from its top to a whole dash. */
function areasOfDay({ parts }: DayCell, day: number, { height }: BarSize): Area[] {
  let bottom = height
  return parts.flatMap(({ status, units }): Area[] => {
    const edge = tenth(bottom - (units * height) / DAY_UNITS)
    const [top, foot] = [tenth(edge === 0 ? 0 : edge + 1), bottom]
    const dashes = Math.max(1, Math.floor(tenth(bottom - edge) / 4))
    bottom = edge
    if (status === null) return []
    const name = `p${STATUS_LETTERS[status]}`
    if (status !== 'unknown') return [top === 0 ? { name, day, base: 0, end: foot } : { name, day, base: foot, end: top }]
    return Array.from({ length: dashes }, (_, dash) => {
      const from = tenth(top + dash * 4)
      return { name, day, base: tenth(Math.min(foot, from + 2)), end: from }
    })
  })
}

function steps(base: number, areas: readonly Area[], step: number): string {
  const [first, last] = [areas[0]?.day ?? 0, areas.at(-1)?.day ?? 0]
  const ends = Array.from({ length: last - first + 1 }, () => base)
  for (const { day, end } of areas) ends[day - first] = end
  return `M${first * step} ${base}${runsOf(ends)
    .map(({ value, length }) => `V${value}h${length * step}`)
    .join('')}V${base}`
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
