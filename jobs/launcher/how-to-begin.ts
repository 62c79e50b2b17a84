import { firstAdminLink, invitationLink } from '#lib/access/invitations.ts'
import { whyNotKept } from '#lib/access/sign-in.ts'
import { closeContext, createContext } from '#lib/db/context.ts'
import { getSetting } from '#lib/db/settings.ts'
import { atTerminal } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { silentLog } from '#lib/platform/log.ts'
import type { Settings } from './environment.ts'

/** Tells whoever started the page what they could not know: how the first admin gets in, and that a public page is still for this machine alone. */
export async function sayHowToBegin(settings: Settings, clock: Clock, say: (line: string) => void): Promise<void> {
  const { databaseUrl, publicUrl, environment } = settings
  const actor = atTerminal('the start')
  const ctx = createContext({ url: databaseUrl, actor, clock, log: silentLog, connections: 1, applicationName: 'tidemark launcher' })
  try {
    if (environment.host === undefined && environment.config !== undefined && (await getSetting(ctx.whole, 'access')) === 'public')
      say('The catalogue says "access: public", and the page listens on this machine only: set HOST=0.0.0.0 to let others reach it.')
    const link = await firstAdminLink(ctx)
    if (link === null) return
    say(`This page has no admin yet. Whoever follows this link becomes one; it works once, within 24 hours:`)
    say(`  ${invitationLink(publicUrl, link.token)}`)
    const hindrance = whyNotKept(siteOf(new URL(publicUrl).host, publicUrl))
    if (hindrance !== null) say(hindrance)
  } catch (error) {
    say(`It is not known whether this page has an admin: ${toPublicMessage(error)} "npm run tidemark -- admin <e-mail>" makes one.`)
  } finally {
    await closeContext(ctx)
  }
}
