import { rebuildWithin } from '#lib/commands/status/rebuild/rebuild-within.ts'
import { loadReporting } from '#lib/commands/status/rebuild/reporting.ts'
import { listAssetsEverOfFlow } from '#lib/db/catalogue/assets.ts'
import { lockAssets } from '#lib/db/catalogue/followers.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { insertArrivals } from '#lib/db/history/arrivals.ts'
import { noteWritten } from '#lib/db/history/lasting-answers.ts'
import { getEndedRun, listAssetsOfFlow } from '#lib/db/history/run-outcomes.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { arrivalsOfRun } from './run-arrivals.ts'

/**
 * Lets the present state of a run count for the assets its flow writes: an end moves their clocks, a start or a failure becomes the
 * reason where a promise is broken. Call it whenever the state of a run changed; recording twice changes nothing.
 */
export function recordRunOutcome(ctx: Context, request: { runId: string }): Promise<{ arrivals: number }> {
  return withTransaction(ctx, async (sql) => {
    const run = await getEndedRun(sql, request.runId)
    if (run === undefined) throw new TidemarkError('not-found', { publicMessage: `There is no run ${request.runId}.` })
    const assetIds = await listAssetsEverOfFlow(sql, run.flow)
    if (assetIds.length === 0) return { arrivals: 0 }
    await lockAssets(sql, assetIds)
    const now = ctx.clock.now()
    const arrivals = await insertArrivals(sql, arrivalsOfRun(run, await listAssetsOfFlow(sql, run.flow), now))
    await noteWritten(
      sql,
      arrivals.flatMap(({ assetId, at }) => (at === null ? [] : [{ assetId, at }])),
      now,
    )
    await rebuildWithin(sql, await loadReporting(sql, now), new Map(assetIds.map((id) => [id, run.knownSince])))
    return { arrivals: arrivals.length }
  })
}
