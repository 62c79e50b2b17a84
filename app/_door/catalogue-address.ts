import type { Context } from '#app/_lib/web-process.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'

const KNOWN_MS = 2 * SECOND_MS
const ANSWER_MS = 2 * SECOND_MS

/** The address that the catalogue in force gives the page, looked up every two seconds at most; without a database the last one known. */
export function catalogueAddress(ctx: Context): () => Promise<string | null> {
  let known: string | null = null
  let askAgainAt = 0
  let asking: Promise<void> | null = null
  const ask = async () => {
    try {
      known = (await getPageAccess(ctx)).url
    } catch (error) {
      ctx.log.warn('could not read the address of the page', { error: toInternalMessage(error) })
    }
    askAgainAt = ctx.clock.now() + KNOWN_MS
    asking = null
  }
  return async () => {
    if (asking === null && ctx.clock.now() >= askAgainAt) asking = ask()
    const enough = new AbortController()
    if (asking !== null) await Promise.race([asking, ctx.clock.sleep(ANSWER_MS, enough.signal)])
    enough.abort()
    return known
  }
}
