import type { Health } from '#lib/connectors/kit/connector.ts'
import { lockReferences, storeCheck } from '#lib/db/catalogue/connection-checks.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { notifyChange } from '#lib/db/listen.ts'
import { rememberReferences, type SeenReference } from '#lib/domain/connections/secret-reference.ts'

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
