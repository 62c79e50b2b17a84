import { DAY_MS } from '#lib/domain/time/instant.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import type { PersonParameters } from './parameters.ts'

type Work = Pick<FlowContext<PersonParameters>, 'lake' | 'now' | 'parameters'>

const TASK = 'person run'

export function noteBegun(ctx: Work): Promise<null> {
  return ctx.lake.once(TASK, 'begun', async () => null)
}

export function noteEnded(ctx: Work): Promise<null> {
  return ctx.lake.once(TASK, 'ended', async () => null)
}

/** The clocks this run may move. A dry run or a replay of nobody: none. A replay completes a load of everybody only when the latest one
 * ended within a day and nobody it postponed is left; otherwise it has only written. */
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
