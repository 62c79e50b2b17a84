import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import type { PersonParameters } from './parameters.ts'

type Work = Pick<FlowContext<PersonParameters>, 'lake' | 'parameters'>

const TASK = 'person run'

/** Notes in the lake that a run of everybody has begun. */
export function noteBegun(ctx: Work): Promise<null> {
  return ctx.lake.once(TASK, 'begun', async () => null)
}

/** Notes that everybody of this run is loaded or postponed by name. */
export function noteEnded(ctx: Work): Promise<null> {
  return ctx.lake.once(TASK, 'ended', async () => null)
}

/**
 * What this run proves of its tables. A dry run and a replay of nobody: nothing. A replay makes the load of everybody whole only when
 * the run it replays came to its end and no other has begun since; otherwise it has only written something.
 */
export async function movesOf(ctx: Work, people: number): Promise<Pick<FlowResult, 'moves'>> {
  const { dryRun, replay } = ctx.parameters
  if (dryRun || (replay !== undefined && people === 0)) return { moves: 'nothing' }
  if (replay === undefined) return {}
  const [row] = await ctx.lake.query<{ whole: boolean | null }>(
    `select exists (select from tidemark.load_batch where run = $1 and task = $2 and batch_key = 'ended')
       and (select run from tidemark.load_batch where task = $2 and batch_key = 'begun' order by committed_at desc limit 1) = $1 as whole`,
    [replay, TASK],
  )
  return row?.whole === true ? {} : { moves: 'writtenAt' }
}
