import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'

/** A run is due and the worker that planned it had no room: take it, if it still is and there is room here. It then goes on in the background. */
export default defineJobKind({
  input: z.object({ runId: z.string() }),
  key: ({ runId }) => runId,
  run: async (services, { runId }) => void (await services.runs.take(services, runId)),
})
