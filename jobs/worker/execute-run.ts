import { z } from 'zod'
import { flowFromDeclaration } from '#jobs/declared-flows/declared-flow.ts'
import { type PromisedFields, promisedNow } from '#jobs/declared-flows/promised-columns.ts'
import { declaredFlowSchema } from '#lib/catalogue/schema/declared-flow.ts'
import { runInbox } from '#lib/commands/inbox/run-inbox.ts'
import type { ClaimedRun } from '#lib/commands/runs/claim-run.ts'
import { renewLease } from '#lib/commands/runs/claim-run.ts'
import { finishRun, handBackRun } from '#lib/commands/runs/finish-run.ts'
import { runLedger } from '#lib/commands/runs/report-run.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import { loadTerms } from '#lib/db/catalogue/contract-terms.ts'
import type { Context } from '#lib/db/context.ts'
import { LEASE_RENEWAL_MS } from '#lib/domain/runs/run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Flow } from '#lib/engine/flow.ts'
import { type Lake, openLake } from '#lib/engine/lake/lake.ts'
import type { RunEnd } from '#lib/engine/run/run-end.ts'
import { runFlow } from '#lib/engine/run/run-flow.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { failureOf, toInternalMessage } from '#lib/platform/errors.ts'
import type { Log } from '#lib/platform/log.ts'
import type { WakeSignal } from '#lib/platform/wake-signal.ts'
import type { JobServices } from './job-kind.ts'
import { jobOfRun } from './job-of-run.ts'
import { runConnections } from './run-connections.ts'

interface Control {
  stop: AbortController
  wakeSignal: WakeSignal
}

interface LeaseHold {
  until: Instant
}

const END_TRIES = 5

export async function executeRun(services: JobServices, run: ClaimedRun, control: Control): Promise<void> {
  const log = services.ctx.log.child({ flow: run.flow, run: run.runId, attempt: run.attempt })
  const lease = { until: run.leaseUntil }
  const over = new AbortController()
  log.info('run started')
  const keeping = keepLease(services, run, lease, control, over.signal, log)
  try {
    const end = await execute(services, run, lease, control.stop.signal, log)
    await endRun(services, run, end, log)
  } finally {
    over.abort()
    await keeping
  }
}

async function execute(services: JobServices, run: ClaimedRun, lease: LeaseHold, signal: AbortSignal, log: Log): Promise<RunEnd> {
  const { ctx } = services
  const connections = runConnections(services, signal)
  try {
    const flow = await requireFlow(ctx, services.flows, run.flow)
    return await runFlow(
      {
        runId: run.runId,
        attempt: run.attempt,
        scheduledFor: run.scheduledFor,
        flow,
        parameters: run.parameters,
        timeoutMs: run.timeoutMs,
      },
      {
        clock: ctx.clock,
        random: services.random,
        log,
        ledger: runLedger(ctx, run),
        openLake: (attempt) => openLakeFor(services, run, lease, attempt, log),
        extract: (name, request, attempt) => connections.extract(run.connections[name] ?? name, request, attempt),
        deliver: (name, delivery, attempt) => connections.deliver(run.connections[name] ?? name, delivery, attempt),
        inbox: runInbox(ctx, run),
        openFile: (name, file, attempt) => connections.openFile(run.connections[name] ?? name, file, attempt),
        copyFile: (name, file, to, attempt) => connections.copyFile(run.connections[name] ?? name, file, to, attempt),
        write: (name, writing, attempt) => connections.write(run.connections[name] ?? name, writing, attempt),
        buildIndex: (name, wanted, attempt) => connections.buildIndex(run.connections[name] ?? name, wanted, attempt),
        ...(run.runs !== null && { job: jobOfRun(services, { ...run, runs: run.runs }, connections) }),
        signal,
      },
    )
  } catch (error) {
    const problem = error instanceof TidemarkError ? error.publicMessage : null
    return { state: 'failed', rowsLoaded: 0, report: null, problem, internalProblem: toInternalMessage(error), failure: failureOf(error) }
  } finally {
    await connections.close()
  }
}

