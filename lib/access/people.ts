import type { Context, Sql } from '#lib/db/context.ts'
import { lockPerson, type Person, updatePerson } from '#lib/db/people/people.ts'
import { endSessions } from '#lib/db/people/sessions.ts'
import type { Action } from '#lib/domain/access/actions.ts'
import type { Role } from '#lib/domain/access/actor.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { act } from './act.ts'

/** Changes what somebody may do and which groups they see; it counts from their next request on. The last admin stays one. */
export async function changeRole(
  ctx: Context,
  id: string,
  given: { role: Role; audience: string | null },
  reason: string | null = null,
): Promise<void> {
  await change(ctx, 'person.change', id, reason, async (sql, person) => {
    if (person.role === 'admin' && given.role !== 'admin') await requireAnotherAdmin(sql, person)
    const { role, audience } = given
    await updatePerson(sql, id, { ...person, role, audience, at: ctx.clock.now() })
    return { before: { role: person.role, audience: person.audience }, after: { role, audience } }
  })
}

/** Lets somebody in no more: all their sessions end at once. The last admin stays. */
export async function endPerson(ctx: Context, id: string, reason: string | null = null): Promise<void> {
  await change(ctx, 'person.end', id, reason, async (sql, person) => {
    if (person.endedAt !== null) throw new TidemarkError('conflict', { publicMessage: `${person.name} does not get in already.` })
    if (person.role === 'admin') await requireAnotherAdmin(sql, person)
    await updatePerson(sql, id, { ...person, endedAt: ctx.clock.now(), at: ctx.clock.now() })
    return { before: { role: person.role }, after: { sessionsEnded: await endSessions(sql, id) } }
  })
}

/** Lets somebody in again who was not, with the role and the audience they had; their password is the one they had, too. */
export async function bringBack(ctx: Context, id: string, reason: string | null = null): Promise<void> {
  await change(ctx, 'person.return', id, reason, async (sql, person) => {
    if (person.endedAt === null) throw new TidemarkError('conflict', { publicMessage: `${person.name} gets in already.` })
    await updatePerson(sql, id, { ...person, endedAt: null, at: ctx.clock.now() })
    return { before: { endedAt: new Date(person.endedAt).toISOString() }, after: { role: person.role, audience: person.audience } }
  })
}

/** Ends all sessions of somebody; tells how many. */
export async function endTheirSessions(ctx: Context, id: string): Promise<number> {
  return change(ctx, 'person.sessions-end', id, null, async (sql) => {
    const result = await endSessions(sql, id)
    return { result, after: { sessionsEnded: result } }
  })
}

/** Does something about somebody, who stays as they are meanwhile. */
async function change<T = undefined>(
  ctx: Context,
  action: Action,
  id: string,
  reason: string | null,
  work: (sql: Sql, person: Person) => Promise<{ result?: T; before?: unknown; after: unknown }>,
): Promise<T> {
  return act(ctx, { action, target: { kind: 'person', key: id }, reason }, async (sql) => {
    await lockAdmins(sql, id)
    const person = await lockPerson(sql, { id })
    if (person === null) throw new TidemarkError('not-found', { publicMessage: 'There is no such person.' })
    const { result, ...told } = await work(sql, person)
    return { result: result as T, ...told }
  })
}

/** Two admins who take each other's role away at once leave one: each waits for the other. */
async function lockAdmins(sql: Sql, id: string): Promise<void> {
  await sql.query("select 1 from person where role = 'admin' or id = $1 order by id for update", [id])
}

async function requireAnotherAdmin(sql: Sql, { id, name }: Person): Promise<void> {
  const { rows } = await sql.query<{ id: string }>("select id from person where role = 'admin' and ended_at is null")
  if (rows.some((row) => row.id !== id)) return
  throw new TidemarkError('conflict', { publicMessage: `${name} is the only admin. Make somebody else one first.` })
}
