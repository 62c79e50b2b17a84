import { z } from 'zod'
import { defineJobKind } from '#jobs/job-kind.ts'
import { pruneHistory } from '#lib/commands/prune-history.ts'
import { DAY_MS } from '#lib/domain/instant.ts'
import { pruneLake } from '#lib/engine/lake-prune.ts'

const BATCHES_KEPT_MS = 90 * DAY_MS

/** Forgets what nobody can see any more: old logs, old facts, what old runs committed. */
export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  async run({ ctx, lakeUrl }) {
    ctx.log.info('history pruned', { ...(await pruneHistory(ctx)) })
    if (lakeUrl !== undefined) await pruneLake(lakeUrl, ctx.clock.now() - BATCHES_KEPT_MS)
  },
})
