import type { Context } from '#lib/db/context.ts'
import type { DayStatus } from '#lib/domain/freshness/days/day-status.ts'
import { daysBetween, type LocalDay } from '#lib/domain/time/local-day.ts'
import { BAR_DAYS, BLIND_SECONDS_DRAWN, cellOfSeconds, DAY_SECONDS_SQL, type DaySeconds, writeCell } from './day-cells.ts'
import type { DayWindow } from './day-window.ts'
import { getOpenDays, type SubjectChoice } from './open-days.ts'

/** Ninety days of one subject, ready to be drawn, and the two numbers that come from the same seconds. */
export interface Bars {
  until: LocalDay
  /** One cell per day, oldest first (`day-cells.ts`); empty when left out to be loaded later. */
  days: string
  /** Fresh ÷ (fresh + late + stale) in percent, cut to two digits; null when there was nothing to judge. */
  share: number | null
  /** Seconds that belong to no share, because nobody could see: a share of 100 says nothing about them. */
  unseenSeconds: number
  /** Of the days that are over: on how many it was fresh at the page's ready-by time, and on how many that was asked. */
  ready: number
  readyOf: number
}

interface Stored {
  id: number
  /** Each stored day as its place in the window and its seconds (`DAY_SECONDS_SQL`), `0 f;1 !s60f86340`. */
  days: string
  unseen: number
  fresh: number
  judged: number
  ready: number
  readyOf: number
}

const STORED = `
  select d.subject_id as id,
    string_agg((d.day - $1::date) || ' ' || ${DAY_SECONDS_SQL}, ';') as days,
    sum(d.unknown_seconds)::float8 as unseen,
    sum(d.fresh_seconds)::float8 as fresh,
    sum(d.fresh_seconds + d.late_seconds + d.stale_seconds)::float8 as judged,
    (count(*) filter (where d.ready))::int as ready,
    count(d.ready)::int as "readyOf"
  from day_status d
  where d.subject_id = any(array(select s.id from subject s where s.removed_at is null and (s.kind = any($3::text[]) or s.id = any($4::int[]))))
    and d.day >= $1::date and d.day < $2::date
  group by d.subject_id`

/** The bars of the chosen subjects by id; a subject without any history has none. */
export async function getBars(ctx: Context, window: DayWindow, choice: SubjectChoice): Promise<Map<number, Bars>> {
  const values = [window.first, window.firstOpen, choice.kinds ?? [], choice.ids ?? []]
  const [stored, open] = await Promise.all([ctx.pool.query<Stored>(STORED, values), getOpenDays(ctx, window, choice)])
  const bars = new Map<number, Bars>()
  for (const row of stored.rows) bars.set(row.id, toBars(window, row, open.get(row.id) ?? []))
  for (const [id, days] of open) if (!bars.has(id)) bars.set(id, toBars(window, null, days))
  return bars
}

function toBars(window: DayWindow, stored: Stored | null, open: readonly DayStatus[]): Bars {
  const cells = Array.from({ length: BAR_DAYS }, () => '.')
  for (const day of stored?.days.split(';') ?? []) {
    const [place, seconds = ''] = day.split(' ')
    cells[Number(place)] = cellOfSeconds(seconds)
  }
  let fresh = stored?.fresh ?? 0
  let judged = stored?.judged ?? 0
  let unseen = stored?.unseen ?? 0
  for (const day of open) {
    cells[daysBetween(window.first, day.day)] = writeCell(secondsOf(day), day.blindSeconds >= BLIND_SECONDS_DRAWN)
    fresh += day.freshSeconds
    judged += day.freshSeconds + day.lateSeconds + day.staleSeconds
    unseen += day.unknownSeconds
  }
  return {
    until: window.today,
    days: cells.join(''),
    share: judged === 0 ? null : Math.floor((fresh * 10_000) / judged) / 100,
    unseenSeconds: unseen,
    ready: stored?.ready ?? 0,
    readyOf: stored?.readyOf ?? 0,
  }
}

function secondsOf(day: DayStatus): DaySeconds {
  return [
    ['stale', day.staleSeconds],
    ['late', day.lateSeconds],
    ['unknown', day.unknownSeconds],
    ['maintenance', day.maintenanceSeconds],
    ['fresh', day.freshSeconds],
    [null, day.noneSeconds],
  ]
}
