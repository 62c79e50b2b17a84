import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { boundsOfDay, isValidDay, type LocalDay } from '#lib/domain/time/local-day.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { type DayWindow, getDayWindow } from '#lib/queries/shared/day-window.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { type DayArrivals, type DayDue, getDayArrivals, getDayDue } from './day-arrivals.ts'
import { type DayCause, getDayCauses, getTroubledFeeds } from './day-causes.ts'
import { type DayFeed, getDayFeeds } from './day-feeds.ts'
import { type DayHandRun, type DayReload, type DayWindowRow, getDayHands, getDayWindows } from './day-hands.ts'
import { type DayPassed, passedOf } from './day-passed.ts'
import { type DayRuns, getDayRuns } from './day-runs.ts'

export interface DayPageFeed extends DayFeed {
  arrivals: DayArrivals | null
  /** null: nothing was due, or the day is not over. */
  due: DayDue | null
}

/** What happened on a day. */
export interface DayStory {
  passed: DayPassed
  /** The end of the day, which may lie ahead. */
  end: number
  causes: DayCause[]
  feeds: DayPageFeed[]
  runs: DayRuns
  reloads: DayReload[]
  byHand: DayHandRun[]
  windows: DayWindowRow[]
}

export interface DayPage {
  page: CataloguePage
  banners: Banner[]
  window: DayWindow
  day: LocalDay
  /** null: the day lies outside the ninety that are kept. */
  story: DayStory | null
}

/** The screen of one day; null where the text is no day, and before the first catalogue. */
export async function getDayPage(ctx: Context, day: string): Promise<DayPage | null> {
  const page = await getPageSettings(ctx)
  if (page === null || !isValidDay(day)) return null
  const window = await getDayWindow(ctx, page)
  const passed = passedOf(day, window)
  const [banners, story] = await Promise.all([getBanners(ctx, page.demo), passed === null ? null : getStory(ctx, passed, window)])
  return { page, banners, window, day, story }
}

async function getStory(ctx: Context, passed: DayPassed, { zone }: DayWindow): Promise<DayStory> {
  const feeds = await getDayFeeds(ctx, passed)
  const [causes, arrivals, due, runs, hands, windows] = await Promise.all([
    getDayCauses(ctx, await getTroubledFeeds(ctx, feeds)),
    getDayArrivals(ctx, passed),
    getDayDue(ctx, passed, zone),
    getDayRuns(ctx, passed),
    getDayHands(ctx, passed),
    getDayWindows(ctx, passed),
  ])
  const end = boundsOfDay(passed.day, zone).end
  const told = feeds.map((feed) => ({ ...feed, arrivals: arrivals.get(feed.id) ?? null, due: due.get(feed.id) ?? null }))
  return { passed, end, causes, feeds: told, runs, ...hands, windows }
}
