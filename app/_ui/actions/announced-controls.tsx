import { changeMaintenancePagePath, endMaintenancePath } from '#app/_ui/paths.ts'
import { ActionForm } from './action-form.tsx'

interface AnnouncedControlsProps {
  of: { window: number } | { series: number }
  /** `feed:terms`, or `everything`. */
  subject: string
  /** For those who cannot see which it is about. */
  name: string
  isAhead?: boolean
  /** Of what comes again: the window of its next time, which can be left out alone. */
  nextWindow?: number | null
  back?: 'admin' | undefined
}

/** Changes announced work on a page of its own, and ends it, or takes it back before it has begun, once that is confirmed. */
export function AnnouncedControls({ of, subject, name, isAhead = false, nextWindow = null, back }: AnnouncedControlsProps) {
  const isRule = 'series' in of
  const verb = isRule ? 'End it' : isAhead ? 'Withdraw' : 'End now'
  return (
    <div className="actions tight">
      <a className="quiet" href={changeMaintenancePagePath(of, back)}>
        Change<span className="sr-only">: {name}</span>
      </a>
      {nextWindow !== null && (
        <End of={{ window: nextWindow }} subject={subject} name={name} back={back} words="Skip the next" question={SKIPPED} />
      )}
      <End of={of} subject={subject} name={name} back={back} words={verb} question={questionOf(isRule, isAhead)} />
    </div>
  )
}

type EndProps = Pick<AnnouncedControlsProps, 'of' | 'subject' | 'name' | 'back'> & { words: string; question: string }

function End({ of, subject, name, back, words, question }: EndProps) {
  const number = 'series' in of ? { series: String(of.series) } : { window: String(of.window) }
  const fields = { ...number, subject, ...(back === undefined ? {} : { back }) }
  return (
    <ActionForm action={endMaintenancePath} fields={fields} question={question} yes={words}>
      {words}…<span className="sr-only">: {name}</span>
    </ActionForm>
  )
}

const SKIPPED = 'The next time is left out; those after it stay.'

function questionOf(isRule: boolean, isAhead: boolean): string {
  if (isRule) return 'It will not come again. One that is going on goes on until its end, and what was stays as it was.'
  return isAhead
    ? 'It is taken back as if it had not been announced.'
    : 'From now on everything is judged as usual; what it hid until now stays as it was.'
}
