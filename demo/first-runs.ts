import { requestRun } from '#lib/commands/runs/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import { listFlows } from '#lib/db/runs/flows.ts'
import { isEnded, type RunState } from '#lib/domain/runs/run.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'

/** What went wrong since yesterday and goes well now: left to whoever comes to reload it. */
const LEFT = 'facilities-work-orders'
const FIRST = ['term', 'parking-permits', 'course', 'person', 'library-patrons']

async function stateOf(ctx: Context, runId: string): Promise<RunState | undefined> {
  const { rows } = await ctx.pool.query<{ state: RunState }>('select state from run where id = $1', [runId])
  return rows[0]?.state
}

async function hasRun(ctx: Context, flow: string): Promise<boolean> {
  const { rowCount } = await ctx.pool.query("select 1 from run where flow = $1 and requested_by = 'demo'", [flow])
  return rowCount !== 0
}

/** Flow names, the most looked at first, each after those it reads from. */
export function inOrder(flows: readonly { name: string; after: readonly string[] }[]): string[] {
  const byName = new Map(flows.map((flow) => [flow.name, flow]))
  const order = new Set<string>()
  const place = (name: string): void => {
    const flow = byName.get(name)
    if (flow === undefined || order.has(name)) return
    for (const upstream of flow.after) place(upstream)
    order.add(name)
  }
  for (const name of [...FIRST, ...byName.keys()]) place(name)
  return [...order]
}

/** On the first start every flow but one really runs once, one after the other: two cores are enough for that. */
export async function runFlowsOnce(ctx: Context, signal: AbortSignal): Promise<void> {
  for (const flow of inOrder(await listFlows(ctx.pool))) {
    if (signal.aborted) return
    if (flow !== LEFT && !(await hasRun(ctx, flow))) await runOnce(ctx, flow, signal)
  }
}

/** Asks for a run and waits for its end. */
export async function runOnce(ctx: Context, flow: string, signal: AbortSignal): Promise<void> {
  try {
    const { runId } = await requestRun(ctx, { flow, requestedBy: 'demo' })
    while (!signal.aborted) {
      const state = await stateOf(ctx, runId)
      if (state === undefined || isEnded(state)) return
      await ctx.clock.sleep(SECOND_MS, signal)
    }
  } catch (error) {
    // The catalogue was edited meanwhile, or somebody else asked for the same run.
    if (!isTidemarkError(error)) throw error
  }
}
