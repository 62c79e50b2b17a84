import { requestChecks } from '#lib/db/catalogue/connection-checks.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Asks the workers to check a connection now, or every one (`connection: null`). A request that waits already is enough. */
export function requestCheck(ctx: Context, { connection }: { connection: string | null }): Promise<{ requestedAt: Instant }> {
  return withTransaction(ctx, async (sql) => {
    const requestedAt = ctx.clock.now()
    const asked = await requestChecks(sql, requestedAt, connection)
    if (connection !== null && asked === 0)
      throw new TidemarkError('not-found', { publicMessage: 'There is no such connection in the catalogue.' })
    await notifyWorkers(sql)
    return { requestedAt }
  })
}
