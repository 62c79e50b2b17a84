import type { Overview } from '#lib/queries/status-overview.ts'
import { type FeedFilter, matches } from '../_lib/feed-filter.ts'
import { toGroupLine } from '../_lib/feed-line.ts'
import { grouped } from '../_lib/grouped.ts'
import { overviewPath } from '../_lib/paths.ts'
import { Frame } from './frame.tsx'
import { GroupList } from './group-list.tsx'
import { Legend } from './legend.tsx'

interface FoundFeedsProps {
  overview: Overview
  page: NonNullable<Overview['page']>
  filter: FeedFilter
  problem: string | null
}

/** Feeds that match, under their groups. */
export function FoundFeeds({ overview, page, filter, problem }: FoundFeedsProps) {
  const groups = overview.groups
    .map((group) => ({ ...group, open: true, feeds: group.feeds.filter((feed) => matches(filter, feed, group.name)) }))
    .filter((group) => group.feeds.length > 0)
  const count = groups.reduce((sum, group) => sum + group.feeds.length, 0)
  return (
    <Frame page={page} now={overview.now} banners={overview.banners} search={filter.q ?? ''} crumbs={[['All feeds', overviewPath]]}>
      <div className="hero">
        <h1>{problem ?? title(filter, count)}</h1>
        <p className="muted">
          <a href={overviewPath}>Show all feeds</a>
        </p>
      </div>
      <Legend counts={overview.counts} current={filter.status === 'not-fresh' ? undefined : filter.status} />
      <GroupList groups={groups.map((group) => toGroupLine(group, page.zone, overview.work))} until={overview.today} />
    </Frame>
  )
}

function title(filter: FeedFilter, count: number): string {
  const what = filter.status === undefined ? '' : ` ${filter.status.replace('not-', 'not ')}`
  const of = filter.owner === undefined ? '' : ` of ${filter.owner}`
  const words = filter.q === undefined ? '' : ` for “${filter.q}”`
  return `${count === 0 ? 'No' : grouped(count)}${what} ${count === 1 ? 'feed' : 'feeds'}${of}${words}`
}
