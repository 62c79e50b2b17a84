import { parameterNames } from '#lib/catalogue/resolve/flow-parameters.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'

/** What the last run of a flow has put aside, and a replay does again. */
export interface Replayable {
  flow: string
  runId: string
  keys: number
}

const LAST_RUNS = `
  select f.name as flow, last.id::text as "runId", last.rows_rejected::float8 as keys, v.schema, (v.document -> 'flows' -> f.name)::jsonb as written
  from (
    select distinct a.flow from subject fs join asset a on a.feed_id = fs.id join subject s on s.id = a.subject_id and s.removed_at is null
    where fs.kind = 'feed' and fs.key = $1
  ) w
  join flow f on f.name = w.flow and f.removed_at is null
  cross join lateral (
    select * from run r where r.flow = f.name and r.attempt > 0 and not ${isDryRunSql('r')} order by r.scheduled_for desc, r.created_at desc limit 1
  ) last
  left join ${IN_FORCE} v on true
  where last.ended_at is not null and last.rows_rejected > 0 order by f.name`

/** What can be replayed of a feed: of each flow that loads it and takes a replay, what its last run put aside. Nothing while that goes on. */
export async function getReplayable(ctx: Context, feed: string): Promise<Replayable[]> {
  const { rows } = await ctx.pool.query<Replayable & { schema: unknown; written: unknown }>(LAST_RUNS, [feed])
  return rows
    .filter(({ flow, schema, written }) => parameterNames(flow, schema, written).includes('replay'))
    .map(({ flow, runId, keys }) => ({ flow, runId, keys }))
}
