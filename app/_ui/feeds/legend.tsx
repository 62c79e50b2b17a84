import type { ReactNode } from 'react'
import { filterPath, overviewPath } from '#app/_ui/paths.ts'
import { LEGEND_ORDER, MEANINGS } from '#app/_ui/status-labels.ts'
import { StatusIcon } from '#app/_ui/status-mark.tsx'
import type { Status } from '#lib/domain/freshness/status.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import type { OverviewGroup } from '#lib/queries/pages/status-overview.ts'
import type { StatusCounts } from '#lib/queries/shared/status-counts.ts'

interface LegendProps {
  counts: StatusCounts
  /** Those that are counted: what their statuses come from decides what these mean. */
  groups: readonly Pick<OverviewGroup, 'feeds'>[]
  current?: Status | undefined
  /** Whose feeds alone are counted. */
  owner?: string | undefined
}

/** What the shapes mean, how many feeds are so, and the way to only those. */
export function Legend({ counts, groups, current, owner }: LegendProps) {
  const feeds = groups.flatMap((group) => group.feeds)
  const theirs = owner === undefined ? {} : { owner }
  const all = owner === undefined ? overviewPath : filterPath(theirs)
  return (
    <nav className="legend" aria-label="Statuses, and how many feeds have them">
      {LEGEND_ORDER.map((status) => (
        <a
          key={status}
          href={current === status ? all : filterPath({ ...theirs, status })}
          className={counts[status] === 0 ? 'zero' : undefined}
          aria-current={current === status ? 'true' : undefined}
        >
          <Swatch name={status} />
          <StatusIcon status={status} />
          <span>
            {statusInWords(status)} <b>{counts[status]}</b>
            {meaningOf(status, feeds)}
          </span>
        </a>
      ))}
      <p>
        <Swatch name="none" />
        <StatusIcon status={null} />
        <span>
          {counts.none > 0 ? `Not judged ${counts.none}` : 'Not judged'}
          <span>nothing was promised</span>
        </span>
      </p>
      <p>
        <Swatch name="fresh" capped />
        <span>
          Not seen
          <span>nobody could look</span>
        </span>
      </p>
    </nav>
  )
}

/** A broken contract is named where one makes a feed so. */
function meaningOf(status: Status, feeds: OverviewGroup['feeds']): ReactNode {
  const isBroken = feeds.some((feed) => feed.status === status && feed.reason === 'contract-broken')
  if (!isBroken) return <span>{MEANINGS[status]}</span>
  return <span className="max-w-36 text-balance min-[1200px]:whitespace-normal">{MEANINGS[status]}, or contract broken</span>
}

function Swatch({ name, capped = false }: { name: Status | 'none'; capped?: boolean }) {
  return (
    <svg className="swatch" viewBox="0 0 13 28" preserveAspectRatio="none" aria-hidden="true">
      <path d="M0 14h13" stroke={`url(#p-${name})`} />
      {capped && <path d="M0 14h13" stroke="url(#p-blind)" />}
    </svg>
  )
}
