'use client'
import { DayBars } from '#app/_bars/day-bars.tsx'
import { feedPath, runPath } from '#app/_ui/paths.ts'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Through, Time } from '#app/_ui/time.tsx'
import { usePageTime } from '#app/_ui/zone.tsx'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { asLine } from '#lib/domain/wording/sentences.ts'
import type { FeedLineData } from './feed-summary.ts'

/**
 * A feed on the overview and on its group's page, to stand in a `ul.feeds`: words left, history right. `days` replaces history
 * loaded later. The first document may hold a thousand of these: no class where the place says it.
 */
export function FeedLine({
  feed,
  until,
  days,
  withBars,
}: {
  feed: FeedLineData
  until: string
  days?: string | undefined
  withBars: boolean
}) {
  return (
    <li>
      <div>
        <p>
          <a href={feedPath(feed.key)}>{feed.name}</a>
          <StatusMark status={feed.status} />
          {feed.weak !== undefined && <span>{feed.weak}</span>}
          {feed.since !== undefined && (
            <span>
              since <Time at={feed.since} />
            </span>
          )}
          {feed.risk !== undefined && (
            <span>
              at risk from <Time at={feed.risk} />
            </span>
          )}
        </p>
        {feed.why !== undefined && <p>{asLine(feed.why)}</p>}
        <Facts feed={feed} />
      </div>
      {withBars && <DayBars subject={`feed:${feed.key}`} name={feed.name} until={until} days={days ?? feed.days} />}
      <Numbers feed={feed} />
    </li>
  )
}

function Facts({ feed }: { feed: FeedLineData }) {
  const { now } = usePageTime()
  return (
    <p>
      {feed.through !== undefined && (
        <span>
          Data through <Through value={feed.through} />
        </span>
      )}
      {feed.updated !== undefined && (
        <span>
          Updated <Time at={feed.updated} />
          {feed.from !== undefined && <span className="max-md:hidden">, from data that are {feed.from}</span>}
        </span>
      )}
      {feed.due !== undefined && (
        <span>
          {feed.due < now ? 'Was due ' : 'Due '}
          <Time at={feed.due} />
        </span>
      )}
      {feed.good !== undefined && (
        <span className="again">
          Good again by about <Time at={feed.good} />
          {feed.goodIf}
        </span>
      )}
      {feed.again !== undefined && <span className="again">{feed.again}</span>}
      {feed.work !== undefined && (
        <span className="t-maintenance">
          {feed.work.words}
          {feed.work.until !== undefined && (
            <>
              {' until '}
              <Time at={feed.work.until} />
            </>
          )}
        </span>
      )}
      {feed.ran !== undefined && (
        <span className="ran">
          <a href={runPath(feed.ran.id)}>{feed.ran.words}</a>
        </span>
      )}
      {feed.loading === true && <span>Loading now</span>}
      {feed.owner !== undefined && <span>{feed.owner}</span>}
    </p>
  )
}

function Numbers({ feed }: { feed: FeedLineData }) {
  const { readyBy } = usePageTime()
  return (
    <p>
      <Share of={feed} />
      {feed.ready !== undefined && <span>{`at ${readyBy}: ${feed.ready} of ${feed.readyOf}`}</span>}
    </p>
  )
}

/** The share of the judged time that was fresh, and how long nobody could judge. */
export function Share({ of: { share, unseen } }: { of: Pick<FeedLineData, 'share' | 'unseen'> }) {
  return (
    <>
      <b>{percent(share)}</b>
      {unseen !== undefined && <span>{`${formatDuration(unseen * 1000)} not seen`}</span>}
    </>
  )
}

/** `98.79 %`; never rounded up, because the number was cut when it was made. */
function percent(share: number | undefined): string {
  return share === undefined ? '–' : `${share.toFixed(2)} %`
}
