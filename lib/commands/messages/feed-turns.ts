import { loadCauseGraph } from '#lib/db/causes/cause-graph.ts'
import type { Context, Sql } from '#lib/db/context.ts'
import { loadFeedAssets } from '#lib/db/messages/feed-assets.ts'
import { loadMessages } from '#lib/db/messages/messages.ts'
import { type FeedTurn, loadTurns } from '#lib/db/messages/receivers.ts'
import { getAddressedPage } from '#lib/db/settings.ts'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import { assetOf } from '#lib/domain/lineage/causes/cause.ts'
import { findCauses } from '#lib/domain/lineage/causes/find-causes.ts'
import { type Place, type Route, routeOf, usualRouteOf } from '#lib/domain/messages/route.ts'
import { turnToTell } from '#lib/domain/messages/what-to-tell.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { composeMessage } from './compose.ts'
import type { Decision, Receiver } from './decision.ts'

/** What a receiver is told of how feeds turned: each feed as it stands now, where that is news for it. */
export async function decideTurns(ctx: Context, sql: Sql, { key, routes, now }: Receiver, ids: readonly string[]): Promise<Decision> {
  const byFeed = [...Map.groupBy(await loadTurns(sql, key, ids), ({ feedId }) => feedId).values()]
  const placeOf = await placesOf(sql, now, routes, byFeed)
  const decision: Decision = { items: [], dropped: [] }
  for (const turns of byFeed) {
    const last = turns.at(-1)
    if (last === undefined) continue
    const facts = { ...last, status: last.to, place: placeOf(last.feedId) }
    const route = routeOf(routes, key, facts)
    const word = turnToTell(last, route?.events.includes('feeds') ?? false)
    const own = turns.map(({ id }) => id)
    if (word === null) decision.dropped.push({ ids: own, why: route === null ? 'No route leads there.' : 'It is no news there.' })
    else
      decision.items.push({
        ids: own.reverse(),
        ...word,
        route: route ?? usualRouteOf(routes, key, 'feeds', last),
        isOvertaken: last.isOvertaken,
        isOver: !isUnhealthy(last.to),
        remind: null,
        compose: () => composeTurn(ctx, last),
      })
  }
  return decision
}

async function composeTurn(ctx: Context, { id, told }: FeedTurn) {
  const [message] = await loadMessages(ctx.pool, [id])
  if (message === undefined) return null
  return composeMessage({ ...message, from: told ?? message.from }, await getAddressedPage(ctx))
}

/** Where feeds stand in what is wrong now; looked up only where a route asks for it. */
async function placesOf(
  sql: Sql,
  now: Instant,
  routes: readonly Route[],
  feeds: readonly FeedTurn[][],
): Promise<(feedId: number) => Place> {
  if (routes.every(({ place }) => place === null)) return () => 'root'
  const assets = Map.groupBy(
    await loadFeedAssets(
      sql,
      feeds.flatMap(([turn]) => turn?.feedId ?? []),
    ),
    ({ feedId }) => feedId,
  )
  const causes = findCauses(await loadCauseGraph(sql, { at: now, withRisk: false }))
  return (feedId) => {
    const own = assets.get(feedId) ?? []
    const inside = new Set(own.map(({ id }) => id))
    const begun = own.filter(({ promised }) => promised).flatMap(({ id }) => causes.beginningsOf(id))
    return begun.length === 0 || begun.some(({ key }) => inside.has(assetOf(key) ?? -1)) ? 'root' : 'dependant'
  }
}
