import { WorkSubject } from '#app/_ui/actions/work-subject.tsx'
import { workInWords } from '#app/_ui/actions/work-words.ts'
import { feedPath } from '#app/_ui/paths.ts'
import { StatusIcon } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import { statusInWords } from '#lib/domain/wording/words.ts'
import type { WorkView } from '#lib/queries/shared/work.ts'

const SHOWN = 4

/** Pauses and announced work in the first screen, one line each: what, until when, why, what it hides. */
export function WorkList({ work }: { work: readonly WorkView[] }) {
  if (work.length === 0) return null
  return (
    <>
      <ul className="attention work" aria-label="Pauses and announced work">
        {work.slice(0, SHOWN).map((each) => (
          <Line key={each.id} work={each} />
        ))}
      </ul>
      {work.length > SHOWN && (
        <details className="fold">
          <summary>{work.length - SHOWN} more pauses and announced work</summary>
          <ul className="attention work">
            {work.slice(SHOWN).map((each) => (
              <Line key={each.id} work={each} />
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function Line({ work }: { work: WorkView }) {
  const { from, until, note, isAhead } = work
  return (
    <li>
      <span className="status t-maintenance">
        <StatusIcon status="maintenance" />
        {isAhead ? 'Announced' : workInWords(work)}
      </span>
      <p>
        <WorkSubject subject={work.subject} />
        <br />
        {isAhead ? 'From' : 'Since'} <Time at={from} form="long" />
        {until === null ? ', until somebody ends it' : ' until '}
        {until !== null && <Time at={until} form="long" />}
        {note !== null && (
          <>
            : <span dir="auto">{note}</span>
          </>
        )}
        .<Hidden work={work} />
      </p>
    </li>
  )
}

function Hidden({ work: { subject, hides, isAhead } }: { work: WorkView }) {
  if (isAhead) return null
  if (subject?.kind === 'flow') return ' No run of it is planned; deadlines go on counting.'
  const [worst, ...others] = hides
  if (worst === undefined) return ' It hides nothing so far.'
  return (
    <>
      {' '}
      It hides that{' '}
      <a href={feedPath(worst.key)}>
        <bdi>{worst.name}</bdi>
      </a>{' '}
      would be {statusInWords(worst.status).toLowerCase()} since <Time at={worst.since} form="long" />
      {others.length > 0 && `, and ${others.length} more`}.
    </>
  )
}
