import { Listed } from '#app/_ui/listed.tsx'
import { feedPath, flowPath, runPath, subjectPath } from '#app/_ui/paths.ts'
import { runStateInWords } from '#app/_ui/runs/run-labels.ts'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { DayHandRun, DayReload } from '#lib/queries/days/day-hands.ts'
import type { DayStory } from '#lib/queries/days/day-page.ts'
import { DayTime } from './day-time.tsx'

const NOBODY = 'Somebody'

const ENDED: Record<DayReload['state'], string> = { open: 'it goes on', done: 'done', failed: 'it failed', cancelled: 'cancelled' }

/** What people did on a day and does not stand with what it mended. */
export function DayHands({ story: { causes, reloads, byHand } }: { story: DayStory }) {
  const told = new Set(causes.flatMap(({ held }) => held.map(({ id }) => id)))
  const others = reloads.filter(({ feedId }) => !told.has(feedId))
  if (others.length + byHand.length === 0) return null
  return (
    <Section title="By hand">
      <ul className="space-y-1">
        {others.map((reload) => (
          <li key={reload.id}>
            <ReloadWords reload={reload} />
          </li>
        ))}
        {[...Map.groupBy(byHand, ({ by }) => by ?? NOBODY)].map(([by, runs]) => (
          <li key={by}>
            <bdi>{by}</bdi> ran <RunsByHand runs={runs} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** `08:40 Grace Ito reloaded People: SAP is back (done 09:12)` */
export function ReloadWords({ reload: { at, by, feedKey, feedName, reason, state, endedAt } }: { reload: DayReload }) {
  return (
    <>
      <Time at={at} form="minute" /> <bdi>{by ?? NOBODY}</bdi> reloaded{' '}
      <a href={feedPath(feedKey)}>
        <bdi>{feedName}</bdi>
      </a>
      {reason !== null && (
        <>
          : <bdi>{reason}</bdi>
        </>
      )}{' '}
      <span className="muted">
        ({ENDED[state]}
        {endedAt !== null && (
          <>
            {' '}
            <Time at={endedAt} form="minute" />
          </>
        )}
        )
      </span>
    </>
  )
}

function RunsByHand({ runs }: { runs: readonly DayHandRun[] }) {
  const items = runs.map((run) => ({
    key: run.id,
    shown: (
      <>
        <a href={flowPath(run.flow)}>
          <bdi>{run.flow}</bdi>
        </a>{' '}
        <span className="muted">
          at <Time at={run.at} form="minute" /> (<a href={runPath(run.id)}>{runStateInWords(run).toLowerCase()}</a>)
        </span>
      </>
    ),
  }))
  return <Listed items={items} />
}

/** Announced work and pauses that reached into the day. */
export function DayWindows({ story }: { story: DayStory }) {
  if (story.windows.length === 0) return null
  return (
    <Section title="Announced work and pauses">
      <ul className="space-y-1">
        {story.windows.map(({ id, kind, subject, from, until, note }) => (
          <li key={id}>
            {until === null && 'From '}
            <DayTime at={from} story={story} />
            {until === null ? ' on' : '–'}
            {until !== null && <DayTime at={until} story={story} />} {kind === 'paused' ? 'pause of' : 'maintenance of'}{' '}
            {subject === null ? (
              'everything'
            ) : (
              <a href={subjectPath(subject)}>
                <bdi>{subject.name}</bdi>
              </a>
            )}
            {note !== null && (
              <>
                : <bdi>{note}</bdi>
              </>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}