function openLakeFor(services: JobServices, run: ClaimedRun, lease: LeaseHold, signal: AbortSignal, log: Log): Promise<Lake> {
  if (services.lakeUrl === undefined) {
    throw new TidemarkError('invalid', { publicMessage: 'There is no lake to load into: set LAKE_DATABASE_URL for the worker.' })
  }
  return openLake({
    url: services.lakeUrl,
    flow: run.flow,
    fence: run.fence,
    runId: run.runId,
    attempt: run.attempt,
    clock: services.ctx.clock,
    log,
    signal,
    assertHeld: () => {
      if (services.ctx.clock.now() >= lease.until) throw new RunStopped('fenced', 'the lease of this run has run out')
    },
  })
}

/** Renews the lease every ten seconds and when woken; stops a run that was cancelled or is no longer ours. */
async function keepLease(
  services: JobServices,
  run: ClaimedRun,
  lease: LeaseHold,
  control: Control,
  over: AbortSignal,
  log: Log,
): Promise<void> {
  let waitMs = LEASE_RENEWAL_MS
  while (!over.aborted) {
    await control.wakeSignal.wait(waitMs, over)
    if (over.aborted) return
    try {
      const renewed = await renewLease(services.ctx, run)
      waitMs = LEASE_RENEWAL_MS
      if (renewed === null) control.stop.abort(new RunStopped('fenced'))
      else lease.until = renewed.leaseUntil
      if (renewed?.cancelled) control.stop.abort(new RunStopped('cancelled'))
    } catch (error) {
      log.warn('the lease of a run could not be renewed', { error: toInternalMessage(error) })
      waitMs = 2 * SECOND_MS
    }
  }
}

async function endRun(services: JobServices, run: ClaimedRun, end: RunEnd, log: Log): Promise<void> {
  log.info('run ended', { state: end.state, ...(end.internalProblem === null ? {} : { problem: end.internalProblem }) })
  const { state } = end
  if (state === 'fenced') return
  for (let tries = 1; ; tries++) {
    try {
      if (state === 'handed-back') await handBackRun(services.ctx, run)
      else await finishRun(services.ctx, { ...end, state, runId: run.runId, fence: run.fence })
      return
    } catch (error) {
      if (tries >= END_TRIES) throw error
      log.warn('the end of a run could not be written; trying again', { error: toInternalMessage(error) })
      await services.ctx.clock.sleep(SECOND_MS)
    }
  }
}

const storedSchema = z.object({ written: declaredFlowSchema, zone: z.string() })

/** The flow of this name: one with code, else the one the catalogue in force declares. Throws `not-found`. */
async function requireFlow(ctx: Context, flows: ReadonlyMap<string, Flow>, name: string): Promise<Flow> {
  const flow = flows.get(name)
  if (flow !== undefined) return flow
  const { rows } = await ctx.pool.query<{ written: unknown; zone: unknown }>(
    `select document -> 'flows' -> $1 as written, document -> 'page' ->> 'zone' as zone from ${IN_FORCE} v`,
    [name],
  )
  const stored = storedSchema.safeParse(rows[0])
  if (!stored.success) throw new TidemarkError('not-found', { publicMessage: `There is no flow "${name}" in the catalogue.` })
  const { written, zone } = stored.data
  const promised = written.index === undefined ? null : await promisedOf(ctx, written.extract?.from ?? '')
  return asFlow(flowFromDeclaration({ name, written, zone: written.timezone ?? zone, promised }))
}

/** What the contract of an asset promises now; null: it has none that holds. */
async function promisedOf({ pool, clock }: Context, asset: string): Promise<PromisedFields | null> {
  return promisedNow(await loadTerms(pool, asset), clock.now())
}

// The engine checks parameters against the flow's own schema before the flow sees them.
function asFlow<P>(flow: Flow<P>): Flow {
  return flow as Flow
}
