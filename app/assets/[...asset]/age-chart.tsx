import { Fragment } from 'react'
import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { type AgeStretch, summarizeAges } from '#lib/domain/freshness/days/age-history.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import type { AgeOfClock } from '#lib/queries/days/ages.ts'
import { type AgeLines, ageLines, DRAWN } from './age-lines.ts'
import { CLOCK_WORDS } from './clock-words.ts'

/** How old it was over time, against what was promised: in words, drawn, and as a table. */
export function AgeCharts({ ages, isSeen }: { ages: readonly AgeOfClock[]; isSeen: boolean }) {
  return ages.map((one) => <AgeChart key={one.clock} ages={one} isSeen={isSeen} />)
}

function AgeChart({ ages: { clock, from, to, stretches }, isSeen }: { ages: AgeOfClock; isSeen: boolean }) {
  const lines = ageLines(stretches, from, to)
  const title = CLOCK_WORDS[clock].age
  return (
    <Section title={title} note={CLOCK_WORDS[clock].meaning}>
      <p>
        <Now last={stretches.at(-1)} now={to} isSeen={isSeen} /> <Before stretches={stretches} from={from} />
      </p>
      <Drawing lines={lines} title={title} />
      <p className="axis age-axis" aria-hidden="true">
        <Time at={from} />
        <span>now</span>
      </p>
      <Key lines={lines} />
      <AgeTable stretches={stretches} title={title} now={to} />
    </Section>
  )
}

/** `31 h. Unless something newer comes, its age makes it late Tue 20 Nov 08:00 EST, and stale Thu 22 Nov 08:00 EST.` */
function Now({ last, now, isSeen }: { last: AgeStretch | undefined; now: number; isSeen: boolean }) {
  if (last === undefined || last.at === null) return 'There is nothing in it now.'
  return (
    <>
      {isSeen ? 'It is' : 'As far as anybody has seen, it is'} {formatDuration(now - last.at)} old
      <Limits last={last} now={now} />.
    </>
  )
}

/** When it turns, or has turned, if nothing newer comes. */
function Limits({ last: { lateAt, staleAt }, now }: { last: AgeStretch; now: number }) {
  const limits = [
    { word: 'late', at: lateAt },
    { word: 'stale', at: staleAt },
  ].flatMap(({ word, at }) => (at === null ? [] : [{ word, at }]))
  const past = limits.findLast(({ at }) => at <= now)
  const ahead = limits.filter(({ at }) => at > now)
  return (
    <>
      {past !== undefined && (
        <>
          , {past.word} since <Time at={past.at} form="long" />
        </>
      )}
      {ahead.map(({ word, at }, index) => (
        <Fragment key={word}>
          {index === 0 ? '. Unless something newer comes, its age makes it ' : ', and '}
          {word} <Time at={at} form="long" />
        </Fragment>
      ))}
    </>
  )
}

function Before({ stretches, from }: { stretches: readonly AgeStretch[]; from: number }) {
  const { oldestMs, timesOver, overMs } = summarizeAges(stretches)
  const over =
    timesOver === 0 ? 'never older than promised' : `older than promised ${counted(timesOver, 'time')}, ${formatDuration(overMs)} in all`
  return (
    <>
      Since <Time at={from} /> it was {over}; at most {formatDuration(oldestMs)} old.
    </>
  )
}

/** The words above and the table below say the same. */
function Drawing({ lines, title }: { lines: AgeLines; title: string }) {
  return (
    <svg
      className="age-chart"
      viewBox={`0 0 ${DRAWN.width} ${DRAWN.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${title}, drawn`}
    >
      <path className="over-late" d={lines.overLate} />
      <path className="over-stale" d={lines.overStale} />
      <path className="limit late" d={lines.late} />
      <path className="limit stale" d={lines.stale} />
      <path className="age" d={lines.age} />
    </svg>
  )
}

function Key({ lines }: { lines: AgeLines }) {
  const marks = [
    ['age', 'its age', true],
    ['limit late', 'late from here', lines.late !== ''],
    ['limit stale', 'stale from here', lines.stale !== ''],
  ] as const
  return (
    <ul className="mt-2 flex flex-wrap gap-x-6 gap-y-1 text-note text-muted" aria-hidden="true">
      {marks.map(([form, words, isDrawn]) =>
        isDrawn ? (
          <li key={form} className="flex items-center gap-2">
            <svg className="age-key" viewBox="0 0 24 8" aria-hidden="true">
              <path className={form} d="M0 4H24" />
            </svg>
            {words}
          </li>
        ) : null,
      )}
      <li>The upper edge is {formatDuration(lines.topMs, 1)}.</li>
    </ul>
  )
}

function AgeTable({ stretches, title, now }: { stretches: readonly AgeStretch[]; title: string; now: number }) {
  return (
    <details className="fold again">
      <summary>These ages as a table</summary>
      <ScrollArea className="scroll" label="These ages as a table">
        <table className="table">
          <caption className="sr-only">{title}, the newest first</caption>
          <thead>
            <tr>
              <th scope="col">Known from</th>
              <th scope="col">Until</th>
              <th scope="col">What it showed</th>
              <th scope="col">Grew to</th>
              <th scope="col">Late from</th>
              <th scope="col">Too old for</th>
            </tr>
          </thead>
          <tbody>
            {stretches.toReversed().map((one) => (
              <AgeRow key={one.from} stretch={one} now={now} />
            ))}
          </tbody>
        </table>
      </ScrollArea>
    </details>
  )
}

function AgeRow({ stretch: { from, to, at, lateAt }, now }: { stretch: AgeStretch; now: number }) {
  return (
    <tr>
      <th scope="row">
        <Time at={from} />
      </th>
      <td>{to === now ? 'now' : <Time at={to} />}</td>
      <td>{at === null ? 'nothing' : <Time at={at} />}</td>
      <td>{at === null ? '–' : formatDuration(to - at)}</td>
      <td>{at === null || lateAt === null ? '–' : formatDuration(lateAt - at)}</td>
      <td>{lateAt === null || lateAt >= to ? '–' : formatDuration(to - Math.max(from, lateAt))}</td>
    </tr>
  )
}
