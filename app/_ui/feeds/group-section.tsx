'use client'
import { useQueries } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { DayBars } from '#app/_bars/day-bars.tsx'
import { Chevron } from '#app/_ui/chevron.tsx'
import { getJson } from '#app/_ui/live/get-json.ts'
import { groupPath } from '#app/_ui/paths.ts'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { usePageTime } from '#app/_ui/zone.tsx'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import { dayAfter, dayOfYear } from '#lib/domain/wording/dates.ts'
import type { Bars } from '#lib/queries/shared/bars.ts'
import { type FeedColumns, fromColumns } from './feed-columns.ts'
import { FeedLine, Share } from './feed-line.tsx'
import type { FeedLineData, GroupLineData } from './feed-summary.ts'

const SUBJECTS_PER_REQUEST = 60
/** The bars that have their date below. */
const DATED_DAYS_AGO = [84, 56, 28]

interface GroupSectionProps {
  group: Omit<GroupLineData, 'feeds'>
  feeds: FeedColumns
  until: string
}

/** A service group, folded or not. What a folded group's bars would weigh is loaded when somebody unfolds it. */
export function GroupSection({ group, feeds: columns, until }: GroupSectionProps) {
  const { now } = usePageTime()
  const feeds = useMemo(() => fromColumns(columns, now), [columns, now])
  const [open, setOpen] = useState(group.open)
  const [days, failed] = useLateDays(feeds, open)
  return (
    <div className={isUnhealthy(group.status) ? 'group ill' : 'group'}>
      {/* Only the heading is in the details: a slider may not stand in a summary, and yet comes before the feeds. */}
      <details open={group.open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <Chevron />
          <div className="group-words">
            <h2 dir="auto">{group.name}</h2>
            <p>
              <StatusMark status={group.status} />
              <span className="muted">{group.freshCount}</span>
              <Remarks feeds={feeds} />
            </p>
          </div>
          <p className="numbers">
            <Share of={group} />
          </p>
        </summary>
      </details>
      <DayBars subject={`group:${group.key}`} name={group.name} until={until} days={group.days} />
      <p className="dates" aria-hidden="true">
        {DATED_DAYS_AGO.map((days) => (
          <span key={days}>{dayOfYear(dayAfter(until, -days), now)}</span>
        ))}
        <span>today</span>
      </p>
      <ul className="feeds">
        {feeds.map((feed) => (
          <FeedLine key={feed.key} feed={feed} until={until} days={days.get(feed.key)} withBars={open} />
        ))}
      </ul>
      <p className="group-more">
        <a href={groupPath(group.key)}>{`${group.name} in full`}</a>
        {failed && <span role="status">The history could not be loaded; the group’s own page shows it.</span>}
      </p>
    </div>
  )
}

/** Said while the group is folded, too: what a fresh status does not say by itself. */
function Remarks({ feeds }: { feeds: readonly FeedLineData[] }) {
  const bad = feeds.filter((feed) => feed.ran !== undefined).length
  const paused = feeds.filter((feed) => feed.work !== undefined).length
  return (
    <>
      {paused > 0 && <span className="remark t-maintenance">{paused} with a pause or maintenance</span>}
      {bad > 0 && <span className="remark muted">{bad === 1 ? '1 last run' : `${bad} last runs`} not completed</span>}
    </>
  )
}

/** Days of feeds that came without them, in bounded batches, once the group is open. */
function useLateDays(feeds: readonly FeedLineData[], open: boolean): [Map<string, string>, boolean] {
  const missing = feeds.filter((feed) => feed.days === undefined).map((feed) => feed.key)
  const batches = Array.from({ length: Math.ceil(missing.length / SUBJECTS_PER_REQUEST) }, (_, index) =>
    missing.slice(index * SUBJECTS_PER_REQUEST, (index + 1) * SUBJECTS_PER_REQUEST),
  )
  return useQueries({
    queries: batches.map((batch) => ({
      queryKey: ['bars', batch],
      enabled: open,
      queryFn: ({ signal }: { signal: AbortSignal }) => getJson<Record<string, Bars>>(barsPath(batch), signal),
    })),
    combine: (results) => {
      const days = new Map<string, string>()
      for (const { data } of results) for (const [name, bars] of Object.entries(data ?? {})) days.set(name.slice('feed:'.length), bars.days)
      return [days, results.some((result) => result.isError)]
    },
  })
}

function barsPath(keys: readonly string[]): string {
  return `/api/v1/bars?${new URLSearchParams({ subjects: keys.map((key) => `feed:${encodeURIComponent(key)}`).join(',') })}`
}
