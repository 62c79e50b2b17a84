import type { ReaderKind } from '#app/_lib/overview-key.ts'
import { EmptyState, NextStep } from '#app/_ui/empty-state.tsx'
import { CauseList } from '#app/_ui/feeds/cause-list.tsx'
import { ComingVersions } from '#app/_ui/feeds/coming-versions.tsx'
import { toGroupLine } from '#app/_ui/feeds/feed-summary.ts'
import { GroupList } from '#app/_ui/feeds/group-list.tsx'
import { Legend } from '#app/_ui/feeds/legend.tsx'
import { Pieces } from '#app/_ui/feeds/pieces.tsx'
import { OVERVIEW_SHOWS } from '#app/_ui/live/shown-topics.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { Overview as OverviewData } from '#lib/queries/pages/status-overview.ts'
import { Areas } from './areas.tsx'
import { headlineOf, isChecked } from './headline-of.ts'
import { WorkList } from './work-list.tsx'

/** The first screen. */
export function Overview({ overview, reader }: { overview: OverviewData; reader: ReaderKind }) {
  const { page, now, counts, trouble, work, coming } = overview
  const banners = bannersAbove(overview)
  if (page === null) return <EmptyState now={now} banners={banners} reader={reader} />
  const groups = overview.groups.map((group) => toGroupLine(group, page.zone, work))
  return (
    <PageShell page={page} now={now} shows={OVERVIEW_SHOWS} banners={banners} reader={reader}>
      <div className="hero">
        <div>
          <h1>
            <Pieces of={headlineOf(overview)} plain />
          </h1>
          <p className="muted">
            {isChecked(overview) ? 'As of ' : 'As last known; read on '}
            <Time at={now} form="long" />
          </p>
          <CauseList lines={trouble.lines} total={trouble.total} now={now} />
          <WorkList work={work} />
          <ComingVersions coming={coming.next} total={coming.total} />
        </div>
        <Areas groups={overview.groups} />
      </div>
      {groups.every((group) => group.feeds.length === 0) ? (
        <NextStep />
      ) : (
        <>
          <Legend counts={counts} groups={overview.groups} />
          <GroupList groups={groups} until={overview.today} now={now} />
        </>
      )}
    </PageShell>
  )
}

/** What must be known before the rest is believed. A connection that is down is told below, as far as it holds anything back. */
function bannersAbove({ banners }: OverviewData): OverviewData['banners'] {
  return banners.filter(({ kind }) => kind !== 'connection')
}
