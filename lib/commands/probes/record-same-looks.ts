import type { Observation } from '#lib/connectors/kit/connector.ts'
import { lockConnection, noteConnectionOk } from '#lib/db/catalogue/connections.ts'
import { noteSameLooks } from '#lib/db/catalogue/sight.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { hasOpenConnectionGap } from '#lib/db/history/blind.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/**
 * Records those of these looks that left all as the look before did: that somebody looked, in two statements for however many, with nothing rewritten. Answers the
 * others, of which there is more to be recorded.
 */
export async function recordSameLooks(
  ctx: Context,
  connectionKey: string,
  lookedAt: Instant,
  observations: readonly Observation[],
): Promise<readonly Observation[]> {
  const same = observations.flatMap((look) => (look.ok && look.isSame === true ? [look.assetKey] : []))
  if (same.length === 0) return observations
  const done = await withTransaction(ctx, async (sql) => {
    const now = ctx.clock.now()
    const at = Math.min(lookedAt, now)
    if ((await lockConnection(sql, connectionKey)) === undefined) return []
    if (await hasOpenConnectionGap(sql, connectionKey)) return []
    await noteConnectionOk(sql, connectionKey, at)
    return noteSameLooks(sql, connectionKey, same, { at, now })
  })
  const keys = new Set(done)
  return observations.filter(({ assetKey }) => !keys.has(assetKey))
}
