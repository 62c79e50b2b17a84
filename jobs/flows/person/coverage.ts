import { DAY_MS } from '#lib/domain/time/instant.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import type { PersonParameters } from './parameters.ts'

type Work = Pick<FlowContext<PersonParameters>, 'lake' | 'now' | 'parameters'>

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
 * What this run proves of its tables. A dry run and a replay of nobody: nothing. A replay makes the load of everybody whole only when the
 * latest run of everybody came to its end within a day, and nobody whom that one postponed is left; otherwise it has only written something.
 */
export async function movesOf(ctx: Work, people: number): Promise<Pick<FlowResult, 'moves'>> {
  const { dryRun, replay } = ctx.parameters
  if (dryRun || (replay !== undefined && people === 0)) return { moves: 'nothing' }
  if (replay === undefined) return {}
  const [row] = await ctx.lake.query<{ whole: boolean }>(
    `with latest as (
       select run from tidemark.load_batch where task = $1 and batch_key = 'begun' and committed_at > $2 order by committed_at desc limit 1
     )
     select exists (select from tidemark.load_batch b, latest l where (b.run, b.task, b.batch_key) = (l.run, $1, 'ended'))
       and not exists (select from person_raw.postponed_person p, latest l where p.run_id = l.run) as whole`,
    [TASK, new Date(ctx.now() - DAY_MS)],
  )
  return row?.whole === true ? {} : { moves: 'writtenAt' }
}
