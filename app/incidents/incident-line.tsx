import { Pieces } from '#app/_ui/feeds/pieces.tsx'
import { Listed } from '#app/_ui/listed.tsx'
import { feedPath, incidentPath } from '#app/_ui/paths.ts'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { concernedInPieces } from '#lib/domain/wording/concerned-words.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { incidentTitle, troubledSince } from '#lib/domain/wording/incident-title.ts'
import type { IncidentFeed, IncidentLine as Line } from '#lib/queries/incidents/incident-lines.ts'

/** An incident in a list: what it is about, since when or how long, whom it holds back, who is on it. */
export function IncidentLine({ incident }: { incident: Line }) {
  const { id, status, worst, openedAt, endedAt, mergedInto, update } = incident
  const since = troubledSince(incident)
  return (
    <li>
      <StatusMark status={status ?? worst} />
      <div className="min-w-0">
        <p>
          <a className="font-semibold" href={incidentPath(id)}>
            <bdi>{incidentTitle(incident)}</bdi>
          </a>{' '}
          <span className="muted">
            {endedAt === null ? 'since ' : 'from '}
            <Time at={endedAt === null ? since : openedAt} form="long" />
            {endedAt === null ? <Age at={since} brackets /> : `, for ${formatDuration(endedAt - openedAt)}`}
          </span>
        </p>
        <div className="mt-1">
          <HeldBack incident={incident} isOver={endedAt !== null} since={endedAt === null && since < openedAt ? openedAt : null} />
          {mergedInto !== null && (
            <>
              {' '}
              It went on in <a href={incidentPath(mergedInto)}>an older incident</a>.
            </>
          )}
        </div>
        {update !== null && (
          <p className="mt-1">
            <bdi>{update.text}</bdi>{' '}
            <span className="muted">
              <bdi>{update.by}</bdi>, <Time at={update.at} />
            </span>
          </p>
        )}
        {endedAt === null && (
          <p className="mt-1 muted">
            <HandlingWords incident={incident} />
          </p>
        )}
      </div>
    </li>
  )
}

interface HeldBackProps {
  incident: Pick<Line, 'feeds' | 'roots' | 'concerned'>
  isOver: boolean
  /** Since when, where that is to be told. */
  since: number | null
}

/** Whom an incident hurts, in sentences: the feeds that it holds back beside what it is about, and who reads what it is about. */
export function HeldBack({ incident: { feeds, roots, concerned }, isOver, since }: HeldBackProps) {
  const others = feeds.filter((feed) => !isAbout(feed, roots))
  const isNothing = others.length === 0 && concerned.length > 0
  return (
    <>
      {!isNothing && (
        <>
          {isOver ? 'It held back ' : 'It holds back '}
          {others.length === 0 ? `nothing${feeds.length === 0 ? '' : ' else'}` : <FeedNames feeds={others} />}
          {since !== null && (
            <>
              , since <Time at={since} form="long" />
            </>
          )}
          .{' '}
        </>
      )}
      <Pieces of={concernedInPieces(concerned, isOver)} />
    </>
  )
}

function FeedNames({ feeds }: Pick<Line, 'feeds'>) {
  const items = feeds.map((feed) => ({
    key: feed.key,
    shown: (
      <a href={feedPath(feed.key)}>
        <bdi>{feed.name}</bdi>
      </a>
    ),
  }))
  return <Listed items={items} />
}

/** Nothing of the feed is concerned but the asset that it is judged by, of which the title tells. */
function isAbout({ key, assets }: IncidentFeed, roots: Line['roots']): boolean {
  return assets === 1 && roots.some(({ feed }) => feed?.isJudgedBy === true && feed.key === key)
}

/** Who is on it: `Grace is on it. Nobody is reminded until 12:00.` Whom to ask stands with the cause. */
export function HandlingWords({ incident: { handling, wellSince } }: { incident: Pick<Line, 'handling' | 'wellSince'> }) {
  const { acknowledged, assignee, snoozedUntil } = handling
  return (
    <>
      {wellSince !== null && (
        <>
          All of it is well since <Time at={wellSince} form="long" />; if that lasts a quarter of an hour, it is over.{' '}
        </>
      )}
      {assignee !== null && (
        <>
          <bdi>{assignee}</bdi> is on it.
        </>
      )}
      {assignee === null && acknowledged !== null && (
        <>
          <bdi>{acknowledged.by}</bdi> has seen it, <Time at={acknowledged.at} form="long" />.
        </>
      )}
      {assignee === null && acknowledged === null && 'Nobody is on it yet.'}
      {snoozedUntil !== null && (
        <>
          {' '}
          Nobody is reminded until <Time at={snoozedUntil} form="long" />.
        </>
      )}
    </>
  )
}
