import { z } from 'zod'
import type { JobServices } from '#jobs/job-kind.ts'
import type { Connection, Connector, Delivered, Delivery } from '#lib/connectors/connector.ts'
import { CONNECTION_KEYS } from '#lib/domain/catalogue-document.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { requireExtension } from '#lib/platform/load-folder.ts'
import { resolveSecrets } from '#lib/platform/secrets.ts'

const writtenSchema = z.looseObject({ kind: z.string() })

export interface OpenConnection {
  connector: Connector
  connection: Connection<unknown>
}

/**
 * A connection of the catalogue in force, ready to be used: its secrets resolved as they are now, its settings checked.
 * Throws with what to do when a secret is missing or the settings do not fit.
 */
export async function openConnection(services: JobServices, key: string, signal: AbortSignal): Promise<OpenConnection> {
  const written = await readWritten(services, key)
  const connector = requireExtension(services.connectors, written.kind, 'connector')
  const own = Object.fromEntries(Object.entries(written).filter(([name]) => !CONNECTION_KEYS.has(name)))
  const parsed = connector.settings.safeParse(resolveSecrets(own, services.lookup))
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => issue.path.join('.') || 'the settings').join(', ')
    throw new TidemarkError('invalid', {
      publicMessage: `The connection ${key} is not set up right (${wrong}). Look at its entry in the catalogue and at the values of its references.`,
    })
  }
  const log = services.ctx.log.child({ connection: key })
  return { connector, connection: { key, settings: parsed.data, clock: services.ctx.clock, log, signal } }
}

async function readWritten(services: JobServices, key: string): Promise<z.infer<typeof writtenSchema>> {
  const { rows } = await services.ctx.pool.query<{ written: unknown }>(
    "select document -> 'connections' -> $1 as written from catalogue_version order by id desc limit 1",
    [key],
  )
  const written = writtenSchema.safeParse(rows[0]?.written)
  if (written.success) return written.data
  throw new TidemarkError('not-found', { publicMessage: `There is no connection "${key}" in the catalogue.` })
}

/** Records of a connection, for a flow. */
export async function* extractFrom(
  services: JobServices,
  key: string,
  request: Record<string, unknown>,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const { connector, connection } = await openConnection(services, key, signal)
  if (!connector.extract)
    throw new TidemarkError('invalid', { publicMessage: `Nothing can be read from ${key}: its connector only watches.` })
  yield* connector.extract(connection, request)
}

/** Hands a file over to a connection, for a flow. */
export async function deliverTo(services: JobServices, key: string, delivery: Delivery, signal: AbortSignal): Promise<Delivered> {
  const { connector, connection } = await openConnection(services, key, signal)
  if (!connector.deliver)
    throw new TidemarkError('invalid', { publicMessage: `Nothing can be delivered to ${key}: its connector does not take files.` })
  return connector.deliver(connection, delivery)
}
