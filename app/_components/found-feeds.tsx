import type { FoundThings } from '#lib/queries/find-things.ts'
import type { Overview } from '#lib/queries/status-overview.ts'
import type { FeedFilter } from '../_lib/feed-filter.ts'
import { toGroupLine } from '../_lib/feed-line.ts'
import { alsoFound, findTitle } from '../_lib/find-title.ts'
import { pageOfFeeds } from '../_lib/found-page.ts'
import { filterPath, overviewPath } from '../_lib/paths.ts'
import { assetsShown, OVERVIEW_SHOWS } from '../_lib/shown-topics.ts'
import { FoundThingsList } from './found-things.tsx'
import { Frame } from './frame.tsx'
import { GroupList } from './group-list.tsx'
import { Legend } from './legend.tsx'
import { Pager } from './pager.tsx'

interface FoundFeedsProps {
  overview: Overview
  page: NonNullable<Overview['page']>
  filter: FeedFilter
  /** What else the words are found in; null when no words were given. */
  things: FoundThings | null
  pageNumber: number
  problem: string | null
}

/** Feeds that match, page by page, the worst first, under their groups; then what else does. */
export function FoundFeeds({ overview, page, filter, things, pageNumber, problem }: FoundFeedsProps) {
  const { groups, ...feeds } = pageOfFeeds(overview.groups, filter, things, pageNumber)
  const { q, status, owner } = filter
  const question = { ...(q !== undefined && { q }), ...(status !== undefined && { status }), ...(owner !== undefined && { owner }) }
  return (
    <Frame
      page={page}
      now={overview.now}
      shows={[...OVERVIEW_SHOWS, ...assetsShown(things?.assets.shown ?? [])]}
      banners={overview.banners}
      search={q ?? ''}
      crumbs={[['All feeds', overviewPath]]}
    >
      <div className="hero">
        <h1 dir="auto">{problem ?? findTitle(filter, feeds.total, things)}</h1>
        <p className="muted">
          {feeds.total > 0 && alsoFound(things) !== '' && `And ${alsoFound(things)}, below. `}
          <a href={overviewPath}>Show all feeds</a>
        </p>
      </div>
      <Legend counts={overview.counts} current={status === 'not-fresh' ? undefined : status} />
      {feeds.total > 0 && <GroupList groups={groups.map((group) => toGroupLine(group, page.zone, overview.work))} until={overview.today} />}
      <Pager of={feeds} what="feeds" hrefOf={(number) => filterPath({ ...question, page: String(number) })} />
      {things !== null && <FoundThingsList things={things} />}
    </Frame>
  )
}
