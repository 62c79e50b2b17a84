import type { Browser } from '#lib/access/sign-in.ts'
import { OUTSIDER } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { seenBy } from '#lib/queries/shared/web-context.ts'
import { type Asking, type Context, webProcess } from './web-process.ts'

/** What the query or command of one request is given: the database as whoever asks may see it, and what they may do. Who is not found out by the door sees nothing. */
export async function requestContext(): Promise<Context> {
  const { context } = webProcess()
  const { actor, from } = whoIsAsking()
  return { ...seenBy(context, actor), from }
}

/** The browser that whoever asks has before them, for signing in. */
export function browserOf(): Browser {
  const { site, browser, sessionId } = whoIsAsking()
  return { site, name: browser, sessionId }
}

/** Who asks, from where and by which session. */
export function whoIsAsking(): Asking {
  const { asking, context } = webProcess()
  const nobody = { actor: OUTSIDER, sessionId: null, site: siteOf('', context.publicUrl), from: null, browser: null }
  return asking.getStore() ?? nobody
}
