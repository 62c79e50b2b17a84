import { Fragment } from 'react'
import type { FeedLineData, GroupLineData } from '#app/_ui/feeds/feed-summary.ts'
import { feedPath, filterPath, lineagePath } from '#app/_ui/paths.ts'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Age, Through, Time } from '#app/_ui/time.tsx'
import { severity } from '#lib/domain/freshness/status.ts'
import { endsSentence } from '#lib/domain/wording/sentences.ts'

const SHOWN = 5
const HELD_SHOWN = 6

/** What is not right, worst first and in words: the answer before any scrolling; and the way to what it comes down to. */
export function ProblemList({ groups }: { groups: readonly GroupLineData[] }) {
  const all = groups.flatMap((group) => group.feeds.filter(needsAttention).map((feed) => ({ feed, group })))
  all.sort((a, b) => severity(a.feed.status) - severity(b.feed.status) || (a.feed.since ?? 0) - (b.feed.since ?? 0))
  if (all.length === 0) return null
  const { problems, heldBy } = foldHeld(all)
  const shown = problems.slice(0, SHOWN)
  const told = new Set(shown.flatMap(({ feed }) => [feed, ...(heldBy.get(feed.key) ?? [])]))
  return (
    <>
      <ul className="attention">
        {shown.map(({ feed, group }) => (
          <li key={feed.key}>
            <StatusMark status={feed.status} />
            <p>
              <a className="font-semibold" href={feedPath(feed.key)}>
                <bdi>{feed.name}</bdi>
              </a>{' '}
              <span className="muted">
                <bdi>{group.name}</bdi>
              </span>
              <br />
              <Sentence feed={feed} />
              <Holds feeds={heldBy.get(feed.key) ?? []} />
            </p>
          </li>
        ))}
        {told.size < all.length && (
          <li>
            <p>
              and <a href={filterPath({ status: 'not-fresh' })}>{all.length - told.size} more</a>
            </p>
          </li>
        )}
      </ul>
      <p className="mt-3">
        <a href={lineagePath()}>What it comes down to, and what that holds back</a>
      </p>
    </>
  )
}

function needsAttention(feed: FeedLineData): boolean {
  return feed.status !== null && feed.status !== 'fresh'
}

interface Problem {
  feed: FeedLineData
  group: GroupLineData
}

/** A feed that only others here hold back stands with these: one line for each cause. */
function foldHeld(all: readonly Problem[]): { problems: Problem[]; heldBy: Map<string, FeedLineData[]> } {
  const causes = new Set(all.filter(({ feed }) => feed.heldBy === undefined).map(({ feed }) => feed.key))
  const held = all.filter(({ feed }) => feed.heldBy?.every((key) => causes.has(key)) === true)
  const pairs = held.flatMap(({ feed }) => (feed.heldBy ?? []).map((key) => ({ key, feed })))
  const byCause = Map.groupBy(pairs, ({ key }) => key)
  return {
    problems: all.filter((problem) => !held.includes(problem)),
    heldBy: new Map([...byCause].map(([key, own]) => [key, own.map(({ feed }) => feed)])),
  }
}

function Holds({ feeds }: { feeds: readonly FeedLineData[] }) {
  if (feeds.length === 0) return null
  return (
    <>
      {' It holds back '}
      {feeds.slice(0, HELD_SHOWN).map((feed, index) => (
        <Fragment key={feed.key}>
          {index > 0 && (index === feeds.length - 1 ? ' and ' : ', ')}
          <a href={feedPath(feed.key)}>
            <bdi>{feed.name}</bdi>
          </a>
        </Fragment>
      ))}
      {feeds.length > HELD_SHOWN && ` and ${feeds.length - HELD_SHOWN} more`}.
    </>
  )
}

function Sentence({ feed }: { feed: FeedLineData }) {
  return (
    <>
      {feed.since !== undefined && (
        <>
          Since <Time at={feed.since} form="long" />
          <Age at={feed.since} brackets />
        </>
      )}
      {feed.why !== undefined && (
        <>
          : <bdi>{feed.why}</bdi>
        </>
      )}
      {!endsSentence(feed.why ?? '') && '.'}
      {feed.through !== undefined && (
        <>
          {' '}
          Its data goes through <Through value={feed.through} form="long" />.
        </>
      )}
      {feed.loading === true && ' It is being loaded right now.'}
      {feed.nextLoad !== undefined && !feed.loading && (
        <>
          {' '}
          The next load starts <Time at={feed.nextLoad} form="long" />.
        </>
      )}
    </>
  )
}
