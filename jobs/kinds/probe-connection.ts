import { z } from 'zod'
import { openConnection } from '#jobs/worker/connections.ts'
import { defineJobKind, type JobServices } from '#jobs/worker/job-kind.ts'
import { type ClaimedProbe, claimProbe, claimSecondProbes, paceProbe } from '#lib/commands/probes/claim-probe.ts'
import { recordObservations } from '#lib/commands/probes/record-observations.ts'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import { listAssetsToObserve } from '#lib/db/catalogue/assets.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'

const BATCH = 500
const BATCH_MS = 5 * SECOND_MS

/** Probes all assets of a connection and records what was seen, or that we could not get in. A second look probes its assets alone, and
 * says nothing about the connection when it does not get in. */
export default defineJobKind({
  input: z.object({ connection: z.string() }),
  key: ({ connection }) => connection,
  parallel: 4,
  async run(services, { connection }) {
    const probe = (await claimProbe(services.ctx, connection)) ?? (await claimSecondProbes(services.ctx, connection))
    if (!probe) return
    const limit = new AbortController()
    const over = new AbortController()
    void services.ctx.clock.sleep(probe.timeoutMs, over.signal).then(() => over.signal.aborted || limit.abort(tookTooLong(probe.timeoutMs)))
    try {
      await probeAssets(services, probe, AbortSignal.any([services.signal, limit.signal]))
    } catch (error) {
      if (services.signal.aborted) return
      await noteUnreachable(services, probe, limit.signal.aborted ? limit.signal.reason : error)
    } finally {
      over.abort()
      if (probe.only === null) await paceProbe(services.ctx, probe, services.random())
    }
  },
})

async function probeAssets(services: JobServices, probe: ClaimedProbe, signal: AbortSignal): Promise<void> {
  const { ctx } = services
  const all = await listAssetsToObserve(ctx.pool, probe.connection)
  const only = probe.only === null ? null : new Set(probe.only)
  const assets = only === null ? all : all.filter(({ key }) => only.has(key))
  const { connector, connection } = await openConnection(services, probe.connection, signal)
  if (!connector.observe || assets.length === 0) return
  let batch: Observation[] = []
  let begunAt = ctx.clock.now()
  const flush = async () => {
    const observations = batch
    batch = []
    if (observations.length > 0) await recordObservations(ctx, probe.connection, ctx.clock.now(), observations)
  }
  try {
    for await (const observation of connector.observe(connection, assets)) {
      if (batch.length === 0) begunAt = ctx.clock.now()
      batch.push(observation)
      if (batch.length >= BATCH || ctx.clock.now() - begunAt >= BATCH_MS) await flush()
      signal.throwIfAborted()
    }
  } finally {
    await flush()
  }
}

async function noteUnreachable(services: JobServices, probe: ClaimedProbe, error: unknown): Promise<void> {
  services.ctx.log.warn('a connection could not be probed', { connection: probe.connection, error: toInternalMessage(error) })
  if (probe.only === null) await recordUnreachable(services.ctx, probe.connection, services.ctx.clock.now(), toPublicMessage(error))
}

function tookTooLong(timeoutMs: number): TidemarkError {
  return new TidemarkError('timeout', { publicMessage: `Looking at it took longer than ${formatDuration(timeoutMs)}.` })
}
