import type { Context, Sql } from '#lib/db/context.ts'
import { enqueueLetter } from '#lib/db/messages/letters.ts'
import type { Invitation } from '#lib/db/people/invitations.ts'
import type { Person } from '#lib/db/people/people.ts'
import { getPeopleSettings } from '#lib/db/people/people-settings.ts'
import { seal } from '#lib/platform/secrets/seal.ts'

/** Whether the catalogue in force says how letters to people are sent. */
export async function canWrite(sql: Sql): Promise<boolean> {
  return (await getPeopleSettings(sql)).mail !== null
}

/**
 * Sends a link to the address it is for, where the catalogue says how; tells whether it will. The token waits sealed, since rows are read by more than
 * who may have the link (backups, reports), and is forgotten once the letter is sent or given up.
 */
export async function mailLink(
  ctx: Context,
  sql: Sql,
  link: { invitation: Invitation; token: string },
  name: string | null,
): Promise<boolean> {
  const { invitation, token } = link
  const { email, purpose, role, id } = invitation
  if (email === null || !(await canWrite(sql))) return false
  const kind = purpose === 'join' ? 'invitation' : 'reset'
  const letter = { kind, to: email, name, by: purpose === 'join' ? ctx.actor.name : null, role, invitation: id } as const
  await enqueueLetter(sql, ctx.clock.now(), letter, seal(token, ctx.secret, email))
  return true
}

/** Tells somebody that their password was changed, where the catalogue says how. */
export async function tellPasswordChanged(ctx: Context, sql: Sql, { email, name }: Person): Promise<void> {
  if (!(await canWrite(sql))) return
  await enqueueLetter(sql, ctx.clock.now(), { kind: 'password-changed', to: email, name, by: null, role: null, invitation: null })
}
