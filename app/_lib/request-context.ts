import { visitor } from '#lib/domain/access/actor.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { seenBy } from '#lib/queries/shared/web-context.ts'
import { type Context, webProcess } from './web-process.ts'

/** What the query or command of one request is given: the database as whoever asks may see it, and what they may do. */
export async function requestContext(): Promise<Context> {
  const { context } = webProcess()
  const { isPrivate } = await getPageAccess(context)
  return seenBy(context, { ...visitor(), role: isPrivate ? 'admin' : 'viewer' })
}
