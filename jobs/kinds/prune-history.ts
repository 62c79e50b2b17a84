import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { measureStorage } from '#lib/commands/status/measure-storage.ts'
import { pruneHistory } from '#lib/commands/status/prune-history.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { pruneLake } from '#lib/engine/lake/lake.ts'

const BATCHES_KEPT_MS = 90 * DAY_MS

/** Deletes what nobody can see any more: old logs, old facts, what old runs committed; then notes how large the rest is. */
export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  async run({ ctx, lakeUrl }) {
    ctx.log.info('history pruned', { ...(await pruneHistory(ctx)) })
    await measureStorage(ctx)
    if (lakeUrl !== undefined) await pruneLake(lakeUrl, ctx.clock.now() - BATCHES_KEPT_MS)
  },
})
