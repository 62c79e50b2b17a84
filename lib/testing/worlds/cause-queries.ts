import type { Context } from '#lib/db/context.ts'
import { getOutlook } from '#lib/queries/outlook/outlook.ts'
import { causeGraphNow, causesAt, causesNow, causesThen } from '#lib/queries/shared/causes.ts'
import { getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { getGoodAgain, getGoodAgainOfFeeds, promisedAmong } from '#lib/queries/shared/good-again.ts'
import { getRootsOfAsset, getRootsOfFeed, getRootsOfFeeds } from '#lib/queries/shared/roots.ts'
import type { Asked } from './catalogue-queries.ts'

/** The queries of what everything comes down to, by their names. */
export const CAUSE_QUERIES: Record<string, (ctx: Context, about: Asked) => Promise<unknown>> = {
  causeGraphNow: (ctx) => causeGraphNow(ctx, true),
  causesAt: async (ctx) => [await causesAt(ctx), await causesAt(ctx, ctx.clock.now() - 1)],
  causesNow: (ctx) => causesNow(ctx),
  causesThen: async (ctx) => [...(await causesThen(ctx, [ctx.clock.now() - 2, ctx.clock.now() - 1]))],
  getGoodAgain: async (ctx) => [...(await getGoodAgain(ctx))],
  getGoodAgainOfFeeds: async (ctx) => [...(await getGoodAgainOfFeeds(ctx))],
  getOutlook: async (ctx) => (await getOutlook(ctx, await getFeedRows(ctx))).lines,
  getRootsOfAsset: (ctx, { assets: [, id = 0] }) => getRootsOfAsset(ctx, id, ''),
  getRootsOfFeed: (ctx, { feed }) => getRootsOfFeed(ctx, { id: feed, key: '', status: 'late' }),
  getRootsOfFeeds: async (ctx, { feed }) => [...(await getRootsOfFeeds(ctx, [{ id: feed, status: 'late' }], await causesNow(ctx)))],
  promisedAmong: (ctx, { assets }) => promisedAmong(ctx, assets),
}

/** They tell numbers, times and statuses. */
export const NAMELESS_CAUSES = ['causesAt', 'causesNow', 'causesThen', 'getRootsOfFeeds']
