import { noteWorkerGap } from '#lib/commands/status/note-worker-gap.ts'
import { getLastHeartbeat, noteHeartbeat } from '#lib/db/runs/workers.ts'
import { getTell } from '#lib/db/settings.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { createOutgoingHeartbeat } from '#lib/platform/outgoing-heartbeat.ts'
import { resolveSecret } from '#lib/platform/secrets/secrets.ts'
import { TIDEMARK_VERSION } from '#lib/platform/version.ts'
import type { JobServices } from './job-kind.ts'

/** When no sweep has succeeded for this long, this worker is not healthy. */
const HEALTHY_MS = 30 * SECOND_MS

const GAP_MS = 30 * SECOND_MS

/** Records the time without any worker before this start as blindness. */
export async function noteAbsence(services: JobServices): Promise<void> {
  const last = await getLastHeartbeat(services.ctx.whole)
  const now = services.ctx.clock.now()
  if (last !== null && now - last > GAP_MS) await noteWorkerGap(services.ctx, { from: last, to: now })
}

export async function beatInside(services: JobServices, startedAt: Instant): Promise<void> {
  const { ctx, workerId, runs } = services
  await noteHeartbeat(ctx.whole, {
    id: workerId,
    startedAt,
    at: ctx.clock.now(),
    detail: { pid: process.pid, version: TIDEMARK_VERSION, node: process.version, runs: runs.ids(), trouble: ctx.trouble.current() },
  })
}

/** Calls the heartbeat address while the worker is healthy, so that its silence is noticed. */
export async function beatOutside(services: JobServices, lastSweptAt: () => Instant): Promise<void> {
  const { ctx, lookup, signal } = services
  const heartbeat = createOutgoingHeartbeat({
    address: async () => {
      const told = (await getTell(ctx.pool)).heartbeat
      return told === null ? null : resolveSecret(told.url, lookup)
    },
    isHealthy: () => ctx.clock.now() - lastSweptAt() < HEALTHY_MS,
    everyMs: MINUTE_MS,
    clock: ctx.clock,
  })
  while (!signal.aborted) {
    await heartbeat.beat(signal)
    const everyMs = await getTell(ctx.pool).then(
      (tell) => tell.heartbeat?.everyMs ?? MINUTE_MS,
      () => MINUTE_MS,
    )
    await ctx.clock.sleep(everyMs, signal)
  }
}
