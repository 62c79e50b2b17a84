import { CALLED } from '#lib/catalogue/adopt/same-things.ts'
import { recordExternalRuns, recordLoadsBefore, recordRunsListed } from '#lib/commands/runs/record-external-runs.ts'
import { listNotAdopted } from '#lib/db/catalogue/found.ts'
import { loadAskedForRuns, noteRunsNotListed } from '#lib/db/runs/external-runs.ts'
import { resolveIdentity } from '#lib/domain/lineage/identity.ts'
import { type ExternalRun, isOver, runsSince } from '#lib/domain/runs/external-run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { readIdentities } from './identities.ts'
import type { JobServices } from './job-kind.ts'

const BATCH = 500

/**
 * Asks a connection for the runs of its jobs since it was asked last, and records them many at a time. What came before it broke off is kept, and the next
 * round asks from the same instant again; nothing is said of one that we broke off ourselves. Throws what the connection threw.
 */
export async function collectRuns(
  services: Pick<JobServices, 'ctx' | 'connectors' | 'lookup'>,
  connectionKey: string,
  ask: (since: Instant) => AsyncIterable<ExternalRun> | Iterable<ExternalRun>,
  { signal, onHeard }: { signal: AbortSignal; onHeard(): void },
): Promise<void> {
  const { ctx } = services
  const since = runsSince(await loadAskedForRuns(ctx.pool, connectionKey), ctx.clock.now())
  const listed = { ids: new Set<string>(), through: null as Instant | null }
  let batch: ExternalRun[] = []
  let unusable = 0
  const flush = async () => {
    const runs = batch
    batch = []
    if (runs.length === 0) return
    unusable += (await recordExternalRuns(ctx, connectionKey, await withSameThings(services, connectionKey, runs))).unusable
  }
  try {
    for await (const run of ask(since)) {
      onHeard()
      batch.push(run)
      listed.ids.add(run.externalId)
      if (isOver(run.state) && run.endedAt !== null) listed.through = Math.max(listed.through ?? run.endedAt, run.endedAt)
      if (batch.length >= BATCH) await flush()
      signal.throwIfAborted()
    }
    await flush()
  } catch (error) {
    await flush()
    if (!signal.aborted) await noteRunsNotListed(ctx.pool, connectionKey, toPublicMessage(error))
    throw error
  }
  await recordRunsListed(ctx, connectionKey, { ids: [...listed.ids], through: listed.through })
  await recordLoadsBefore(ctx, connectionKey)
  if (unusable > 0) ctx.log.warn('runs without a job or an id were left out', { connection: connectionKey, runs: unusable })
}

/** What a run wrote are also the assets of other connections that are called as it says its own things are called. */
async function withSameThings(
  services: Pick<JobServices, 'ctx' | 'connectors' | 'lookup'>,
  connectionKey: string,
  runs: readonly ExternalRun[],
): Promise<ExternalRun[]> {
  const written = new Set(runs.flatMap(({ writes = [], loaded = [] }) => [...writes, ...loaded]))
  const called = await listNotAdopted(services.ctx.pool, connectionKey, [...written], CALLED)
  if (called.size === 0) return [...runs]
  const index = await readIdentities(services)
  const same = new Map([...called].map(([path, name]) => [path, resolveIdentity({ name }, index).key]))
  const alsoWritten = (paths: readonly string[]) => [...new Set([...paths, ...paths.flatMap((path) => same.get(path) ?? [])])]
  return runs.map((run) => ({
    ...run,
    ...(run.writes !== undefined && { writes: alsoWritten(run.writes) }),
    ...(run.loaded !== undefined && { loaded: alsoWritten(run.loaded) }),
  }))
}
