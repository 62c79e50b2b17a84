import { takeCheck } from '#lib/db/catalogue/connection-checks.ts'
import type { Context } from '#lib/db/context.ts'

/** Takes the due check of a connection for this worker; false when it is not due (any more), or another worker has it. */
export function claimCheck(ctx: Context, connection: string): Promise<boolean> {
  return takeCheck(ctx.pool, connection, ctx.clock.now())
}
