import type { Overview as OverviewData } from '#lib/queries/status-overview.ts'
import { toGroupLine } from '../_lib/feed-line.ts'
import { headline } from '../_lib/headline.ts'
import { OVERVIEW_SHOWS } from '../_lib/shown-topics.ts'
import { Attention } from './attention.tsx'
import { EmptyState, NextStep } from './empty-state.tsx'
import { Frame } from './frame.tsx'
import { GroupList } from './group-list.tsx'
import { Legend } from './legend.tsx'
import { Time } from './time.tsx'
import { WorkList } from './work-list.tsx'

/** The first screen. */
export function Overview({ overview }: { overview: OverviewData }) {
  const { page, now, banners, counts } = overview
  if (page === null) return <EmptyState now={now} banners={banners} />
  const groups = overview.groups.map((group) => toGroupLine(group, page.zone, overview.work))
  const checked = !banners.some(({ kind }) => kind === 'database' || kind === 'worker' || kind === 'probes')
  return (
    <Frame page={page} now={now} shows={OVERVIEW_SHOWS} banners={banners}>
      <div className="hero">
        <h1>{headline(counts)}</h1>
        <p className="muted">
          {checked ? 'As of ' : 'As last known; read on '}
          <Time at={now} form="long" />
        </p>
        <Attention groups={groups} />
        <WorkList work={overview.work} />
      </div>
      {groups.every((group) => group.feeds.length === 0) ? (
        <NextStep />
      ) : (
        <>
          <Legend counts={counts} />
          <GroupList groups={groups} until={overview.today} />
        </>
      )}
    </Frame>
  )
}
