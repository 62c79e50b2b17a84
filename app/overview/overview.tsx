import type { ReaderKind } from '#app/_lib/overview-key.ts'
import { EmptyState, NextStep } from '#app/_ui/empty-state.tsx'
import { toGroupLine } from '#app/_ui/feeds/feed-summary.ts'
import { GroupList } from '#app/_ui/feeds/group-list.tsx'
import { headline } from '#app/_ui/feeds/headline.ts'
import { Legend } from '#app/_ui/feeds/legend.tsx'
import { OVERVIEW_SHOWS } from '#app/_ui/live/shown-topics.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { Overview as OverviewData } from '#lib/queries/pages/status-overview.ts'
import { ProblemList } from './problem-list.tsx'
import { WorkList } from './work-list.tsx'

/** The first screen. */
export function Overview({ overview, reader }: { overview: OverviewData; reader: ReaderKind }) {
  const { page, now, banners, counts } = overview
  if (page === null) return <EmptyState now={now} banners={banners} reader={reader} />
  const groups = overview.groups.map((group) => toGroupLine(group, page.zone, overview.work))
  const checked = !banners.some(({ kind }) => kind === 'database' || kind === 'worker' || kind === 'probes')
  return (
    <PageShell page={page} now={now} shows={OVERVIEW_SHOWS} banners={banners} reader={reader}>
      <div className="hero">
        <h1>{headline(counts)}</h1>
        <p className="muted">
          {checked ? 'As of ' : 'As last known; read on '}
          <Time at={now} form="long" />
        </p>
        <ProblemList groups={groups} />
        <WorkList work={overview.work} />
      </div>
      {groups.every((group) => group.feeds.length === 0) ? (
        <NextStep />
      ) : (
        <>
          <Legend counts={counts} />
          <GroupList groups={groups} until={overview.today} now={now} />
        </>
      )}
    </PageShell>
  )
}
