import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { claimRun } from '#lib/commands/runs/claim-run.ts'

/** A run may be due: take it, if it still is and there is room. It then goes on in the background. */
export default defineJobKind({
  input: z.object({ runId: z.string() }),
  key: ({ runId }) => runId,
  async run(services, { runId }) {
    if (!services.runs.hasRoom()) return
    const claimed = await claimRun(services.ctx, { runId, owner: services.workerId })
    if (claimed) services.runs.start(services, claimed)
  },
})
