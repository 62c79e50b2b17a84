import { z } from 'zod'
import { checkAgain } from '#lib/commands/probes/connection-checks.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { fingerprintReferences } from '#lib/platform/secrets/secret-fingerprint.ts'
import { toWritten, writtenSchema } from './connections.ts'
import type { JobServices } from './job-kind.ts'

const EVERY_MS = 5 * SECOND_MS

const connectionsSchema = z.record(z.string(), writtenSchema).catch({})

interface Known {
  version: number | null
  connections: z.infer<typeof connectionsSchema>
  /** Fingerprints of each connection's references. */
  fingerprints: Map<string, string>
}

/** Follows the secrets of all connections until the worker stops: a changed one has its connection checked at once. */
export async function watchSecrets(services: JobServices): Promise<void> {
  const { ctx, signal } = services
  let known: Known | null = null
  while (!signal.aborted) {
    try {
      known = await probeOnce(services, known)
    } catch (error) {
      if (!signal.aborted) ctx.log.warn('the secrets of the connections could not be looked at', { error: toInternalMessage(error) })
    }
    await ctx.clock.sleep(EVERY_MS, signal)
  }
}

export async function probeOnce(services: JobServices, before: Known | null): Promise<Known> {
  const { version, connections } = await readConnections(services, before)
  const fingerprints = new Map(Object.entries(connections).map(([key, written]) => [key, fingerprintOf(services, written)]))
  const changed = [...fingerprints].filter(
    ([key, fingerprint]) => before?.fingerprints.has(key) && before.fingerprints.get(key) !== fingerprint,
  )
  for (const [connection] of changed) {
    services.ctx.log.info('a secret has changed: its connection is checked', { connection })
    await checkAgain(services.ctx, connection)
  }
  return { version, connections, fingerprints }
}

async function readConnections({ ctx }: JobServices, before: Known | null): Promise<Pick<Known, 'version' | 'connections'>> {
  const { rows } = await ctx.pool.query<{ id: number; connections: unknown }>(
    `select id, document -> 'connections' as connections from ${IN_FORCE} v where id is distinct from $1`,
    [before?.version ?? null],
  )
  const row = rows[0]
  if (row === undefined) return { version: before?.version ?? null, connections: before?.connections ?? {} }
  return { version: row.id, connections: connectionsSchema.parse(row.connections) }
}

function fingerprintOf(services: JobServices, written: z.infer<typeof writtenSchema>): string {
  const seen = fingerprintReferences(toWritten(written).settings, services, services.fingerprintKey)
  return JSON.stringify(seen.map(({ name, setIn, fingerprint }) => [name, setIn, fingerprint]))
}
