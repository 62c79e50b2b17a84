import { Note } from '#app/_ui/note.tsx'
import { feedPath, subjectPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import type { Status } from '#lib/domain/freshness/status.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import type { WorkView } from '#lib/queries/shared/work.ts'
import { AnnouncedControls } from './announced-controls.tsx'
import { Because, subjectText } from './maintenance-action.tsx'
import { isOwn, meaningInWords, workInWords } from './work-words.ts'

interface WorkNotesProps {
  work: readonly WorkView[]
  /** What the page is about: its own pauses need no name. */
  own: { kind: 'group' | 'feed' | 'asset' | 'flow'; key: string }
  /** What a page of one asset knows by itself: how it would be without the work. */
  hidden?: { status: Status; since: number } | null | undefined
  /** Whether its own can be changed and ended here. */
  takesActions?: boolean
}

const NOTES_SHOWN = 4

/** Every pause and announced work on what a page shows: until when, why, and what it hides; but for what its own rules say beside it. */
export function WorkNotes({ work: all, ...about }: WorkNotesProps) {
  const work = all.filter((each) => !(each.isAhead && each.repeats !== null && isOwn(each, about.own)))
  const rest = work.slice(NOTES_SHOWN)
  return (
    <>
      <Notes work={work.slice(0, NOTES_SHOWN)} {...about} />
      {rest.length > 0 && (
        <details className="fold">
          <summary>{`${rest.length} more pauses and announced work`}</summary>
          <Notes work={rest} {...about} />
        </details>
      )}
    </>
  )
}

function Notes({ work, own, hidden, takesActions = false }: WorkNotesProps) {
  return work.map((each) => (
    <Note key={each.id} icon="maintenance">
      <p>
        <WorkSentence work={each} own={own} />
      </p>
      {!each.isAhead && <Hides work={each} own={own} hidden={hidden} />}
      {takesActions && each.kind === 'maintenance' && isOwn(each, own) && (
        <AnnouncedControls
          of={{ window: each.id }}
          subject={subjectText(own)}
          name={each.note ?? workInWords(each)}
          isAhead={each.isAhead}
        />
      )}
    </Note>
  ))
}

/** `Paused since … until …, with everything in Student records: moving house. What turns late …` */
export function WorkSentence({ work, own }: { work: Omit<WorkView, 'id' | 'feedIds' | 'isPart' | 'hides'>; own: WorkNotesProps['own'] }) {
  const { subject, from, until, note, by, repeats } = work
  const isItsOwn = isOwn(work, own)
  return (
    <>
      <strong>
        {subject?.kind === 'flow' && !isItsOwn ? `Load ${workInWords(work).toLowerCase()}` : workInWords(work)}{' '}
        {work.isAhead ? 'from' : 'since'} <Time at={from} form="long" />
        {until === null ? ', until somebody ends it' : ' until '}
        {until !== null && <Time at={until} form="long" />}
      </strong>
      {!isItsOwn && (
        <>
          {' ('}
          <Subject subject={subject} />
          {')'}
        </>
      )}
      <Because note={note} by={by} />
      {repeats !== null && `It comes again: ${repeats}. `}
      <span className="muted">{meaningInWords(work)}</span>
    </>
  )
}

function Subject({ subject }: Pick<WorkView, 'subject'>) {
  if (subject === null) return 'everything on this page'
  const { kind, name } = subject
  return (
    <>
      {kind}{' '}
      <a href={subjectPath(subject)}>
        <bdi>{name}</bdi>
      </a>
    </>
  )
}

const SHOWN = 5

function Hides({ work, own, hidden }: Omit<WorkNotesProps, 'work'> & { work: WorkView }) {
  if (work.subject?.kind === 'flow') return null
  if (own.kind === 'asset') {
    if (hidden === undefined || hidden === null) return <p className="muted">It hides nothing of this so far.</p>
    return (
      <p>
        Without it this would be {statusInWords(hidden.status).toLowerCase()} since <Time at={hidden.since} form="long" />.
      </p>
    )
  }
  if (work.hides.length === 0) return <p className="muted">It hides nothing so far.</p>
  return (
    <p>
      It hides:{' '}
      {work.hides.slice(0, SHOWN).map(({ key, name, status, since }, index) => (
        <span key={key}>
          {index > 0 && ', '}
          {own.kind === 'feed' && own.key === key ? (
            'this feed'
          ) : (
            <a href={feedPath(key)}>
              <bdi>{name}</bdi>
            </a>
          )}{' '}
          would be {statusInWords(status).toLowerCase()} since <Time at={since} form="long" />
        </span>
      ))}
      {work.hides.length > SHOWN && ` and ${work.hides.length - SHOWN} more`}.
    </p>
  )
}
