import { rebuildWithin } from '#lib/commands/status/rebuild/rebuild-within.ts'
import { loadReporting } from '#lib/commands/status/rebuild/reporting.ts'
import { listConnectionAssets } from '#lib/db/catalogue/assets.ts'
import { type ConnectionState, lockConnection, noteConnectionFailure } from '#lib/db/catalogue/connections.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { openConnectionGap } from '#lib/db/history/blind.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

const FAILURES_MIN = 3
const PATIENCE_MIN_MS = 5 * MINUTE_MS

/**
 * Records that a connection could not be used at all. After several failures in a row, long enough after the last good look, it is
 * declared down: one gap for the connection, which gives its assets their reason. Answers whether it is down.
 */
export function recordUnreachable(ctx: Context, connectionKey: string, at: Instant, problem: string): Promise<{ isDown: boolean }> {
  return withTransaction(ctx, async (sql) => {
    const now = ctx.clock.now()
    const connection = await lockConnection(sql, connectionKey)
    if (connection === undefined) return { isDown: false }
    await noteConnectionFailure(sql, connectionKey, Math.min(at, now), problem)
    const isDown = isLost(connection, at)
    const from = connection.okAt ?? Math.min(at, now)
    if (isDown && (await openConnectionGap(sql, connectionKey, from, 'source-unreachable'))) {
      const assetIds = await listConnectionAssets(sql, connectionKey)
      await rebuildWithin(sql, await loadReporting(sql, now), new Map(assetIds.map((id) => [id, from])))
    }
    return { isDown }
  })
}

function isLost({ failures, okAt, probeEveryMs }: ConnectionState, at: Instant): boolean {
  const patienceMs = Math.max(FAILURES_MIN * probeEveryMs, PATIENCE_MIN_MS)
  return failures + 1 >= FAILURES_MIN && (okAt === null || at - okAt > patienceMs)
}
