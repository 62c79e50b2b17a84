import type { ClaimedRun } from '#lib/commands/runs/claim-run.ts'
import { recordExternalRuns } from '#lib/commands/runs/record-external-runs.ts'
import type { Session } from '#lib/connectors/kit/connector.ts'
import { getWantedSince, type JobOfRun, loadJobRun, noteJobBegun, noteJobOfRun, noteJobTried } from '#lib/db/runs/jobs-of-runs.ts'
import { ASK_EVERY_MS, nextTryAt } from '#lib/domain/orders/job-step.ts'
import { type ExternalRun, isOver, partsOfJob } from '#lib/domain/runs/external-run.ts'
import { endOfJob, FOLLOW_EVERY_MS } from '#lib/domain/runs/job-of-run.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { BegunJob, EndedJob, JobElsewhere } from '#lib/engine/job-elsewhere.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { collectRuns } from './collect-runs.ts'
import type { JobServices } from './job-kind.ts'
import type { RunConnections } from './run-connections.ts'

/** An attempt of a run that is a job of another system. */
type Attempt = Pick<ClaimedRun, 'runId' | 'fence'> & { runs: string }

/** The job that a run is, as one attempt starts and follows it. What it notes lasts, so that the next attempt goes on with the same run there. */
export function jobOfRun(services: JobServices, run: Attempt, connections: RunConnections): (signal: AbortSignal) => JobElsewhere {
  const { connection, job } = requireJob(run.runs)
  const noted = () => noteJobOfRun(services.ctx.pool, { runId: run.runId, connection, job })
  return (signal) => ({
    async start(parameters) {
      const known = await noted()
      if (known.externalId !== null) return { externalId: known.externalId }
      return connections.ask(connection, (session) => start(services, run, known, { session, parameters }))
    },
    async end(onTrouble) {
      const known = await noted()
      return follow(services, known, { connections, signal, onTrouble })
    },
  })
}

function requireJob(runs: string): { connection: string; job: string } {
  const parts = partsOfJob(runs)
  if (parts !== null) return parts
  throw new TidemarkError('invalid', { publicMessage: `"${runs}" names no job. Write it as <connection>/<job> in the catalogue.` })
}

interface Start {
  session: Session
  parameters: Record<string, unknown>
}

async function start(
  { ctx }: JobServices,
  held: Attempt,
  { connection, job, triedAt }: JobOfRun,
  { session, parameters }: Start,
): Promise<BegunJob> {
  if (session.start === undefined)
    throw new TidemarkError('invalid', { publicMessage: `Jobs of ${connection} cannot be started from here.` })
  const noteTry = async (mayHaveBegun: boolean) => {
    // Whoever was taken for lost, and wakes up, starts nothing that was cancelled meanwhile.
    if (!(await noteJobTried(ctx.pool, held, mayHaveBegun ? ctx.clock.now() : null))) throw new RunStopped('fenced')
  }
  const since = await getWantedSince(ctx.pool, held.runId)
  const run = await session.start(job, { parameters, key: held.runId, since, triedAt, noteTry })
  await recordBegun({ ctx }, held.runId, connection, run)
  return { externalId: run.externalId }
}

/** How it ended, and what it wrote, is told where runs are listed: until then it goes on. */
async function recordBegun({ ctx }: Pick<JobServices, 'ctx'>, runId: string, connection: string, run: ExternalRun): Promise<void> {
  await recordExternalRuns(ctx, connection, [isOver(run.state) ? { ...run, state: 'running', endedAt: null, error: null } : run])
  await noteJobBegun(ctx.pool, runId, { connection, externalId: run.externalId })
}

interface Following {
  connections: RunConnections
  signal: AbortSignal
  onTrouble: (words: string | null) => void
}

/** Asks for the runs of the connection as long as it goes on; one question serves all who follow one. */
async function follow(services: JobServices, known: JobOfRun, { connections, signal, onTrouble }: Following): Promise<EndedJob> {
  const { ctx } = services
  const { connection } = known
  let trouble: string | null = null
  let nextAt = 0
  for (;;) {
    const { run, askedAt } = await loadJobRun(ctx.pool, known)
    if (run === null) throw forgotten(connection)
    const now = ctx.clock.now()
    const end = endOfJob(run, connection, now)
    if (end !== null) return { ...end, rows: run.rows }
    if (now >= nextAt && (askedAt === null || now - askedAt >= FOLLOW_EVERY_MS)) {
      const asked = await ask(services, connection, { connections, signal })
      if (asked.words !== trouble) onTrouble(asked.words)
      trouble = asked.words
      nextAt = nextTryAt(ctx.clock.now(), asked.retryAfterMs)
      if (trouble === null) continue
    }
    await ctx.clock.sleep(ASK_EVERY_MS, signal)
    signal.throwIfAborted()
  }
}

function forgotten(connection: string): TidemarkError {
  return new TidemarkError('not-found', {
    publicMessage: `Nothing is known any more of its run in ${connection}. Look there how it ended.`,
  })
}

interface Asked {
  words: string | null
  retryAfterMs?: number | undefined
}

/** Why the runs could not be listed; whatever it is, the run there goes on and is asked for again. */
async function ask(services: JobServices, key: string, { connections, signal }: Omit<Following, 'onTrouble'>): Promise<Asked> {
  try {
    await connections.ask(key, async (session) => {
      if (session.runs === undefined) throw new TidemarkError('invalid', { publicMessage: `${key} tells of no runs any more.` })
      const { runs } = session
      await collectRuns(services, key, (since) => runs.call(session, since), { signal, onHeard: () => {} })
    })
    return { words: null }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    return { words: toPublicMessage(error), retryAfterMs: isTidemarkError(error) ? error.retryAfterMs : undefined }
  }
}
