import { OVERVIEW_SHOWS } from '#app/_ui/live/shown-topics.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { dayPath, overviewPath } from '#app/_ui/paths.ts'
import { dayAfter, dayInFull, dayName } from '#lib/domain/wording/dates.ts'
import type { DayPage, DayStory } from '#lib/queries/days/day-page.ts'
import { BAR_DAYS } from '#lib/queries/shared/day-cells.ts'
import { DayCauses } from './day-causes.tsx'
import { DayFeeds } from './day-feeds.tsx'
import { DayHands, DayWindows } from './day-hands.tsx'
import { DayRuns } from './day-runs.tsx'
import { dayVerdict } from './day-words.ts'

/** A day: what broke and why, who mended it, how each feed was and what came for it, and what ran. */
export function DayScreen({ found }: { found: DayPage }) {
  const { page, window, day, story, banners } = found
  const isToday = day === window.today
  return (
    <PageShell
      page={page}
      now={window.now}
      banners={banners}
      shows={isToday ? OVERVIEW_SHOWS : null}
      crumbs={[['All feeds', overviewPath]]}
    >
      <header className="max-w-[880px] pt-4 pb-6">
        <h1>{dayInFull(day)}</h1>
        {story === null ? <OutsideWords found={found} /> : <p className="lead">{dayVerdict(story, isToday)}</p>}
        <OtherDays found={found} />
      </header>
      {story !== null && <Story story={story} zone={page.zone} isToday={isToday} />}
    </PageShell>
  )
}

function Story({ story, zone, isToday }: { story: DayStory; zone: string; isToday: boolean }) {
  return (
    <>
      <DayCauses story={story} />
      <DayHands story={story} />
      <DayWindows story={story} />
      <DayFeeds story={story} zone={zone} isToday={isToday} />
      <DayRuns runs={story.runs} isToday={isToday} />
    </>
  )
}

function OutsideWords({ found: { day, window } }: { found: DayPage }) {
  return (
    <p className="lead">
      {day > window.today
        ? 'That day has not come yet.'
        : `That day is longer ago than the ${BAR_DAYS} days this page tells of. The first of them is ${dayName(window.first)}.`}
    </p>
  )
}

/** The way to the day before and the day after; from outside to where days are known. */
function OtherDays({ found: { day, window } }: { found: DayPage }) {
  const [before, after] = [dayAfter(day, -1), dayAfter(day, 1)]
  const earlier = day > window.today ? window.today : before
  const later = day < window.first ? window.first : after
  return (
    <nav className="mt-4 flex flex-wrap gap-x-6 gap-y-2" aria-label="Other days">
      {earlier >= window.first && (
        <a href={dayPath(earlier)} rel="prev">
          ← {dayName(earlier)}
        </a>
      )}
      {later <= window.today && (
        <a href={dayPath(later)} rel="next">
          {dayName(later)} →
        </a>
      )}
      {later < window.today && <a href={dayPath(window.today)}>Today</a>}
    </nav>
  )
}
