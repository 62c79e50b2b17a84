import { partsOfJob } from '#lib/domain/runs/external-run.ts'
import { isGood } from '#lib/domain/runs/run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import type { EndedJob } from '#lib/engine/job-elsewhere.ts'

/** Half an hour or so: what a system is away for, and longer than its lists lag behind. */
const START = { retries: 12, backoffMs: 15 * SECOND_MS, backoffMaxMs: 5 * MINUTE_MS }

/** Has a job of another system do the work, and ends as that ends. */
export async function runJobElsewhere(ctx: FlowContext<Record<string, unknown>>, job: string): Promise<FlowResult> {
  const system = partsOfJob(job)?.connection ?? job
  const { externalId } = await ctx.task('start', START, () => ctx.job.start(ctx.parameters))
  ctx.log.info(`Its run in ${system} is ${externalId}.`)
  const ended = await ctx
    .task(`run in ${system}`, {}, () => endOf(ctx, system))
    .catch((error: unknown) => {
      if (error instanceof EndedBadly) return error.end
      throw error
    })
  const { state, at, problem, rows } = ended
  return {
    rowsLoaded: rows ?? 0,
    rowsSeen: rows ?? 0,
    summary: {},
    ...(rows === null && { isUncounted: true }),
    ended: { state, at, problem },
  }
}

/** So that the step fails as the run does. */
class EndedBadly extends TidemarkError {
  readonly end: EndedJob

  constructor(end: EndedJob) {
    super('refused', { publicMessage: end.problem ?? '' })
    this.end = end
  }
}

async function endOf(ctx: FlowContext<Record<string, unknown>>, system: string): Promise<EndedJob> {
  const end = await ctx.job.end((words) =>
    words === null ? ctx.log.info(`${system} tells again how it goes.`) : ctx.log.warn(`${words} It is asked again.`),
  )
  if (!isGood(end.state)) throw new EndedBadly(end)
  return end
}
