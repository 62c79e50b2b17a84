import { feedPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import { severity } from '#lib/domain/freshness/status.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import type { DayPageFeed, DayStory } from '#lib/queries/days/day-page.ts'
import { marksOf, STRIP_HEIGHT, type StripBlock, stripOf } from './day-strip.ts'
import { DayTime } from './day-time.tsx'
import { dueInWords, isOnce } from './day-words.ts'

const SHOWN = 200

/** How each feed was over the day, and what came for it: what was not always fresh first, the others folded. */
export function DayFeeds({ story, zone, isToday }: { story: DayStory; zone: string; isToday: boolean }) {
  if (story.feeds.length === 0) return null
  const worst = story.feeds.filter(({ worst }) => worst !== null && worst !== 'fresh')
  const fresh = story.feeds.filter(({ worst }) => worst === 'fresh')
  const none = story.feeds.filter(({ worst }) => worst === null)
  const marks = marksOf({ day: story.passed.day, start: story.passed.start, end: story.end }, zone)
  return (
    <Section title="Feeds">
      <FeedRows feeds={worst.toSorted((a, b) => severity(a.worst) - severity(b.worst))} story={story} marks={marks} />
      <Folded feeds={fresh} story={story} marks={marks} open={worst.length === 0 && fresh.length <= 12}>
        {`${counted(fresh.length, 'feed')} fresh ${isToday ? 'so far' : 'all day'}`}
      </Folded>
      <Folded feeds={none} story={story} marks={marks} open={false}>
        {`${counted(none.length, 'feed')} without a promise`}
      </Folded>
    </Section>
  )
}

type Marks = ReturnType<typeof marksOf>

interface RowsProps {
  feeds: readonly DayPageFeed[]
  story: DayStory
  marks: Marks
}

function Folded({ open, children, ...rows }: RowsProps & { open: boolean; children: string }) {
  if (rows.feeds.length === 0) return null
  return (
    <details className="fold mt-2" open={open}>
      <summary>{children}</summary>
      <FeedRows {...rows} />
    </details>
  )
}

function FeedRows({ feeds, story, marks }: RowsProps) {
  if (feeds.length === 0) return null
  return (
    <>
      <Axis marks={marks} />
      <ul className="day-feeds">
        {feeds.slice(0, SHOWN).map((feed) => (
          <li key={feed.id} id={`feed-${feed.key}`}>
            <p>
              {feed.isGone ? (
                <bdi>{feed.name}</bdi>
              ) : (
                <a className="font-semibold" href={feedPath(feed.key)}>
                  <bdi>{feed.name}</bdi>
                </a>
              )}
              <StatusMark status={feed.worst} />
            </p>
            <Strip blocks={stripOf(feed.spans, { start: story.passed.start, end: story.end })} marks={marks} />
            <Arrived feed={feed} story={story} />
          </li>
        ))}
      </ul>
      {feeds.length > SHOWN && (
        <p className="muted mt-2">{`and ${counted(feeds.length - SHOWN, 'more feed')}; each one’s own page tells of its days.`}</p>
      )}
    </>
  )
}

function Axis({ marks }: { marks: Marks }) {
  return (
    <p className="day-axis">
      <svg width="100%" height="16" aria-hidden="true">
        {marks.map(({ time, x }) => (
          <text
            key={time}
            x={`${x.toFixed(2)}%`}
            y="12"
            textAnchor={x === 0 ? 'start' : x === 100 ? 'end' : 'middle'}
            className="fill-muted text-[12px]"
          >
            {time}
          </text>
        ))}
      </svg>
    </p>
  )
}

const FILLS: Record<StripBlock['status'], string> = {
  fresh: 'fill-fresh',
  late: 'fill-late',
  stale: 'fill-stale',
  unknown: 'fill-unknown',
  maintenance: 'fill-maintenance',
}

function Strip({ blocks, marks }: { blocks: readonly StripBlock[]; marks: Marks }) {
  return (
    <svg className="day-strip" width="100%" height={STRIP_HEIGHT} aria-hidden="true">
      {blocks.map(({ status, x, width, y, height }) => (
        <rect key={`${x} ${y}`} x={`${x.toFixed(2)}%`} width={`${width.toFixed(2)}%`} y={y} height={height} className={FILLS[status]} />
      ))}
      {marks.slice(1, -1).map(({ time, x }) => (
        <line key={time} x1={`${x.toFixed(2)}%`} x2={`${x.toFixed(2)}%`} y1="0" y2={STRIP_HEIGHT} className="stroke-paper" />
      ))}
    </svg>
  )
}

/** What came for a feed: when, how far it reaches, and whether that was in time. */
function Arrived({ feed: { arrivals, due }, story }: { feed: DayPageFeed; story: DayStory }) {
  const words = dueInWords(due)
  return (
    <p className="small muted">
      {arrivals === null ? (
        <span>Nothing arrived that day</span>
      ) : (
        <span>
          {isOnce(arrivals) ? 'Arrived ' : `${arrivals.count} arrivals, the last `}
          <DayTime at={arrivals.lastAt} story={story} />
        </span>
      )}
      {arrivals !== null && arrivals.dataThroughAt !== null && (
        <span>
          Data through <Time at={arrivals.dataThroughAt} form={arrivals.dataThroughIsDay ? 'day' : 'short'} />
        </span>
      )}
      {words !== null && <span>{words}</span>}
    </p>
  )
}
