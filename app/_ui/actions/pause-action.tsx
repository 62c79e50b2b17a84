import { pausePath, resumePath } from '#app/_ui/paths.ts'
import type { WorkView } from '#lib/queries/shared/work.ts'
import { ActionForm, BeginInput } from './action-form.tsx'
import { LengthInput, UP_TO_A_WEEK, WhyInput } from './inputs.tsx'
import { MaintenanceAction, subjectText } from './maintenance-action.tsx'
import { NoActions } from './no-actions.tsx'
import { isOwn } from './work-words.ts'

interface PauseActionProps {
  subject: { kind: 'group' | 'feed' | 'asset' | 'flow'; key: string }
  name: string
  /** Pauses and announced work that have not ended; its own are what can be ended here. */
  work: readonly Pick<WorkView, 'kind' | 'subject' | 'isAhead'>[]
}

/** How long a pause may be asked to last, by the words that the command line knows. */
const LENGTHS = [['', 'until I end it'], ...UP_TO_A_WEEK] as const

/** Pauses something and ends that, and announces maintenance, in a row; where the page takes no actions, it says so. */
export function PauseAction(props: PauseActionProps & { takesActions: boolean }) {
  if (!props.takesActions) return <NoActions />
  return (
    <div className="actions">
      <PauseButtons {...props} />
    </div>
  )
}

/** The same within a row of others. */
export function PauseButtons({ subject, name, work }: PauseActionProps) {
  const own = work.filter((each) => each.kind === 'paused' && isOwn(each, subject))
  const begun = own.find((each) => !each.isAhead)
  const fields = { subject: subjectText(subject) }
  return (
    <>
      {begun === undefined && (
        <ActionForm
          action={pausePath}
          fields={fields}
          question={<Meaning kind={subject.kind} />}
          yes="Pause it"
          inputs={<Inputs kind={subject.kind} />}
        >
          Pause…<span className="sr-only"> {name}</span>
        </ActionForm>
      )}
      {own.length > 0 && (
        <ActionForm action={resumePath} fields={fields}>
          {begun === undefined ? 'Withdraw the announced pause' : 'End the pause'}
          <span className="sr-only"> of {name}</span>
        </ActionForm>
      )}
      {subject.kind !== 'flow' && <MaintenanceAction subject={{ ...subject, kind: subject.kind }} name={name} />}
    </>
  )
}

function Meaning({ kind }: { kind: PauseActionProps['subject']['kind'] }) {
  return kind === 'flow'
    ? 'No run of it is planned until then; one that goes on ends as usual, and runs can be asked for by hand. Deadlines go on counting.'
    : 'What turns late meanwhile shows as maintenance. What is late already stays so. Flows go on running.'
}

function Inputs({ kind }: { kind: PauseActionProps['subject']['kind'] }) {
  return (
    <>
      {kind === 'flow' && <BeginInput />}
      <LengthInput words="How long" of={LENGTHS} />
      <WhyInput name="note" />
    </>
  )
}
