import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { rollUpDays } from '#lib/commands/status/roll-up-days.ts'

/** A day may have ended in the page's zone: count it. */
export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  async run({ ctx }) {
    await rollUpDays(ctx)
  },
})
