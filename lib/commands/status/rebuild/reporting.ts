import type { Sql } from '#lib/db/context.ts'
import { getAllOfPage } from '#lib/db/settings.ts'
import { receiversOf } from '#lib/domain/messages/route.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { addDays, type LocalDay, localDay, startOfDay } from '#lib/domain/time/local-day.ts'

/** What a rebuild must know beside the facts: the moment, the page's days, and whom to tell. */
export interface Reporting {
  now: Instant
  zone: string
  readyBy: string
  /** The local day of `now`: days before it have ended. */
  today: LocalDay
  /** Nothing before this instant is rebuilt: older facts may have been pruned. */
  horizon: Instant
  channels: string[]
  /** Who is told that the data of a day have come. */
  readyFor: string[]
}

const HISTORY_DAYS = 90

/** Reads what a rebuild at this moment must know. */
export async function loadReporting(sql: Sql, now: Instant): Promise<Reporting> {
  const { page, tell, routing } = await getAllOfPage(sql)
  const today = localDay(now, page.zone)
  return {
    now,
    zone: page.zone,
    readyBy: page.readyBy,
    today,
    horizon: startOfDay(addDays(today, -HISTORY_DAYS), page.zone),
    channels: [
      ...(tell.email === null ? [] : ['email']),
      ...(tell.webhook === null ? [] : ['webhook']),
      ...receiversOf(routing.routes, 'feeds'),
    ],
    readyFor: receiversOf(routing.routes, 'ready'),
  }
}
