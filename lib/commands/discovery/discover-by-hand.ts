import { act } from '#lib/access/act.ts'
import type { Found } from '#lib/connectors/kit/connector.ts'
import type { Context } from '#lib/db/context.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type KeptDiscovery, keepFound } from './keep-found.ts'

/** Keeps what somebody's own look at a connection sees, as the worker's looks are kept; `mayShrink`: they say that there may be far less than before. */
export async function discoverByHand(
  ctx: Context,
  { connection, mayShrink }: { connection: string; mayShrink: boolean },
  found: AsyncIterable<Found>,
): Promise<KeptDiscovery> {
  await act(ctx, { action: 'connection.discover', target: { kind: 'connection', key: connection } }, async (sql) => {
    const { rowCount } = await sql.query('select from connection_state where key = $1 and removed_at is null', [connection])
    if (rowCount === 0)
      throw new TidemarkError('not-found', {
        publicMessage: `The catalogue in force has no connection "${connection}". Let a worker take the file over first.`,
      })
    return { result: null, after: { mayShrink } }
  })
  return keepFound(ctx, connection, found, { mayShrink })
}
