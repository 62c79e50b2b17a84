import { sentence } from '#app/_ui/feeds/change-list.tsx'
import { Listed } from '#app/_ui/listed.tsx'
import { assetPath, feedPath, incidentPath, runPath, subjectPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { worstOf } from '#lib/domain/freshness/status.ts'
import { pastReasonInWords } from '#lib/domain/wording/past-cause-words.ts'
import { endsSentence } from '#lib/domain/wording/sentences.ts'
import { UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import type { DayCause } from '#lib/queries/days/day-causes.ts'
import type { DayPageFeed, DayStory } from '#lib/queries/days/day-page.ts'
import { ReloadWords } from './day-hands.tsx'
import { DayStretch, DayTime } from './day-time.tsx'

/** What broke on a day, one entry for each cause: why, what it held back from when until when, and who mended it. */
export function DayCauses({ story }: { story: DayStory }) {
  const feeds = new Map(story.feeds.map((feed) => [feed.id, feed]))
  const told = new Set(story.causes.flatMap(({ held }) => held.map(({ id }) => id)))
  const others = story.feeds.filter(({ id, troubles }) => troubles.length > 0 && !told.has(id))
  if (story.causes.length + others.length === 0) return null
  return (
    <Section title="What broke, and why">
      <ul className="attention mt-0">
        {story.causes.map((cause) => (
          <li key={`${cause.kind} ${cause.key} ${cause.since}`}>
            <StatusMark status={worstOf(cause.held.map(({ trouble }) => trouble.worst))} />
            <CauseWords cause={cause} feeds={feeds} story={story} />
          </li>
        ))}
        {others.length > 0 && (
          <li>
            <StatusMark status={worstOf(others.map(({ worst }) => worst))} />
            <div>
              <p>
                <Held held={others.map((feed) => ({ feed, troubles: feed.troubles }))} story={story} />
              </p>
              <p className="muted">Too short or too many to say why.</p>
            </div>
          </li>
        )}
      </ul>
    </Section>
  )
}

function CauseWords({ cause, feeds, story }: { cause: DayCause; feeds: ReadonlyMap<number, DayPageFeed>; story: DayStory }) {
  const byFeed = Map.groupBy(cause.held, ({ id }) => id)
  const held = [...byFeed].flatMap(([id, own]) => {
    const feed = feeds.get(id)
    return feed === undefined ? [] : [{ feed, troubles: own.map(({ trouble }) => trouble) }]
  })
  const isItsOwn = held.length === 1 && held[0]?.feed.key === cause.feed?.key
  const hands = story.reloads.filter(({ feedId }) => byFeed.has(feedId))
  return (
    <div className="min-w-0">
      <p>
        <strong className="font-semibold">
          <Title cause={cause} />
        </strong>{' '}
        <span className="muted">
          since <DayTime at={cause.since} story={story} />
        </span>
      </p>
      <Why cause={cause} />
      <p className="mt-1">
        {!isItsOwn && (
          <>
            It held back <Held held={held} story={story} />.{' '}
          </>
        )}
        <Ended cause={cause} story={story} />
        {cause.incident !== null && (
          <>
            {' '}
            <a href={incidentPath(cause.incident)}>The incident</a>
          </>
        )}
      </p>
      {hands.map((hand) => (
        <p key={hand.id} className="mt-1">
          <ReloadWords reload={hand} />
        </p>
      ))}
    </div>
  )
}

function Title({ cause: { kind, key, name, feed } }: { cause: DayCause }) {
  if (kind === 'unseen') return UNSEEN_FIRST
  if (kind === 'asset') {
    return (
      <>
        <a href={assetPath(key)}>
          <bdi>{name}</bdi>
        </a>
        {feed !== null && (
          <span className="font-normal">
            {' of '}
            <a href={feedPath(feed.key)}>
              <bdi>{feed.name}</bdi>
            </a>
          </span>
        )}
      </>
    )
  }
  return (
    <>
      {kind === 'connection' ? '' : `The ${kind} `}
      <a href={subjectPath({ kind, key })}>
        <bdi>{name}</bdi>
      </a>
      {kind === 'connection' ? ' did not answer' : ' did not succeed'}
    </>
  )
}

/** Why, in the words of the run that failed, where one did. */
function Why({ cause: { says, reason, run } }: { cause: DayCause }) {
  const words = says ?? (reason === null ? null : sentence(pastReasonInWords(reason)))
  if (words === null) return null
  return (
    <p className="mt-1">
      <bdi>{words}</bdi>
      {!endsSentence(words) && '.'}
      {run !== null && (
        <>
          {' '}
          <a href={runPath(run)}>The run</a>
        </>
      )}
    </p>
  )
}

interface HeldFeed {
  feed: DayPageFeed
  troubles: DayPageFeed['troubles']
}

function Held({ held, story }: { held: readonly HeldFeed[]; story: DayStory }) {
  const items = held.map(({ feed, troubles }) => ({
    key: feed.key,
    shown: (
      <>
        {feed.isGone ? (
          <bdi>{feed.name}</bdi>
        ) : (
          <a href={feedPath(feed.key)}>
            <bdi>{feed.name}</bdi>
          </a>
        )}{' '}
        <span className="muted">
          (<DayStretch from={troubles[0]?.from ?? 0} to={troubles.at(-1)?.to ?? 0} story={story} />)
        </span>
      </>
    ),
  }))
  return <Listed items={items} />
}

/** When the last of what it held was fresh again. */
function Ended({ cause, story: { passed, end } }: { cause: DayCause; story: DayStory }) {
  const last = Math.max(...cause.held.map(({ trouble }) => trouble.to))
  if (last === passed.until)
    return <span className="muted">{passed.until < end ? 'It is not over yet.' : 'It went on into the next day.'}</span>
  return (
    <span className="muted">
      All was well again at <DayTime at={last} story={{ passed, end }} />.
    </span>
  )
}
