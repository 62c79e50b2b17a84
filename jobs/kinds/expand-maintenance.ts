import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { expandAllSeries } from '#lib/commands/windows/expand-series.ts'

/** Makes the windows of recurring maintenance for the time ahead. */
export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  async run({ ctx }) {
    const made = await expandAllSeries(ctx)
    if (made > 0) ctx.log.info('recurring maintenance has its windows', { made })
  },
})
