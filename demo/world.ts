import { ticksBetween } from '#lib/domain/time/cron.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { chance } from './chance.ts'
import { CAMPUS_ZONE } from './stretch.ts'

/** A table that others fill, and how. Days count backwards from the demo's first start. */
export interface WorldTable {
  /** Asset key, `campus/<schema>.<table>`. */
  key: string
  cron: string
  spreadMs: number
  rows: number
  /** Share of ticks that come hours late, and of those that never come. */
  lateShare: number
  missingShare: number
  /** Nothing arrives from this many days before the first start on. */
  stoppedDaysBefore?: number
  /** Nothing arrives between these many days before the first start. */
  gapDaysBefore?: readonly [from: number, to: number]
}

interface WorldArrival {
  at: Instant
  rows: number
}

const NIGHTLY = { spreadMs: 20 * MINUTE_MS, lateShare: 0.03, missingShare: 0.01 }

export const WORLD: readonly WorldTable[] = [
  { key: 'campus/bi.enrolment_dashboard', cron: '10 6 * * *', rows: 1, ...NIGHTLY, gapDaysBefore: [41, 40] },
  { key: 'campus/bookstore.adoptions', cron: '0 2 * * *', rows: 2_300, ...NIGHTLY, stoppedDaysBefore: 137 },
  { key: 'campus/parking.garage_counts', cron: '0 5 * * *', rows: 5_120, ...NIGHTLY, stoppedDaysBefore: 3 },
  {
    key: 'campus/facilities.badge_swipes',
    cron: '*/15 * * * *',
    rows: 140,
    spreadMs: 4 * MINUTE_MS,
    lateShare: 0,
    missingShare: 0.02,
    gapDaysBefore: [9.4, 9],
  },
]

function isQuiet(table: WorldTable, at: Instant, firstStart: Instant): boolean {
  const daysBefore = (firstStart - at) / DAY_MS
  if (table.stoppedDaysBefore !== undefined && daysBefore < table.stoppedDaysBefore) return true
  const gap = table.gapDaysBefore
  return gap !== undefined && daysBefore <= gap[0] && daysBefore > gap[1]
}

function arrivalOf(table: WorldTable, tick: Instant): WorldArrival {
  const name = `${table.key} ${tick}`
  const late = chance(`${name} late`) < table.lateShare ? HOUR_MS + chance(`${name} hours`) * 5 * HOUR_MS : 0
  const at = Math.round(tick + MINUTE_MS + chance(`${name} spread`) * table.spreadMs + late)
  return { at, rows: Math.round(table.rows * (0.9 + 0.2 * chance(`${name} rows`))) }
}

/** Arrivals in [from, to), oldest first; the same on every call. */
export function arrivalsOf(table: WorldTable, from: Instant, to: Instant, firstStart: Instant): WorldArrival[] {
  return ticksBetween({ cron: table.cron, zone: CAMPUS_ZONE, calendar: null }, from - 8 * HOUR_MS, to)
    .filter((tick) => chance(`${table.key} ${tick} missing`) >= table.missingShare)
    .map((tick) => arrivalOf(table, tick))
    .filter((arrival) => arrival.at >= from && arrival.at < to && !isQuiet(table, arrival.at, firstStart))
    .sort((a, b) => a.at - b.at)
}
