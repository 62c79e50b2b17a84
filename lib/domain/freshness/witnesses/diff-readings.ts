import type { Arrival, JudgedClock } from '#lib/domain/freshness/facts.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { Witness } from './witness.ts'

/** What a look saw on one clock; null: it looked, and nothing was there. */
export interface Reading {
  at: Instant | null
  precision: 'instant' | 'day'
  /** A wall time that autumn repeats: `at` is its first instant, this its second. */
  orAt?: Instant | undefined
  /** Nothing is there now, but there was something at the look before, although no time of it was known. */
  isEmptied?: boolean
}

export type KnownReadings = Partial<Record<JudgedClock, Pick<Reading, 'at' | 'precision'>>>

/**
 * What a look tells, compared with what the same witness saw before: a clock that moved forward or shows its first value is an arrival; one that went back, or whose value is gone,
 * a correction; one that shows the same as before tells nothing, and neither does a wall clock that steps back within the hour it repeats.
 * A first look at nothing is told as an arrival of nothing: it is known to be empty.
 */
export function diffReadings(
  known: KnownReadings,
  readings: readonly (Reading & { clock: JudgedClock })[],
  { lookedAt, witness, rows }: { lookedAt: Instant; witness: Witness; rows: number | null },
): Arrival[] {
  return readings.flatMap((reading): Arrival[] => {
    const { clock, at, precision } = reading
    const before = known[clock]
    if (before !== undefined && (at === before.at || isRepeat(before.at, reading))) return []
    const kind = before === undefined ? firstKind(reading) : isForward(before, reading) ? 'arrival' : 'correction'
    return [{ clock, at, recordedAt: lookedAt, witness, happenedAt: lookedAt, kind, precision, rows }]
  })
}

function firstKind({ at, isEmptied }: Reading): Arrival['kind'] {
  return at === null && isEmptied === true ? 'correction' : 'arrival'
}

/** A known day is its last instant: where the clock comes to tell instants, one of that day is no step back. */
function isForward(before: Pick<Reading, 'at' | 'precision'>, { at, precision }: Reading): boolean {
  if (at === null || before.at === null) return at !== null
  return at > (before.precision === 'day' && precision === 'instant' ? before.at - DAY_MS : before.at)
}

/** It went back on the wall only: as the second of the two instants that show it, it is later than before. */
function isRepeat(before: Instant | null, { at, orAt }: Reading): boolean {
  return before !== null && at !== null && orAt !== undefined && at < before && before <= orAt
}
