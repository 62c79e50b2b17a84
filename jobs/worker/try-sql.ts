import type { Catalogue, CatalogueAsset, CatalogueConnection } from '#lib/catalogue/catalogue.ts'
import type { Trial } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import { withinLimit } from './check-connection.ts'
import { type OpeningTools, openWritten } from './connections.ts'

/** What came of trying the SQL of the assets of one connection; `obstacle`: why none of it could be tried. */
export interface SqlTried {
  connection: string
  assets: number
  trials: Trial[]
  obstacle: string | null
}

/** Has each system prepare the SQL that stands under its assets. Rejects only when the signal aborts. */
export function trySql(tools: OpeningTools, { connections, assets }: Catalogue, signal: AbortSignal): Promise<SqlTried[]> {
  const tries = connections.flatMap((written) => {
    const connector = tools.connectors.get(written.kind)
    const own = assets.filter(({ connection, settings }) => connection === written.key && connector?.bringsSql?.(settings) === true)
    return own.length === 0 ? [] : [tryOne(tools, written, own, signal)]
  })
  return Promise.all(tries)
}

async function tryOne(
  tools: OpeningTools,
  written: CatalogueConnection,
  assets: readonly CatalogueAsset[],
  signal: AbortSignal,
): Promise<SqlTried> {
  const asked = assets.map(({ key, path, settings }) => ({ key, path, settings, previous: null }))
  const tried = { connection: written.key, assets: assets.length, trials: [], obstacle: null }
  try {
    const trials = await withinLimit(tools, signal, (limited) => {
      const { connector, connection } = openWritten(tools, written.key, written, limited)
      return withSession(connector, connection, (session) => Array.fromAsync(session.trySql?.(asked) ?? []))
    })
    return { ...tried, trials }
  } catch (error) {
    signal.throwIfAborted()
    tools.log.debug('SQL could not be tried', { connection: written.key, error: toInternalMessage(error) })
    return { ...tried, obstacle: toPublicMessage(error) }
  }
}
