import { knownTrouble } from '#app/_lib/database-pulse.ts'
import type { Context } from '#app/_lib/web-process.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { getPageAccess, type PageAccess } from '#lib/queries/shared/page-access.ts'

const KNOWN_MS = 2 * SECOND_MS
const ANSWER_MS = 2 * SECOND_MS

/**
 * What the catalogue in force says of the page, looked up every two seconds at most; without a database as last known, null before the first answer. A page that
 * others reach is private until the first catalogue says whether it is: nobody is let in on a catalogue that is still being read, or was refused.
 */
export function rememberAccess(ctx: Context, { isForOthers }: { isForOthers: boolean }): () => Promise<PageAccess | null> {
  let known: PageAccess | null = null
  let askAgainAt = 0
  let asking: Promise<void> | null = null
  const ask = async () => {
    try {
      const said = await getPageAccess(ctx)
      known = { ...said, isPrivate: said.isPrivate || (said.isUnsaid && isForOthers) }
    } catch (error) {
      ctx.log.warn('could not read who may see the page', { error: toInternalMessage(error) })
    }
    askAgainAt = ctx.clock.now() + KNOWN_MS
    asking = null
  }
  return async () => {
    if (asking === null && ctx.clock.now() >= askAgainAt) asking = ask()
    if (asking === null || knownTrouble() !== undefined) return known
    const enough = new AbortController()
    // Nothing can be answered without the first one.
    if (known === null) await asking
    else await Promise.race([asking, ctx.clock.sleep(ANSWER_MS, enough.signal)])
    enough.abort()
    return known
  }
}
