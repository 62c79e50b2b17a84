import { z } from 'zod'
import { collectRuns } from '#jobs/worker/collect-runs.ts'
import { openConnection } from '#jobs/worker/connections.ts'
import { defineJobKind, type JobServices } from '#jobs/worker/job-kind.ts'
import { type ClaimedProbe, claimProbe, claimSecondProbes, paceProbe, putBackProbe } from '#lib/commands/probes/claim-probe.ts'
import { recordObservations } from '#lib/commands/probes/record-observations.ts'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import type { Connection, Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { listAssetsToObserve } from '#lib/db/catalogue/assets.ts'
import { PROBES_AT_ONCE, type ProbeTurn, SILENT_AFTER_MS } from '#lib/domain/connections/probe-turns.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'

/** So many looks of which there is something to be recorded, and so many in all, go together. */
const BATCH = 500
const BATCH_OF_ALL = 20_000
const BATCH_MS = 5 * SECOND_MS
const PUT_BACK = new Error('others may be silent before it')

/** Probes all assets of a connection and records what was seen, or that we could not get in; put back, with nothing recorded against the connection,
 * when too many are silent. A second look probes its assets alone, and says nothing about the connection when it does not get in. */
export default defineJobKind({
  input: z.object({ connection: z.string(), isAlive: z.boolean() }),
  key: ({ connection }) => connection,
  parallel: PROBES_AT_ONCE,
  async run(services, { connection, isAlive }) {
    const { ctx, probeTurns } = services
    const turn = probeTurns.begin(connection, isAlive, ctx.clock.now())
    if (turn === null) return
    let hasProbed = false
    try {
      const probe = (await claimProbe(ctx, connection)) ?? (await claimSecondProbes(ctx, connection))
      if (probe !== null) hasProbed = await probeInTime(services, probe, turn)
    } finally {
      turn.end(hasProbed)
    }
  },
})

/** Probes within its time and turn; false when it was put back or the worker stops. */
async function probeInTime(services: JobServices, probe: ClaimedProbe, turn: ProbeTurn): Promise<boolean> {
  const { ctx } = services
  const limit = new AbortController()
  const over = new AbortController()
  let heardAt = ctx.clock.now()
  void ctx.clock.sleep(probe.timeoutMs, over.signal).then(() => over.signal.aborted || limit.abort(tookTooLong(probe.timeoutMs)))
  const goOn = () => turn.goOnSilent(ctx.clock.now())
  void untilSilent(ctx.clock, () => heardAt, over.signal).then(() => over.signal.aborted || goOn() || limit.abort(PUT_BACK))
  let isPutBack = false
  try {
    await probeAssets(services, probe, AbortSignal.any([services.signal, limit.signal]), () => {
      heardAt = ctx.clock.now()
    })
    return true
  } catch (error) {
    if (services.signal.aborted) return false
    isPutBack = limit.signal.reason === PUT_BACK
    if (isPutBack) return false
    await noteUnreachable(services, probe, limit.signal.aborted ? limit.signal.reason : error)
    return true
  } finally {
    over.abort()
    if (isPutBack) await putBackProbe(ctx, probe)
    else if (probe.only === null) await paceProbe(ctx, probe, services.random())
  }
}

/** Resolves when nothing was heard for as long as a probe may be silent, or when that does not matter any more. */
async function untilSilent(clock: Clock, heardAt: () => Instant, over: AbortSignal): Promise<void> {
  for (let leftMs = SILENT_AFTER_MS; leftMs > 0 && !over.aborted; leftMs = heardAt() + SILENT_AFTER_MS - clock.now()) {
    await clock.sleep(leftMs, over)
  }
}

async function probeAssets(services: JobServices, probe: ClaimedProbe, signal: AbortSignal, onHeard: () => void): Promise<void> {
  const { ctx } = services
  const all = await listAssetsToObserve(ctx.pool, probe.connection)
  const only = probe.only === null ? null : new Set(probe.only)
  const assets = only === null ? all : all.filter(({ key }) => only.has(key))
  const opened = await openConnection(services, probe.connection, signal)
  const { connector } = opened
  const connection = { ...opened.connection, ...(probe.look !== null && { look: probe.look }) }
  await withSession(connector, connection, async (session) => {
    const seen = assets.length === 0 ? undefined : session.observe?.(assets)
    if (seen !== undefined) await recordSeen(ctx, connection, seen, onHeard)
    if (session.runs !== undefined && probe.only === null)
      await recordRuns(services, connection, session, { hasLooked: seen !== undefined, onHeard })
  })
}

/** Where nothing else was looked at, the runs tell whether we get in. */
async function recordRuns(
  services: JobServices,
  { key, signal }: Connection<unknown>,
  session: Session,
  { hasLooked, onHeard }: { hasLooked: boolean; onHeard: () => void },
): Promise<void> {
  const { ctx } = services
  try {
    await collectRuns(services, key, (since) => session.runs?.(since) ?? [], { signal, onHeard })
    if (!hasLooked) await recordObservations(ctx, key, ctx.clock.now(), [])
  } catch (error) {
    if (!hasLooked || signal.aborted) throw error
    ctx.log.warn('the runs of a connection could not be listed', { connection: key, error: toInternalMessage(error) })
  }
}

async function recordSeen(
  ctx: JobServices['ctx'],
  { key, signal }: Pick<Connection<unknown>, 'key' | 'signal'>,
  seen: AsyncIterable<Observation>,
  onHeard: () => void,
): Promise<void> {
  let batch: Observation[] = []
  let different = 0
  let begunAt = ctx.clock.now()
  const flush = async () => {
    const observations = batch
    batch = []
    different = 0
    if (observations.length > 0) await recordObservations(ctx, key, ctx.clock.now(), observations)
  }
  try {
    for await (const observation of seen) {
      onHeard()
      if (batch.length === 0) begunAt = ctx.clock.now()
      batch.push(observation)
      if (!observation.ok || observation.isSame !== true) different += 1
      if (different >= BATCH || batch.length >= BATCH_OF_ALL || ctx.clock.now() - begunAt >= BATCH_MS) await flush()
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
