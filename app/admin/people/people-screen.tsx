import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { Command } from '#app/_ui/actions/command.tsx'
import { withdrawInvitationPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { Actor } from '#lib/domain/access/actor.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { InvitationRow, PeoplePage } from '#lib/queries/pages/people-page.ts'
import { AdminShell } from '../admin-shell.tsx'
import { InviteForm } from './invite-form.tsx'
import { PersonLine } from './person-line.tsx'

/** Who may come in, what they may do and see, and who is invited. */
export function PeopleScreen({ found, actor }: { found: PeoplePage; actor: Pick<Actor, 'role' | 'id'> }) {
  const { people, invitations, audiences, isMailed, provider } = found
  const current = people.filter(({ endedAt }) => endedAt === null)
  const ended = people.filter(({ endedAt }) => endedAt !== null)
  return (
    <AdminShell frame={found.frame} actor={actor} part="people" title={headline(current.length)} lead={leadOf(found)}>
      {current.length === 0 ? (
        <p>
          Whoever can use the machine that Tidemark runs on makes the first admin:{' '}
          <Command>npm run tidemark -- admin you@example.edu</Command>
        </p>
      ) : (
        <ul className="people">
          {current.map((person) => (
            <PersonLine key={person.id} person={person} audiences={audiences} provider={provider} isOneself={person.id === actor.id} />
          ))}
        </ul>
      )}
      {ended.length > 0 && (
        <details className="fold">
          <summary>{ended.length === 1 ? 'One who gets in no more' : `${formatCount(ended.length)} who get in no more`}</summary>
          <ul className="people">
            {ended.map((person) => (
              <PersonLine key={person.id} person={person} audiences={audiences} provider={provider} isOneself={false} />
            ))}
          </ul>
        </details>
      )}
      <Section title="Invite somebody">
        <InviteForm audiences={audiences} isMailed={isMailed} />
        {!isMailed && (
          <p className="muted mt-4 text-sm">
            Nothing is mailed: the catalogue names no mail server under <code>people.mail</code> or <code>tell.email</code>. Hand the link
            over yourself.
          </p>
        )}
      </Section>
      {invitations.length > 0 && (
        <Section title={invitations.length === 1 ? 'One open invitation' : `${formatCount(invitations.length)} open invitations`}>
          <ul className="people">
            {invitations.map((invitation) => (
              <Invited key={invitation.id} invitation={invitation} />
            ))}
          </ul>
        </Section>
      )}
    </AdminShell>
  )
}

function headline(count: number): string {
  if (count === 0) return 'Nobody can sign in yet.'
  return count === 1 ? 'One person can sign in.' : `${formatCount(count)} people can sign in.`
}

function leadOf({ frame, provider, audiences }: PeoplePage): string {
  if (frame.page.demo) return 'By one click, as this is the demo; whoever you invite, with a password of this page.'
  const by = provider === null ? 'With a password of this page.' : `With a password of this page, or by ${provider}.`
  return audiences.length === 0 ? `${by} Everybody sees everything: the catalogue names no audiences.` : by
}

const MAILS = { sent: 'mailed', waiting: 'the mail is on its way', 'given up': 'the mail could not be delivered' } as const

function Invited({ invitation }: { invitation: InvitationRow }) {
  const { id, email, role, audience, mail, madeByName, createdAt, expiresAt } = invitation
  return (
    <li>
      <div>
        <p className="font-medium">{email ?? 'Whoever has the link'}</p>
        <p className="muted text-sm">
          as {role}
          {audience === null ? '' : `, audience ${audience}`}; invited{madeByName === null ? '' : ` by ${madeByName}`}{' '}
          <Time at={createdAt} />
        </p>
      </div>
      <p className="text-sm">
        good until <Time at={expiresAt} />
        {mail !== null && `; ${MAILS[mail.state]}`}
        {mail?.state === 'given up' && mail.problem !== null && <span className="block text-stale-text">{mail.problem}</span>}
      </p>
      <ActionForm action={withdrawInvitationPath(id)} question="Its link will not work any more." yes="Take the invitation back">
        Take back…
      </ActionForm>
    </li>
  )
}
