import type { Context } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** Messages that a flow has left out, since they did not say what it waits for or could not be read: how many ever, and why the last one. */
export interface LeftOutMessages {
  count: number
  at: Instant
  reason: string
}

/** The messages that a flow has left out; null where there was none, and for whom some groups are hidden. */
export async function getLeftOutMessages(ctx: Context, flow: string): Promise<LeftOutMessages | null> {
  const { rows } = await ctx.pool.query<LeftOutMessages>(
    `select count::float8 as count, ${instant('last_at')} as at, reason from left_out_message where flow_key = $1`,
    [flow],
  )
  return rows[0] ?? null
}
