import type { Context } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { LEASE_MS } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

export interface Lease {
  leaseUntil: Instant
  /** Whether somebody asked for the run to be cancelled. */
  cancelled: boolean
}

/** Keeps a run for another lease; null when it is no longer this attempt's. */
export async function renewLease(ctx: Context, input: { runId: string; fence: number; leaseMs?: number }): Promise<Lease | null> {
  const leaseUntil = ctx.clock.now() + (input.leaseMs ?? LEASE_MS)
  const { rows } = await ctx.pool.query<{ cancelled: boolean }>(
    "update run set lease_until = $3 where id = $1 and fence = $2 and state = 'running' returning cancel_at is not null as cancelled",
    [input.runId, input.fence, toText(leaseUntil)],
  )
  const row = rows[0]
  return row === undefined ? null : { leaseUntil, cancelled: row.cancelled }
}
