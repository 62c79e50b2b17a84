import { z } from 'zod'
import { identitySchema } from '#lib/catalogue/schema/document.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import { type Identity, type IdentityIndex, indexIdentities, toIdentity } from '#lib/domain/lineage/identity.ts'
import { resolveSecrets } from '#lib/platform/secrets/secrets.ts'
import { toWritten, writtenSchema } from './connections.ts'
import type { JobServices } from './job-kind.ts'

const connectionsSchema = z.record(z.string(), z.intersection(writtenSchema, z.looseObject({ identity: identitySchema.optional() })))

/** What others call the assets of the catalogue in force: by what is written for each connection, else by what its settings tell now. */
export async function readIdentities(services: Pick<JobServices, 'ctx' | 'connectors' | 'lookup'>): Promise<IdentityIndex> {
  const { rows } = await services.ctx.pool.query<{ written: unknown; keys: string[] }>(
    `select v.document -> 'connections' as written, array(select key from subject where kind = 'asset' and removed_at is null order by key) as keys from ${IN_FORCE} v`,
  )
  const [inForce] = rows
  return indexIdentities(identitiesIn(inForce?.written, services), inForce?.keys ?? [])
}

/** What others call the tables of connections as they are written, by their keys. */
export function identitiesIn(written: unknown, { connectors, lookup }: Pick<JobServices, 'connectors' | 'lookup'>): Map<string, Identity> {
  const identities = new Map<string, Identity>()
  for (const [key, connection] of Object.entries(connectionsSchema.parse(written ?? {}))) {
    const { kind, settings } = toWritten(connection)
    const identity = toIdentity(connection.identity ?? null, connectors.get(kind)?.identity?.(resolvedOr(settings, lookup)) ?? null)
    if (identity !== null) identities.set(key, identity)
  }
  return identities
}

/** The settings with their references resolved; as written when one of them leads nowhere now. */
function resolvedOr(settings: Record<string, unknown>, lookup: JobServices['lookup']): Record<string, unknown> {
  try {
    return resolveSecrets(settings, lookup)
  } catch {
    return settings
  }
}
