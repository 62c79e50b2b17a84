import { planDiscovery, takeDiscovery } from '#lib/db/catalogue/discoveries.ts'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** One look at everything there is may take so long. */
export const DISCOVERY_LIMIT_MS = 30 * MINUTE_MS
/** After one that failed the next is not waited for longer than this. */
const AGAIN_AFTER_MS = HOUR_MS

export interface ClaimedDiscovery {
  connection: string
  everyMs: number
  /** Nobody else begins it before. */
  until: Instant
}

/** Takes the due discovery of a connection; null when it is not due (any more). Nobody else begins it before its time limit is over. */
export async function claimDiscovery(ctx: Context, connection: string): Promise<ClaimedDiscovery | null> {
  const now = ctx.clock.now()
  const until = now + DISCOVERY_LIMIT_MS + MINUTE_MS
  const taken = await takeDiscovery(ctx.pool, connection, now, until)
  return taken === null ? null : { connection, until, ...taken }
}

/** Plans the next one after one has ended: soon where it did not see everything, none where its connector cannot tell; what was planned meanwhile stays. */
export async function paceDiscovery(
  ctx: Context,
  { connection, everyMs, until }: ClaimedDiscovery,
  ended: 'well' | 'badly' | 'cannot',
): Promise<void> {
  const afterMs = ended === 'badly' ? Math.min(everyMs, AGAIN_AFTER_MS) : everyMs
  await planDiscovery(ctx.pool, connection, until, ended === 'cannot' ? null : ctx.clock.now() + afterMs)
}
