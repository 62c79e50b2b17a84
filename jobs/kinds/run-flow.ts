import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'

/** Takes a run that its planning worker had no room for, if it is still due and there is room here; it goes on in the background. */
export default defineJobKind({
  input: z.object({ runId: z.string() }),
  key: ({ runId }) => runId,
  run: async (services, { runId }) => void (await services.runs.take(services, runId)),
})
