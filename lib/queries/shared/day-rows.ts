import type { Context } from '#lib/db/context.ts'
import type { DayStatus, LateDelivery } from '#lib/domain/freshness/days/day-status.ts'
import { lateInWords } from '#lib/domain/freshness/days/delivery-words.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { LocalDay } from '#lib/domain/time/local-day.ts'
import type { DayWindow } from './day-window.ts'
import { getOpenDays } from './open-days.ts'
import { getOpenDeliveries, type OpenDeliveries } from './open-deliveries.ts'

export interface DayRow {
  day: LocalDay
  worst: Status | null
  fresh: number
  late: number
  stale: number
  unknown: number
  maintenance: number
  blind: number
  /** Arrivals, and deliveries: how many were due, did not come, came late; of a day that is not over, only what was due by now. */
  arrivals: number | null
  expected: number | null
  missed: number | null
  cameLate: number | null
  /** Those that came late, the latest first, in the page's words; of many only some. */
  lateDeliveries: { expectedBy: string; deliveredAt: string; words: string }[]
  ready: boolean | null
}

const DAYS = `
  select to_char(day, 'YYYY-MM-DD') as day, worst, fresh_seconds as fresh, late_seconds as late, stale_seconds as stale,
    unknown_seconds as unknown, maintenance_seconds as maintenance, blind_seconds as blind, arrivals, expected, missed,
    came_late as "cameLate", late_deliveries as "lateDeliveries", ready
  from day_status where subject_id = $1 and day >= $2::date and day < $3::date order by day desc`

/** The days of a subject in the window that it has, newest first: the table behind the bars. */
export async function getDayRows(ctx: Context, window: DayWindow, subjectId: number): Promise<DayRow[]> {
  const [stored, open, due] = await Promise.all([
    ctx.pool.query<Omit<DayRow, 'lateDeliveries'> & { lateDeliveries: LateDelivery[] }>(DAYS, [subjectId, window.first, window.firstOpen]),
    getOpenDays(ctx, window, { ids: [subjectId] }),
    getOpenDeliveries(ctx, window, subjectId),
  ])
  const recent = (open.get(subjectId) ?? []).map((day) => ({ ...toDayRow(day), ...dueSoFar(due.get(day.day), window.zone) })).reverse()
  return [...recent, ...stored.rows.map((row) => ({ ...row, lateDeliveries: row.lateDeliveries.map((one) => toWords(one, window.zone)) }))]
}

function toWords(late: LateDelivery, zone: string): DayRow['lateDeliveries'][number] {
  return {
    expectedBy: new Date(late.expectedBy).toISOString(),
    deliveredAt: new Date(late.at).toISOString(),
    words: lateInWords(late, zone),
  }
}

function toDayRow(open: DayStatus): DayRow {
  return {
    day: open.day,
    worst: open.worst,
    fresh: open.freshSeconds,
    late: open.lateSeconds,
    stale: open.staleSeconds,
    unknown: open.unknownSeconds,
    maintenance: open.maintenanceSeconds,
    blind: open.blindSeconds,
    arrivals: null,
    expected: null,
    missed: null,
    cameLate: null,
    lateDeliveries: [],
    ready: null,
  }
}

function dueSoFar(due: OpenDeliveries | undefined, zone: string): Partial<DayRow> {
  if (due === undefined || due.expected === 0) return {}
  return { ...due, lateDeliveries: due.lateDeliveries.map((one) => toWords(one, zone)) }
}
