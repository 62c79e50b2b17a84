import { planDiscovery, takeDiscovery } from '#lib/db/catalogue/discoveries.ts'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** One look at everything there is may take so long. */
export const DISCOVERY_LIMIT_MS = 30 * MINUTE_MS
/** After one that failed the next is not waited for longer than this. */
const AGAIN_AFTER_MS = HOUR_MS

export interface ClaimedDiscovery {
  connection: string
  everyMs: number
}

/** Takes the due discovery of a connection; null when it is not due (any more). Nobody else begins it before its time limit is over. */
export async function claimDiscovery(ctx: Context, connection: string): Promise<ClaimedDiscovery | null> {
  const now = ctx.clock.now()
  const taken = await takeDiscovery(ctx.pool, connection, now, now + DISCOVERY_LIMIT_MS + MINUTE_MS)
  return taken === null ? null : { connection, ...taken }
}

/** Plans the next one after one has ended: soon where it did not see everything, none where its connector cannot tell. */
export async function paceDiscovery(
  ctx: Context,
  { connection, everyMs }: ClaimedDiscovery,
  ended: 'well' | 'badly' | 'cannot',
): Promise<void> {
  const afterMs = ended === 'badly' ? Math.min(everyMs, AGAIN_AFTER_MS) : everyMs
  await planDiscovery(ctx.pool, connection, ended === 'cannot' ? null : ctx.clock.now() + afterMs)
}
