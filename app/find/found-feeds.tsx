import type { FeedFilter } from '#app/_ui/feeds/feed-filter.ts'
import { toGroupLine } from '#app/_ui/feeds/feed-summary.ts'
import { pageOfFeeds } from '#app/_ui/feeds/found-page.ts'
import { GroupList } from '#app/_ui/feeds/group-list.tsx'
import { Legend } from '#app/_ui/feeds/legend.tsx'
import { assetsShown, OVERVIEW_SHOWS } from '#app/_ui/live/shown-topics.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { Pager } from '#app/_ui/pager.tsx'
import { filterPath, overviewPath } from '#app/_ui/paths.ts'
import type { FoundThings } from '#lib/queries/pages/find-things.ts'
import type { Overview } from '#lib/queries/pages/status-overview.ts'
import { alsoFound, findTitle } from './find-title.ts'
import { FoundThingsList } from './found-things.tsx'

interface FoundFeedsProps {
  overview: Overview
  page: NonNullable<Overview['page']>
  filter: FeedFilter
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
    <PageShell
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
      {feeds.total > 0 && (
        <GroupList groups={groups.map((group) => toGroupLine(group, page.zone, overview.work))} until={overview.today} now={overview.now} />
      )}
      <Pager of={feeds} what="feeds" order="worst first" hrefOf={(number) => filterPath({ ...question, page: String(number) })} />
      {things !== null && <FoundThingsList things={things} />}
    </PageShell>
  )
}
