import type { Context, Sql } from '#lib/db/context.ts'
import { loadReports, type WaitingReport } from '#lib/db/messages/reports.ts'
import { getAddressedPage } from '#lib/db/settings.ts'
import { channelsOf } from '#lib/domain/messages/route.ts'
import type { Notice } from '#lib/notifiers/notifier.ts'
import { formatTime } from './compose.ts'
import type { Decision, Receiver } from './decision.ts'

/** Which reports of readers a receiver hears of: those of feeds that a route leads from to it. */
export async function decideReports(ctx: Context, sql: Sql, { key, routes, now }: Receiver, ids: readonly string[]): Promise<Decision> {
  const decision: Decision = { items: [], dropped: [] }
  for (const report of await loadReports(sql, ids)) {
    const own = [report.outboxId]
    const route = routes.find((one) => channelsOf([one], report).includes(key)) ?? null
    if (route === null) decision.dropped.push({ ids: own, why: 'No route leads there.' })
    else {
      const compose = () => composeReport(ctx, report)
      decision.items.push({ ids: own, notBefore: now, route, isOvertaken: false, isOver: false, remind: null, compose })
    }
  }
  return decision
}

/** What is reported, in one line. */
export function reportTitle({ by, feedName }: Pick<WaitingReport, 'by' | 'feedName'>): string {
  return `${by} reports a problem with ${feedName}`
}

async function composeReport(ctx: Context, { id, at, text, by, asset, feed, feedName, owner }: WaitingReport): Promise<Notice> {
  const page = await getAddressedPage(ctx)
  const seenIn = asset === null ? '' : `, seen in ${asset}`
  return {
    id: '',
    type: 'feed.reported',
    about: `report:${id}`,
    title: reportTitle({ by, feedName }),
    lines: [...text.split('\n').filter((line) => line.trim() !== ''), `Reported ${formatTime(at, page.zone)}${seenIn}.`],
    status: null,
    isOver: false,
    at,
    link: `${page.url.replace(/\/+$/, '')}/feeds/${encodeURIComponent(feed)}`,
    pageName: page.name,
    zone: page.zone,
    data: { report: String(id), feedKey: feed, feedName, owner, by, asset, text },
  }
}
