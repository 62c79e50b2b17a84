import type { Arrival, JudgedClock } from './facts.ts'
import type { Instant } from './instant.ts'

/** What a look saw on one clock; null: it looked, and nothing was there. */
export interface Reading {
  at: Instant | null
  precision: 'instant' | 'day'
}

/** The last reading of each clock that was ever read. */
export type KnownReadings = Partial<Record<JudgedClock, Reading>>

/**
 * What a look tells: a clock that moved forward or shows its first value is an arrival; one that went back, or whose value is gone,
 * a correction; one that shows the same as before tells nothing.
 */
export function diffReadings(
  known: KnownReadings,
  readings: readonly (Reading & { clock: JudgedClock })[],
  recordedAt: Instant,
  rows: number | null,
): Arrival[] {
  return readings.flatMap(({ clock, at, precision }): Arrival[] => {
    const before = known[clock]?.at ?? null
    if (at === before) return []
    const kind = at !== null && (before === null || at > before) ? 'arrival' : 'correction'
    return [{ clock, at, recordedAt, kind, precision, rows }]
  })
}
