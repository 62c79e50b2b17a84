import type { FeedFilter } from '#app/_ui/feeds/feed-filter.ts'
import { toGroupLine } from '#app/_ui/feeds/feed-summary.ts'
import { countsOf, pageOfFeeds } from '#app/_ui/feeds/found-page.ts'
import { GroupList } from '#app/_ui/feeds/group-list.tsx'
import { Legend } from '#app/_ui/feeds/legend.tsx'
import { OVERVIEW_SHOWS } from '#app/_ui/live/shown-topics.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { Pager } from '#app/_ui/pager.tsx'
import { filteredCataloguePath, filterPath, overviewPath } from '#app/_ui/paths.ts'
import type { Overview } from '#lib/queries/pages/status-overview.ts'
import { findTitle } from './find-title.ts'

interface FoundFeedsProps {
  overview: Overview
  page: NonNullable<Overview['page']>
  filter: FeedFilter
  pageNumber: number
  problem: string | null
}

/** Feeds that match, page by page, the worst first, under their groups. */
export function FoundFeeds({ overview, page, filter, pageNumber, problem }: FoundFeedsProps) {
  const { groups, ...feeds } = pageOfFeeds(overview.groups, filter, pageNumber)
  const { status, owner } = filter
  const question = { ...(status !== undefined && { status }), ...(owner !== undefined && { owner }) }
  return (
    <PageShell page={page} now={overview.now} shows={OVERVIEW_SHOWS} banners={overview.banners} crumbs={[['All feeds', overviewPath]]}>
      <div className="hero">
        <h1 dir="auto">{problem ?? findTitle(filter, feeds.total)}</h1>
        <p className="muted">
          <a href={overviewPath}>Show all feeds</a>
          {owner !== undefined && (
            <>
              , or <a href={filteredCataloguePath({ owner })}>all that is theirs</a> in the catalogue
            </>
          )}
        </p>
      </div>
      <Legend
        counts={countsOf(overview.groups, owner)}
        groups={overview.groups}
        current={status === 'not-fresh' ? undefined : status}
        owner={owner}
      />
      {feeds.total > 0 && (
        <GroupList groups={groups.map((group) => toGroupLine(group, page.zone, overview.work))} until={overview.today} now={overview.now} />
      )}
      <Pager of={feeds} what="feeds" order="worst first" hrefOf={(number) => filterPath({ ...question, page: String(number) })} />
    </PageShell>
  )
}
