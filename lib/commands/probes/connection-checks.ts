import { act } from '#lib/access/act.ts'
import type { Health } from '#lib/connectors/kit/connector.ts'
import { lockReferences, requestChecks, storeCheck, takeCheck } from '#lib/db/catalogue/connection-checks.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { notifyChange, notifyWorkers } from '#lib/db/listen.ts'
import { rememberReferences, type SeenReference } from '#lib/domain/connections/secret-reference.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Asks the workers to check a connection now. A request that waits already is enough. */
export function requestCheck(ctx: Context, { connection: key }: { connection: string }): Promise<{ requestedAt: Instant }> {
  return act(ctx, { action: 'connection.check', target: { kind: 'connection', key } }, async (sql) => {
    const requestedAt = ctx.clock.now()
    if ((await ask(sql, requestedAt, key)) === 0)
      throw new TidemarkError('not-found', { publicMessage: 'There is no such connection in the catalogue.' })
    return { result: { requestedAt } }
  })
}

/** A worker's own wish, nobody's order: has a connection checked again, or every one (`null`); one that is gone is none. */
export async function checkAgain(ctx: Context, connection: string | null): Promise<void> {
  await withTransaction(ctx, (sql) => ask(sql, ctx.clock.now(), connection))
}

/** How many connections are to be checked now. */
async function ask(sql: Sql, at: Instant, connection: string | null): Promise<number> {
  const asked = await requestChecks(sql, at, connection)
  await notifyWorkers(sql)
  return asked
}

/** Takes the due check of a connection for this worker; false when it is not due (any more), or another worker has it. */
export function claimCheck(ctx: Context, connection: string): Promise<boolean> {
  return takeCheck(ctx.pool, connection, ctx.clock.now())
}

/** How a check ended: words for the page, and where the secrets were found, never what they are. */
export interface CheckResult {
  connection: string
  health: Health
  references: readonly SeenReference[]
}

/** Records how a check ended and since when each secret has the value it has. A connection that is gone by now is left alone. */
export function recordCheck(ctx: Context, { connection, health, references }: CheckResult): Promise<void> {
  return withTransaction(ctx, async (sql) => {
    const known = await lockReferences(sql, connection)
    if (known === undefined) return
    const at = ctx.clock.now()
    await storeCheck(sql, connection, { at, ...health, references: rememberReferences(known, references, at) })
    await notifyChange(sql)
  })
}
