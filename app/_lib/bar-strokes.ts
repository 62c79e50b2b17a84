import { readCell } from '#lib/queries/day-cells.ts'

/** Geometry of a row of bars: a day every `step` pixels. */
export interface BarSize {
  step: number
  bar: number
  height: number
}

export const SMALL: BarSize = { step: 5, bar: 3, height: 28 }
export const LARGE: BarSize = { step: 12, bar: 10, height: 40 }

const CLASS_OF = { fresh: 'f', late: 'l', stale: 's', unknown: 'u', maintenance: 'm' } as const

/** One stroke: `className` names the pattern, `d` the runs of days it covers. */
export interface BarStroke {
  className: string
  d: string
}

/** Ninety letters as at most seven paths, each made of runs of equal days; blind days get one more on top. */
export function barStrokes(days: string, size: BarSize): BarStroke[] {
  const found = new Map<string, string>()
  const classes = [...days].map((letter) => {
    const { status } = readCell(letter)
    return status === null ? 'n' : CLASS_OF[status]
  })
  const blind = [...days].map((letter) => (readCell(letter).blind ? 'b' : null))
  for (const row of [classes, blind])
    for (const run of runsOf(row)) found.set(run.name, `${found.get(run.name) ?? ''}${runPath(run, size)}`)
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

/** `84 days fresh, 4 late, 1 stale`: the row in words. */
export function daysInWords(days: string): string {
  const counts = new Map<string, number>()
  for (const letter of days) {
    const { status } = readCell(letter)
    if (status !== null) counts.set(status, (counts.get(status) ?? 0) + 1)
  }
  if (counts.size === 0) return 'no history yet'
  const order = ['fresh', 'late', 'stale', 'unknown', 'maintenance']
  const shown = order.flatMap((status) => (counts.has(status) ? [`${counts.get(status)} ${status}`] : []))
  return `days by their worst status: ${shown.join(', ')}`
}
