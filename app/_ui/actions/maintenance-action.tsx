import { Note } from '#app/_ui/note.tsx'
import { announcePath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import { endsSentence } from '#lib/domain/wording/sentences.ts'
import type { SeriesView } from '#lib/queries/shared/series.ts'
import { ActionForm } from './action-form.tsx'
import { AnnouncedControls } from './announced-controls.tsx'
import { MaintenanceFields } from './maintenance-fields.tsx'

const MEANING =
  'What turns late meanwhile shows as maintenance; what is late already stays so. Flows go on running. Everybody reads it beforehand.'

/** Announces maintenance of a group, feed or asset: now, once, or again and again. */
export function MaintenanceAction({ subject, name }: { subject: { kind: 'group' | 'feed' | 'asset'; key: string }; name: string }) {
  const fields = { subject: subjectText(subject) }
  return (
    <ActionForm action={announcePath} fields={fields} question={MEANING} yes="Announce it" inputs={<MaintenanceFields />}>
      Announce maintenance…<span className="sr-only"> of {name}</span>
    </ActionForm>
  )
}

/** Maintenance that comes again, each with its rule, when it comes next, why and by whom. */
export function SeriesNotes({ series, takesActions }: { series: readonly SeriesView[]; takesActions: boolean }) {
  return series.map((each) => (
    <Note key={each.id} icon="maintenance">
      <p>
        <strong>Maintenance comes again: {each.words}</strong>
        <NextTime series={each} />
      </p>
      {takesActions && <SeriesControls series={each} />}
    </Note>
  ))
}

/** Changes a rule, leaves out its next time, or ends it. */
export function SeriesControls({ series: { id, subject, words, nextWindow }, back }: { series: SeriesView; back?: 'admin' }) {
  return <AnnouncedControls of={{ series: id }} subject={subjectText(subject)} name={words} nextWindow={nextWindow} back={back} />
}

/** ` (America/New_York), next Sun 6 Dec 02:00 EST: patches. Announced by Ada.` */
export function NextTime({ series: { recurrence, next, note, by } }: { series: SeriesView }) {
  return (
    <>
      {' '}
      ({recurrence.zone})
      {next !== null && (
        <>
          , next <Time at={next} form="long" />
        </>
      )}
      <Because note={note} by={by} />
    </>
  )
}

/** Why, and who announced it. */
export function Because({ note, by }: { note: string | null; by: string | null }) {
  return (
    <>
      {note === null ? (
        '. '
      ) : (
        <>
          : <span dir="auto">{note}</span>
          {endsSentence(note) ? ' ' : '. '}
        </>
      )}
      {by !== null && (
        <span className="muted">
          Announced by <bdi>{by}</bdi>.{' '}
        </span>
      )}
    </>
  )
}

/** A subject as orders name it. */
export function subjectText(subject: { kind: string; key: string } | null): string {
  return subject === null ? 'everything' : `${subject.kind}:${subject.key}`
}
