import { ticksBetween } from '#lib/domain/cron.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/instant.ts'
import { localDay } from '#lib/domain/local-day.ts'

export const CAMPUS_ZONE = 'America/New_York'

/** How many local days of past the demo tells: what the page shows, and a little before. */
export const PAST_DAYS = 92

/** One table of the pretend campus and the habits of whoever fills it. Days before the demo's first start count backwards. */
export interface WorldTable {
  /** Asset key, `campus/<schema>.<table>`. */
  key: string
  cron: string
  /** Ordinary spread after the tick. */
  spreadMs: number
  rows: number
  /** Share of ticks that come hours late, and that never come. */
  lateShare: number
  missingShare: number
  /** Nothing arrives from this many days before the first start on. */
  stoppedDaysBefore?: number
  /** Nothing arrives between these many days before the first start. */
  gapDaysBefore?: readonly [from: number, to: number]
  /** Data is about this many days before its load (a date column). */
  dataLagDays?: number
}

export interface WorldArrival {
  at: Instant
  rows: number
  /** The newest local day inside the data, where the table has one. */
  dataThrough: string | null
}

const NIGHTLY = { spreadMs: 20 * MINUTE_MS, lateShare: 0.03, missingShare: 0.01 }

/** The other departments' tables. The registrar's and the lake's own are loaded by real flows. */
export const WORLD: readonly WorldTable[] = [
  { key: 'campus/registrar.enrolment_snapshot', cron: '30 5 * * *', rows: 18_400, ...NIGHTLY, gapDaysBefore: [41, 40] },
  { key: 'campus/bi.enrolment_dashboard', cron: '10 6 * * *', rows: 1, ...NIGHTLY, gapDaysBefore: [41, 40] },
  { key: 'campus/housing.assignments', cron: '15 3 * * *', rows: 7_900, ...NIGHTLY, gapDaysBefore: [19, 16] },
  {
    key: 'campus/dining.transactions',
    cron: '*/15 * * * *',
    rows: 140,
    spreadMs: 4 * MINUTE_MS,
    lateShare: 0,
    missingShare: 0.02,
    gapDaysBefore: [9.4, 9],
  },
  { key: 'campus/library.patrons', cron: '0 4 * * *', rows: 31_250, ...NIGHTLY },
  { key: 'campus/library.patron_file', cron: '40 4 * * *', rows: 1, ...NIGHTLY, gapDaysBefore: [28, 26] },
  { key: 'campus/parking.permits', cron: '0 5 * * *', rows: 5_120, ...NIGHTLY, stoppedDaysBefore: 3 },
  { key: 'campus/bookstore.adoptions', cron: '0 2 * * *', rows: 2_300, ...NIGHTLY, stoppedDaysBefore: 137 },
  { key: 'campus/bursar.payments', cron: '0 6 * * 1-5', rows: 940, ...NIGHTLY, dataLagDays: 1, gapDaysBefore: [54, 52] },
  { key: 'campus/research.grants', cron: '0 7 * * 1', rows: 310, spreadMs: 2 * HOUR_MS, lateShare: 0.1, missingShare: 0 },
  { key: 'campus/alumni.addresses', cron: '30 4 * * *', rows: 410, ...NIGHTLY },
  { key: 'campus/athletics.ticket_scans', cron: '0 22 * * 6', rows: 11_000, spreadMs: HOUR_MS, lateShare: 0, missingShare: 0 },
]

/** A number in [0, 1) that only depends on the text: the same past on every start. */
export function chance(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return ((hash ^ (hash >>> 15)) >>> 0) / 0x1_0000_0000
}

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
  const dataThrough = table.dataLagDays === undefined ? null : localDay(at - table.dataLagDays * DAY_MS, CAMPUS_ZONE)
  return { at, rows: Math.round(table.rows * (0.9 + 0.2 * chance(`${name} rows`))), dataThrough }
}

/** What arrived in `table` during [from, to), oldest first; the same answer whenever it is asked. */
export function arrivalsOf(table: WorldTable, from: Instant, to: Instant, firstStart: Instant): WorldArrival[] {
  return ticksBetween({ cron: table.cron, zone: CAMPUS_ZONE, calendar: null }, from - 8 * HOUR_MS, to)
    .filter((tick) => chance(`${table.key} ${tick} missing`) >= table.missingShare)
    .map((tick) => arrivalOf(table, tick))
    .filter((arrival) => arrival.at >= from && arrival.at < to && !isQuiet(table, arrival.at, firstStart))
    .sort((a, b) => a.at - b.at)
}
