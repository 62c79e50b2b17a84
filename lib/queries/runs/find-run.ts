import type { Context } from '#lib/db/context.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import type { RunState } from '#lib/domain/runs/run.ts'

/** A run as far as one must know it to choose it. */
export interface FoundRun {
  id: string
  flow: string
  state: RunState
}

const COLUMNS = 'r.id::text, r.flow, r.state'

/** The run with an id; null when there is none, or the text is no id. */
export async function findRun(ctx: Context, id: string): Promise<FoundRun | null> {
  const { rows } = await ctx.pool.query<FoundRun>(`select ${COLUMNS} from run r where r.id::text = lower($1)`, [id])
  return rows[0] ?? null
}

/** The newest ended run of a flow that put rows aside which no later replay has completed; null when there is none. Dry runs do neither. */
export async function findRunToReplay(ctx: Context, flow: string): Promise<FoundRun | null> {
  const { rows } = await ctx.pool.query<FoundRun>(
    `select ${COLUMNS} from run r
     where r.flow = $1 and r.ended_at is not null and not ${isDryRunSql('r')} and exists (select 1 from run_rejection x where x.run_id = r.id)
       and not exists (select 1 from run p where p.flow = r.flow and p.parameters ->> 'replay' = r.id::text and p.state = 'completed'
         and not ${isDryRunSql('p')})
     order by r.ended_at desc, r.id limit 1`,
    [flow],
  )
  return rows[0] ?? null
}

/** The runs of a flow that are under way or wait for a worker, the one that runs first. */
export async function listRunsUnderWay(ctx: Context, flow: string): Promise<FoundRun[]> {
  const { rows } = await ctx.pool.query<FoundRun>(
    `select ${COLUMNS} from run r
     where r.flow = $1 and r.state in ('running', 'crashed', 'overdue', 'scheduled')
       and (r.state <> 'scheduled' or r.attempt > 0 or r.trigger = 'manual' or r.scheduled_for <= $2)
     order by r.state = 'running' desc, r.scheduled_for`,
    [flow, new Date(ctx.clock.now())],
  )
  return rows
}
