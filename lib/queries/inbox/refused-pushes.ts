import type { Context } from '#lib/db/context.ts'
import { TRIES_MAX } from '#lib/db/push/push-inbox.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** What was pushed to a flow and is not taken: how often, and the latest with the reason. */
export interface RefusedPushes {
  count: number
  at: Instant
  problem: string
}

/** What was pushed to a flow within the days that pushes are kept and is not taken; null where all was, and for whom some groups are hidden. */
export async function getRefusedPushes(ctx: Context, flow: string): Promise<RefusedPushes | null> {
  const { rows } = await ctx.pool.query<RefusedPushes>(
    `select (count(*) over ())::int as count, ${instant('received_at')} as at, coalesce(problem, '') as problem from push_inbox
     where taken_at is null and kind = 'flow' and tries >= ${TRIES_MAX} and body ->> 'flow' = $1 order by id desc limit 1`,
    [flow],
  )
  return rows[0] ?? null
}
