import type { Context } from '#lib/db/context.ts'
import { findPerson, insertPerson } from '#lib/db/people/people.ts'
import { getPage } from '#lib/db/settings.ts'
import { DEMO_PEOPLE } from '#lib/domain/access/demo-people.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { act } from './act.ts'
import { actorFor, startSession } from './sessions.ts'
import { type Browser, endBrought } from './sign-in.ts'

/** Adds the people of the demo where they are not yet. They have no password: the one click is their only way in. */
export async function putDemoPeople(ctx: Context): Promise<void> {
  for (const { email, name, role } of DEMO_PEOPLE)
    await insertPerson(ctx.whole, { email, isEmailVerified: true, name, role, audience: null, at: ctx.clock.now() })
}

/** Whether somebody is at the machine on which the demo runs: its page with its people, asked for by a loopback name from a loopback address. */
export async function isAtDemo(ctx: Context, { site }: Pick<Browser, 'site'>): Promise<boolean> {
  const isHere = !site.isSecure && ctx.from !== null && /^(?:127(?:\.\d{1,3}){3}|::1)$/.test(ctx.from)
  return isHere && (await getPage(ctx.whole)).demo && (await findPerson(ctx.whole, { email: DEMO_PEOPLE[0].email })) !== null
}

/** Signs in as one of the people of the demo; refused anywhere but at the machine on which the demo runs. */
export async function signInAtDemo(ctx: Context, key: string, browser: Browser): Promise<string> {
  const chosen = DEMO_PEOPLE.find((one) => one.key === key)
  const found = chosen === undefined ? null : await findPerson(ctx.whole, { email: chosen.email })
  const person = await act(ctx, { action: 'sign-in', target: { kind: 'person', key: found?.id ?? '?' } }, async (sql) => {
    if (found === null || found.endedAt !== null || !(await isAtDemo(ctx, browser)))
      throw new TidemarkError('forbidden', { publicMessage: 'Signing in by one click is for the demo, on the machine it runs on.' })
    await endBrought(sql, browser)
    return { result: found, after: { method: 'demo' }, by: await actorFor(sql, found) }
  })
  return startSession(ctx, browser.site, person, browser.name)
}
