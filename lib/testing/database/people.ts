import { hashPassword } from 'better-auth/crypto'
import { startSession } from '#lib/access/sessions.ts'
import type { Context } from '#lib/db/context.ts'
import { insertPerson, type Person, putPasswordHash } from '#lib/db/people/people.ts'
import type { Role } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'

/** The password of everybody whom `addPerson` adds. */
export const PASSWORD = 'tidal marsh lantern'

let hash: Promise<string> | undefined

/** Adds somebody who can sign in with `PASSWORD`: `ada` is Ada, at ada@example.edu. */
export async function addPerson(ctx: Context, key: string, role: Role = 'viewer', audience: string | null = null): Promise<Person> {
  hash ??= hashPassword(PASSWORD)
  const name = `${key.charAt(0).toUpperCase()}${key.slice(1)}`
  const person = await insertPerson(ctx.whole, {
    ...{ email: `${key}@example.edu`, isEmailVerified: true },
    ...{ name, role, audience, at: ctx.clock.now() },
  })
  if (person === null) throw new Error(`there is a ${key} already`)
  await putPasswordHash(ctx.whole, person.id, await hash, ctx.clock.now())
  return person
}

/** Signs somebody in at the page of an address: the header that their browser sends along. */
export async function cookieOf(ctx: Context, url: string, person: Person): Promise<string> {
  const setCookie = await startSession(ctx, siteOf(new URL(url).host, url), person, null)
  return setCookie.split(';')[0] ?? ''
}
