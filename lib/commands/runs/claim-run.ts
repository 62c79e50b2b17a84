import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { takeAllFiles } from '#lib/db/inbox/run-files.ts'
import { toText } from '#lib/db/instants.ts'
import { type FlowRow, listFlows } from '#lib/db/runs/flows.ts'
import { lockRun, type Run, setWaitingFor } from '#lib/db/runs/runs.ts'
import { isClaimable, LEASE_MS } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { recordRunOutcome } from './record-run-outcome.ts'
import { gateOf } from './run-gate.ts'

/** A run that this worker holds until its lease runs out. */
export interface ClaimedRun {
  runId: string
  flow: string
  /** 1 for the first; more after a crash or a hand-back. */
  attempt: number
  /** Grows with every claim of any run: what the lake's fence compares. */
  fence: number
  leaseUntil: Instant
  scheduledFor: Instant
  startedAt: Instant
  /** The catalogue's parameters for the flow, under those of this run. */
  parameters: Record<string, unknown>
  timeoutMs: number
  connections: Record<string, string>
  /** The job of another system that it is, `<connection>/<job>`; null: it works here. */
  runs: string | null
}

const UNIQUE_VIOLATION = '23505'

interface Claim {
  runId: string
  owner: string
  leaseMs?: number
  /** Whether the worker has room for one that works here, or for one that follows the job of another system; by default for both. */
  hasRoom?: (isElsewhere: boolean) => boolean
}

/** Takes a due run for this worker, or answers null: somebody else has it, it waits for something, it is over, or there is no room for it. */
export async function claimRun(ctx: Context, input: Claim): Promise<ClaimedRun | null> {
  const claimed = await tryClaim(ctx, input)
  if (claimed) await noteStart(ctx, claimed)
  return claimed
}

/** A running run is a reason in the status of its assets; a failure to record it does not stop the run. */
async function noteStart(ctx: Context, run: ClaimedRun): Promise<void> {
  await recordRunOutcome(ctx, { runId: run.runId }).catch((error) =>
    ctx.log.error('the start of a run could not be carried over into the status', { run: run.runId, error: toInternalMessage(error) }),
  )
}

async function tryClaim(ctx: Context, input: Claim): Promise<ClaimedRun | null> {
  const now = ctx.clock.now()
  try {
    return await withTransaction(ctx, async (sql) => {
      const run = await lockRun(sql, input.runId, { skipLocked: true })
      if (run === undefined || !isClaimable(run.state) || run.scheduledFor > now) return null
      const flows = new Map((await listFlows(sql)).map((flow) => [flow.name, flow]))
      const flow = flows.get(run.flow)
      if (flow === undefined || input.hasRoom?.(flow.runs !== null) === false) return null
      const gate = await gateOf(sql, run, flows, now)
      if (gate === null) return take(sql, run, flow, now, input)
      await setWaitingFor(sql, run.id, gate.words)
      return null
    })
  } catch (error) {
    // Two workers took two runs of one flow at the same moment; the other one was first.
    if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) return null
    throw error
  }
}

async function take(sql: Sql, run: Run, flow: FlowRow, now: Instant, input: Claim): Promise<ClaimedRun> {
  const leaseUntil = now + (input.leaseMs ?? LEASE_MS)
  const parameters = { ...flow.parameters, ...run.parameters }
  const { rows } = await sql.query<{ attempt: number; fence: string; started_at: Date }>(
    `update run set state = 'running', attempt = attempt + 1, fence = nextval('run_fence'), lease_owner = $2, lease_until = $3,
       started_at = coalesce(started_at, $4), waiting_for = null, problem = null, internal_problem = null, failure = null,
       parameters = case when $5 then parameters || '{"dryRun": true}' else parameters end
     where id = $1 returning attempt, fence, started_at`,
    [run.id, input.owner, toText(leaseUntil), toText(now), parameters['dryRun'] === true],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('a locked run has vanished')
  const isOwn = parameters['dryRun'] !== true && run.trigger !== 'elsewhere'
  const takesFiles = isOwn && !flow.drainsInbox && flow.on.some(({ kind }) => kind === 'file')
  if (takesFiles) await takeAllFiles(sql, { flow: run.flow, runId: run.id, fence: Number(row.fence) }, now)
  return {
    runId: run.id,
    flow: run.flow,
    attempt: row.attempt,
    fence: Number(row.fence),
    leaseUntil,
    scheduledFor: run.scheduledFor,
    startedAt: row.started_at.getTime(),
    parameters,
    timeoutMs: flow.timeoutMs,
    connections: flow.connections,
    runs: flow.runs,
  }
}

export interface Lease {
  leaseUntil: Instant
  cancelled: boolean
}

/** Keeps a run for another lease; null when it is no longer this attempt's. */
export async function renewLease(ctx: Context, input: { runId: string; fence: number; leaseMs?: number }): Promise<Lease | null> {
  const leaseUntil = ctx.clock.now() + (input.leaseMs ?? LEASE_MS)
  const { rows } = await ctx.pool.query<{ cancelled: boolean }>(
    "update run set lease_until = $3 where id = $1 and fence = $2 and state = 'running' returning cancel_at is not null as cancelled",
    [input.runId, input.fence, toText(leaseUntil)],
  )
  const row = rows[0]
  return row === undefined ? null : { leaseUntil, cancelled: row.cancelled }
}
