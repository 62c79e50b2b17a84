import type { Context, Sql } from '#lib/db/context.ts'
import { loadReady, type WaitingReady } from '#lib/db/messages/ready.ts'
import { getAddressedPage } from '#lib/db/settings.ts'
import { usualRouteOf } from '#lib/domain/messages/route.ts'
import type { Notice } from '#lib/notifiers/notifier.ts'
import { formatTime } from './compose.ts'
import type { Decision, Receiver } from './decision.ts'

/** Which data have come, of those that a receiver hears of. */
export async function decideReady(ctx: Context, sql: Sql, { key, routes, now }: Receiver, ids: readonly string[]): Promise<Decision> {
  const decision: Decision = { items: [], dropped: [] }
  for (const ready of await loadReady(sql, ids)) {
    const route = usualRouteOf(routes, key, 'ready', ready)
    if (route === null) decision.dropped.push({ ids: [ready.id], why: 'No route leads there.' })
    else {
      const compose = () => composeReady(ctx, ready)
      decision.items.push({ ids: [ready.id], notBefore: now, route, isOvertaken: false, isOver: true, remind: null, compose })
    }
  }
  return decision
}

async function composeReady(ctx: Context, { day, feed, feedName, groupName, owner, promise, at }: WaitingReady): Promise<Notice> {
  const page = await getAddressedPage(ctx)
  return {
    id: '',
    type: 'data.ready',
    about: `ready:${feed}:${day}`,
    title: `The data of ${feedName} have come`,
    lines: [
      `Everything promised of ${feedName} (${groupName}) has come on ${day}, the last of it by ${formatTime(at, page.zone)}.`,
      ...(promise === '' ? [] : [`Expected: ${promise}.`]),
    ],
    status: 'fresh',
    isOver: true,
    at,
    link: `${page.url.replace(/\/+$/, '')}/feeds/${encodeURIComponent(feed)}`,
    pageName: page.name,
    zone: page.zone,
    data: { feedKey: feed, feedName, groupName, owner, day },
  }
}
