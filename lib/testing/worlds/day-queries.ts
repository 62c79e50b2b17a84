import type { Context } from '#lib/db/context.ts'
import { localDay } from '#lib/domain/time/local-day.ts'
import { getAges } from '#lib/queries/days/ages.ts'
import { getCauseDetails } from '#lib/queries/days/cause-details.ts'
import { getDayArrivals, getDayDue } from '#lib/queries/days/day-arrivals.ts'
import { getDayCauses, getTroubledFeeds } from '#lib/queries/days/day-causes.ts'
import { getDayFeeds, getDaySubjects } from '#lib/queries/days/day-feeds.ts'
import { getDayHands, getDayWindows } from '#lib/queries/days/day-hands.ts'
import { getDayPage } from '#lib/queries/days/day-page.ts'
import { passedOf } from '#lib/queries/days/day-passed.ts'
import { getDayRuns } from '#lib/queries/days/day-runs.ts'
import { getSubjectDay } from '#lib/queries/days/subject-day.ts'
import { getDayWindow } from '#lib/queries/shared/day-window.ts'
import type { Asked } from './catalogue-queries.ts'

const todayOf = ({ clock }: Context) => localDay(clock.now(), 'UTC')

async function passedToday(ctx: Context) {
  const passed = passedOf(todayOf(ctx), await getDayWindow(ctx, { zone: 'UTC', readyBy: '08:00' }))
  if (passed === null) throw new Error('today is no day')
  return passed
}

const troubled = ({ clock }: Context, { feed, assets }: Asked) => ({
  ...{ id: feed, assetIds: assets },
  troubles: [{ from: clock.now() - 2, to: clock.now(), worst: 'late' as const }],
})

/** The queries of one day, and of how old something was on each, by their names. */
export const DAY_QUERIES: Record<string, (ctx: Context, about: Asked) => Promise<unknown>> = {
  getAges: (ctx, { assets: [id = 0] }) => getAges(ctx, { id, probedAt: null, clocks: ['writtenAt'] }, [], [{ recordedAt: 0 }]),
  getCauseDetails: (ctx, { assets }) =>
    getCauseDetails(
      ctx,
      assets.map((id) => ({ cause: { key: `asset:${id}`, heldIds: [id] }, at: ctx.clock.now() })),
    ),
  getDayArrivals: async (ctx) => [...(await getDayArrivals(ctx, await passedToday(ctx)))],
  getDayCauses: (ctx, about) => getDayCauses(ctx, [troubled(ctx, about)]),
  getDayDue: async (ctx) => [...(await getDayDue(ctx, await passedToday(ctx), 'UTC'))],
  getDayFeeds: async (ctx) => getDayFeeds(ctx, await passedToday(ctx)),
  getDayHands: async (ctx) => getDayHands(ctx, await passedToday(ctx)),
  getDayPage: (ctx) => getDayPage(ctx, todayOf(ctx)),
  getDayRuns: async (ctx) => getDayRuns(ctx, await passedToday(ctx)),
  getDaySubjects: async (ctx, { assets }) => [...(await getDaySubjects(ctx, await passedToday(ctx), assets))],
  getDayWindows: async (ctx) => getDayWindows(ctx, await passedToday(ctx)),
  getSubjectDay: async (ctx, { name }) => [
    await getSubjectDay(ctx, todayOf(ctx), null),
    await getSubjectDay(ctx, todayOf(ctx), { kind: 'feed', key: `${name}-feed` }),
  ],
  getTroubledFeeds: (ctx, about) => getTroubledFeeds(ctx, [troubled(ctx, about)]),
}

/** They tell numbers, times and statuses; who sees which causes of a day their own test asks. */
export const NAMELESS_DAYS = ['getAges', 'getDayArrivals', 'getDayCauses', 'getDayDue', 'getDaySubjects', 'getTroubledFeeds']
