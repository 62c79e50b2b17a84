import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { LengthInput, TextInput, UP_TO_A_WEEK } from '#app/_ui/actions/inputs.tsx'
import { incidentPath } from '#app/_ui/paths.ts'
import type { UpdateTemplate } from '#lib/domain/wording/update-words.ts'
import type { IncidentView } from '#lib/queries/incidents/incident.ts'

interface SayFormsProps {
  incident: IncidentView
  /** Who reads this, as they would take it over; null: nobody with a name. */
  reader: string | null
  templates: readonly UpdateTemplate[]
}

/** What engineers can say of an incident: that they have seen it, whose it is, what everybody should know. None of it ends one. */
export function SayForms({ incident, reader, templates }: SayFormsProps) {
  const { id, endedAt, handling, withdrawnAt } = incident
  const isOpen = endedAt === null && withdrawnAt === null
  const to = (what: 'acknowledge' | 'assign' | 'snooze' | 'update' | 'note' | 'postmortem' | 'link') => `/api/v1${incidentPath(id)}/${what}`
  return (
    <div className="actions">
      {isOpen && handling.acknowledged === null && <ActionForm action={to('acknowledge')}>I have seen it</ActionForm>}
      {isOpen && reader !== null && handling.assignee !== reader && (
        <ActionForm action={to('assign')} fields={{ to: reader }}>
          I take it
        </ActionForm>
      )}
      {isOpen && <Assign action={to('assign')} assignee={handling.assignee} />}
      {isOpen && handling.snoozedUntil === null && (
        <ActionForm
          action={to('snooze')}
          question="Nobody is reminded of it meanwhile. It ends before if it gets worse, has another cause, or is over."
          yes="No reminders"
          inputs={<LengthInput words="How long" of={UP_TO_A_WEEK} preset="4h" />}
        >
          No reminders…
        </ActionForm>
      )}
      {isOpen && handling.snoozedUntil !== null && <ActionForm action={to('snooze')}>Remind again</ActionForm>}
      <Write action={to('update')} templates={templates} />
      <ActionForm action={to('note')} question="Only engineers read it." yes="Keep it" inputs={<TextInput words="Note" />}>
        Note…
      </ActionForm>
      {!isOpen && (
        <ActionForm
          action={to('postmortem')}
          question="What it was, and what is done so that it does not come again."
          yes="Keep it"
          inputs={<TextInput words="Looking back" />}
        >
          Look back…
        </ActionForm>
      )}
      <Link action={to('link')} />
    </div>
  )
}

/** Each text to begin with is a form of its own, so that it is chosen without a script. */
function Write({ action, templates }: { action: string; templates: readonly UpdateTemplate[] }) {
  return (
    <details className="confirm">
      <summary className="button">Write to everybody…</summary>
      <div>
        <p>Everybody who sees something of it reads this, here and in messages.</p>
        {templates.map(({ name, text }, index) => (
          <details key={name} className="fold" name="template" open={index === 0}>
            <summary>{name}</summary>
            <ActionForm action={action} inputs={<TextInput words="What people should know" preset={text} />}>
              Send it
            </ActionForm>
          </details>
        ))}
      </div>
    </details>
  )
}

function Assign({ action, assignee }: { action: string; assignee: string | null }) {
  return (
    <ActionForm
      action={action}
      question={assignee === null ? 'A person or a team.' : 'A person or a team; empty: nobody.'}
      yes="Give it"
      inputs={
        <label>
          <span>Whose it is</span>
          <input name="to" maxLength={200} autoComplete="off" defaultValue={assignee ?? ''} />
        </label>
      }
    >
      Give it to somebody…
    </ActionForm>
  )
}

function Link({ action }: { action: string }) {
  return (
    <ActionForm
      action={action}
      question="The id stands in the address of its page."
      yes="Link it"
      inputs={
        <>
          <label>
            <span>What</span>
            <select name="kind">
              <option value="run">A run</option>
              <option value="order">A reload</option>
            </select>
          </label>
          <label>
            <span>Its id</span>
            <input name="id" required maxLength={36} autoComplete="off" />
          </label>
        </>
      }
    >
      Link a run…
    </ActionForm>
  )
}
