import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { rollUpDays } from '#lib/commands/status/roll-up-days.ts'

export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  async run({ ctx }) {
    await rollUpDays(ctx)
  },
})
