import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { CONNECTION_KEYS, limitsSchema, type WrittenLimits } from '#lib/catalogue/schema/document.ts'
import { foundData } from '#lib/commands/push/found-data.ts'
import type { Connection, Connector, Found, PushedFile } from '#lib/connectors/kit/connector.ts'
import { guarded } from '#lib/connectors/kit/guard.ts'
import { type Limits, Turns } from '#lib/connectors/kit/turns.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import { listArtifacts, readPacked } from '#lib/db/push/push-artifacts.ts'
import { loadKnownRuns } from '#lib/db/runs/external-runs.ts'
import type { KnownRun } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { requireExtension } from '#lib/platform/load-folder.ts'
import type { Log } from '#lib/platform/log.ts'
import { redactorFor } from '#lib/platform/secrets/redaction.ts'
import { secretsOf } from '#lib/platform/secrets/secret-fingerprint.ts'
import { type Lookup, resolveSecrets } from '#lib/platform/secrets/secrets.ts'
import type { JobServices } from './job-kind.ts'

export const writtenSchema = z.looseObject({ kind: z.string(), limits: limitsSchema.optional().catch(undefined) })

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
  /** What was pushed for a connection; absent where no database is at hand. */
  pushed?: (key: string) => Promise<PushedFile[]>
  /** What events told of, under a push connection. */
  told?: (key: string) => AsyncIterable<Found>
  /** What is known of the runs of a connection. */
  knownRuns?: (key: string, since: Instant, externalIds: readonly string[]) => Promise<KnownRun[]>
}

/** A connection as the catalogue writes it, without our own keys. */
export interface WrittenConnection {
  kind: string
  limits?: WrittenLimits | undefined
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
  const limits = limitsOf(connector, written)
  const { told, pushed, knownRuns } = tools
  const connection = {
    key,
    settings: parsed.data,
    clock: tools.clock,
    log,
    signal,
    ...(limits && { turns: turnsOf(tools.clock, key, limits) }),
    ...(told && { told: () => told(key) }),
    ...(pushed && { pushed: () => pushed(key) }),
    ...(knownRuns && { knownRuns: (since: Instant, externalIds: readonly string[]) => knownRuns(key, since, externalIds) }),
  }
  return { connector: guarded(connector, redact), connection }
}

/** As somebody wrote them, for the rest as the connector has them; undefined: it is asked nothing that could be counted. */
function limitsOf({ limits }: Connector, written: WrittenConnection): Limits | undefined {
  if (limits === undefined) return undefined
  const { atOnce = limits.atOnce, perMinute = limits.perMinute } = written.limits ?? {}
  return { atOnce, perMinute }
}

/** Of each connection, for all its sessions in this process, as long as its limits stay the same. */
const turnsInUse = new WeakMap<Clock, Map<string, { limits: string; turns: Turns }>>()

function turnsOf(clock: Clock, key: string, { atOnce, perMinute }: Limits): Turns {
  const inUse = turnsInUse.get(clock) ?? new Map<string, { limits: string; turns: Turns }>()
  turnsInUse.set(clock, inUse)
  const limits = `${atOnce}/${perMinute}`
  const known = inUse.get(key)
  if (known?.limits === limits) return known.turns
  const turns = new Turns(clock, { atOnce, perMinute })
  inUse.set(key, { limits, turns })
  return turns
}

/** Opens a connection of the catalogue in force, like `openWritten`. */
export async function openConnection(services: JobServices, key: string, signal: AbortSignal): Promise<OpenConnection> {
  return openWritten(toTools(services), key, await readWritten(services, key), signal)
}

export function toTools({ connectors, lookup, ctx }: JobServices): OpeningTools {
  return {
    ...{ connectors, lookup, clock: ctx.clock, log: ctx.log },
    pushed: (key) => pushedFiles(ctx, key),
    told: (key) => foundData(ctx, key),
    knownRuns: (key, since, externalIds) => loadKnownRuns(ctx.pool, key, since, externalIds),
  }
}

/** What was pushed for a connection, each file read when it is opened. */
async function pushedFiles({ pool }: JobServices['ctx'], key: string): Promise<PushedFile[]> {
  const kept = await listArtifacts(pool, key)
  return kept.map(({ id, name, generatedAt, sha256 }) => {
    async function* open(): AsyncGenerator<Uint8Array> {
      const packed = await readPacked(pool, id)
      if (packed !== null) yield* Readable.from([packed]).pipe(createGunzip())
    }
    return { name, madeAt: generatedAt, sha256, open }
  })
}

export async function readWritten({ ctx }: JobServices, key: string): Promise<WrittenConnection> {
  const { rows } = await ctx.pool.query<{ written: unknown }>(`select document -> 'connections' -> $1 as written from ${IN_FORCE} v`, [key])
  const written = writtenSchema.safeParse(rows[0]?.written)
  if (written.success) return toWritten(written.data)
  throw new TidemarkError('not-found', { publicMessage: `There is no connection "${key}" in the catalogue.` })
}

export function toWritten(written: z.infer<typeof writtenSchema>): WrittenConnection {
  const settings = Object.fromEntries(Object.entries(written).filter(([name]) => !CONNECTION_KEYS.has(name)))
  return { kind: written.kind, limits: written.limits, settings }
}
