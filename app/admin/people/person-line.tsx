import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { personOrderPath } from '#app/_ui/paths.ts'
import { Age, Time } from '#app/_ui/time.tsx'
import type { PersonRow } from '#lib/queries/pages/people-page.ts'
import { AccessFields } from './access-fields.tsx'

interface PersonLineProps {
  person: PersonRow
  audiences: readonly string[]
  provider: string | null
  /** It is whoever looks. */
  isOneself: boolean
}

/** Somebody: what they may do and see, how they sign in, when they were last seen, and what can be done about them. */
export function PersonLine({ person, audiences, provider, isOneself }: PersonLineProps) {
  const { id, name, email, endedAt, sessions, lastSeenAt } = person
  return (
    <li id={`person-${id}`}>
      <div>
        <p className="font-medium" dir="auto">
          {name}
          {isOneself && <span className="tag">you</span>}
        </p>
        <p className="muted text-sm">{email}</p>
      </div>
      <div className="text-sm">
        <Access person={person} hasAudiences={audiences.length > 0} />
        <p className="muted">
          {waysIn(person, provider)}
          {lastSeenAt === null ? '; never seen yet' : '; last seen '}
          {lastSeenAt !== null && <Time at={lastSeenAt} />}
          {lastSeenAt !== null && <Age at={lastSeenAt} brackets past />}
          {sessions > 0 && `; ${sessions === 1 ? 'one session goes on' : `${sessions} sessions go on`}`}
        </p>
        {endedAt !== null && (
          <p className="muted">
            gets in no more since <Time at={endedAt} form="long" />
          </p>
        )}
      </div>
      <div className="actions">{endedAt === null ? <Orders person={person} audiences={audiences} /> : <Return person={person} />}</div>
    </li>
  )
}

/** What somebody may do now; where a rule of the catalogue gives more than was given to them, both are said. */
function Access({ person: { role, audience, effective }, hasAudiences }: { person: PersonRow; hasAudiences: boolean }) {
  const sees = effective.audience === null ? 'everything' : `what ${effective.audience} sees`
  return (
    <>
      <p>
        <b className="font-semibold">{effective.role}</b>
        {hasAudiences && `, sees ${sees}`}
      </p>
      {effective.role !== role && <p className="muted">by a rule of the catalogue; given here: {role}</p>}
      {hasAudiences && effective.role !== 'admin' && audience !== null && audience !== effective.audience && (
        <p className="muted">given here: audience {audience}, which does not count now</p>
      )}
    </>
  )
}

function waysIn({ hasPassword, hasProvider, isDemo }: PersonRow, provider: string | null): string {
  if (isDemo) return 'signs in by one click, at the demo only'
  const ways = [hasPassword ? 'password' : null, hasProvider ? (provider ?? 'another system') : null].filter((way) => way !== null)
  return ways.length === 0 ? 'has no way to sign in yet' : `signs in by ${ways.join(' or ')}`
}

function Orders({ person, audiences }: { person: PersonRow; audiences: readonly string[] }) {
  const { id, name, role, audience, sessions } = person
  return (
    <>
      <ActionForm
        action={personOrderPath(id, 'access')}
        question={`What ${name} may do and sees. It counts from their next click on.`}
        yes="Change it"
        inputs={
          <>
            <AccessFields given={{ role, audience }} audiences={audiences} />
            <Reason />
          </>
        }
      >
        Change…
      </ActionForm>
      {sessions > 0 && (
        <ActionForm
          action={personOrderPath(id, 'end-sessions')}
          question={`${name} is signed out everywhere, at once, and may sign in again.`}
          yes="End their sessions"
        >
          End sessions…
        </ActionForm>
      )}
      <ActionForm
        action={personOrderPath(id, 'end')}
        question={`${name} is signed out everywhere and gets in no more. What they did stays in the audit; you can let them in again.`}
        yes="Let them in no more"
        inputs={<Reason />}
      >
        Let in no more…
      </ActionForm>
    </>
  )
}

function Return({ person: { id, name, role } }: { person: PersonRow }) {
  return (
    <ActionForm
      action={personOrderPath(id, 'return')}
      question={`${name} can sign in again as before, as ${role}.`}
      yes="Let them in again"
      inputs={<Reason />}
    >
      Let in again…
    </ActionForm>
  )
}

function Reason() {
  return (
    <label>
      <span>Why (for the audit; may be left empty)</span>
      <input name="reason" maxLength={300} autoComplete="off" />
    </label>
  )
}
