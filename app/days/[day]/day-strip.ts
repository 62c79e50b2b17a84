import type { Span } from '#lib/domain/freshness/span.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import { atTimeOfDay, type DayBounds } from '#lib/domain/time/local-day.ts'

export const STRIP_HEIGHT = 16

/** A block of the strip, across in percent, down in pixels. */
export interface StripBlock {
  status: Status
  x: number
  width: number
  y: number
  height: number
}

/** What lasted for a moment is still seen. */
const WIDTH_MIN = 0.4

/** How a status stands in the strip, beside its colour: as in the bars of days. */
const SHAPES: Record<Status, readonly (readonly [y: number, height: number])[]> = {
  fresh: [[0, 16]],
  late: [[6, 10]],
  stale: [
    [0, 6],
    [9, 7],
  ],
  unknown: [
    [0, 2],
    [4, 2],
    [8, 2],
    [12, 2],
  ],
  maintenance: [[4, 8]],
}

/** The spans of a day as blocks on a line from its beginning to its end. */
export function stripOf(spans: readonly Span[], { start, end }: Pick<DayBounds, 'start' | 'end'>): StripBlock[] {
  const share = (at: number) => (100 * (at - start)) / (end - start)
  return joined(spans).flatMap(({ status, from, to }) => {
    const width = Math.max(WIDTH_MIN, share(to) - share(from))
    return SHAPES[status].map(([y, height]) => ({ status, x: Math.min(share(from), 100 - width), width, y, height }))
  })
}

interface Stretch {
  status: Status
  from: number
  to: number
}

/** One status for several reasons is one stretch. */
function joined(spans: readonly Span[]): Stretch[] {
  const found: Stretch[] = []
  for (const { status, from, to } of spans) {
    const last = found.at(-1)
    if (status === null) continue
    if (last?.status === status && last.to === from) last.to = to
    else found.push({ status, from, to })
  }
  return found
}

/** The marks of the line: each time of day with its place in percent, where days are 23 or 25 hours long, too. */
export function marksOf({ day, start, end }: DayBounds, zone: string): { time: string; x: number }[] {
  const within = ['06:00', '12:00', '18:00'].map((time) => ({ time, x: (100 * (atTimeOfDay(day, time, zone) - start)) / (end - start) }))
  return [{ time: '00:00', x: 0 }, ...within, { time: '24:00', x: 100 }]
}
