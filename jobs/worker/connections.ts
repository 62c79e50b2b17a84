import { z } from 'zod'
import { CONNECTION_KEYS } from '#lib/catalogue/schema/document.ts'
import type { Connection, Connector } from '#lib/connectors/kit/connector.ts'
import { guarded } from '#lib/connectors/kit/guard.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { requireExtension } from '#lib/platform/load-folder.ts'
import type { Log } from '#lib/platform/log.ts'
import { redactorFor } from '#lib/platform/secrets/redaction.ts'
import { secretsOf } from '#lib/platform/secrets/secret-fingerprint.ts'
import { type Lookup, resolveSecrets } from '#lib/platform/secrets/secrets.ts'
import type { JobServices } from './job-kind.ts'

export const writtenSchema = z.looseObject({ kind: z.string() })

export interface OpenConnection {
  connector: Connector
  connection: Connection<unknown>
}

/** What it takes to open a connection, with or without a worker. */
export interface OpeningTools {
  connectors: ReadonlyMap<string, Connector>
  lookup: Lookup
  clock: Clock
  log: Log
}

/** A connection as the catalogue writes it, without our own keys. */
export interface WrittenConnection {
  kind: string
  settings: Record<string, unknown>
}

/** Opens a connection as written: secrets resolved now, settings checked, secrets removed from all it says. Throws with what to do. */
export function openWritten(tools: OpeningTools, key: string, written: WrittenConnection, signal: AbortSignal): OpenConnection {
  const connector = requireExtension(tools.connectors, written.kind, 'connector')
  const parsed = connector.settings.safeParse(resolveSecrets(written.settings, tools.lookup))
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => issue.path.join('.') || 'the settings').join(', ')
    throw new TidemarkError('invalid', {
      publicMessage: `The connection ${key} is not set up right (${wrong}). Look at its entry in the catalogue and at the values of its references.`,
    })
  }
  const log = tools.log.child({ connection: key })
  const redact = redactorFor(secretsOf(written.settings, tools.lookup))
  return { connector: guarded(connector, redact), connection: { key, settings: parsed.data, clock: tools.clock, log, signal } }
}

/** Opens a connection of the catalogue in force, like `openWritten`. */
export async function openConnection(services: JobServices, key: string, signal: AbortSignal): Promise<OpenConnection> {
  return openWritten(toTools(services), key, await readWritten(services, key), signal)
}

export function toTools({ connectors, lookup, ctx }: JobServices): OpeningTools {
  return { connectors, lookup, clock: ctx.clock, log: ctx.log }
}

export async function readWritten({ ctx }: JobServices, key: string): Promise<WrittenConnection> {
  const { rows } = await ctx.pool.query<{ written: unknown }>(`select document -> 'connections' -> $1 as written from ${IN_FORCE} v`, [key])
  const written = writtenSchema.safeParse(rows[0]?.written)
  if (written.success) return toWritten(written.data)
  throw new TidemarkError('not-found', { publicMessage: `There is no connection "${key}" in the catalogue.` })
}

export function toWritten(written: z.infer<typeof writtenSchema>): WrittenConnection {
  const settings = Object.fromEntries(Object.entries(written).filter(([name]) => !CONNECTION_KEYS.has(name)))
  return { kind: written.kind, settings }
}
