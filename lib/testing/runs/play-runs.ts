import { claimRun } from '#lib/commands/runs/claim-run.ts'
import { finishRun } from '#lib/commands/runs/finish-run.ts'
import { planRuns } from '#lib/commands/runs/plan-runs.ts'
import { runLedger } from '#lib/commands/runs/report-run.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { rollUpDays } from '#lib/commands/status/roll-up-days.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { PastRun } from '#lib/db/runs/past-runs.ts'
import { WORKER } from '#lib/domain/access/actor.ts'
import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'

interface Happening {
  at: Instant
  happen: () => Promise<void>
}

/** Moves the clock to an instant, sweeping whenever something is due, as a worker would. */
export async function passTime(ctx: Context, clock: FakeClock, until: Instant): Promise<void> {
  for (;;) {
    const { nextDueAt } = await sweepDue(ctx)
    if (nextDueAt === null || nextDueAt > until) break
    clock.set(nextDueAt)
  }
  clock.set(until)
  await sweepDue(ctx)
  await rollUpDays(ctx)
}

/** Executes runs step by step at their own times by a worker's commands. Scheduled ones must be due at ticks of their flow; those that
 * never began are left to the planner. */
export async function playRuns(ctx: Context, clock: FakeClock, runs: readonly PastRun[]): Promise<void> {
  await planRuns(ctx)
  const happenings = runs.flatMap((run) => happeningsOf(ctx, run)).sort((a, b) => a.at - b.at)
  for (const { at, happen } of happenings) {
    await passTime(ctx, clock, at)
    await happen()
  }
}

function happeningsOf(ctx: Context, run: PastRun): Happening[] {
  const plan = { at: run.endedAt, happen: async () => void (await planRuns(ctx)) }
  const { startedAt } = run
  if (startedAt === null) return [plan]
  const held = Promise.withResolvers<{ runId: string; attempt: number; fence: number }>()
  const begin = async () => held.resolve(await take(ctx, run))
  const end = async () => finish(ctx, run, await held.promise)
  // What is told of the past holds no orders.
  const byWorker = asActor(ctx, WORKER)
  const ask = { at: run.createdAt, happen: async () => void (await requestRun(byWorker, { flow: run.flow, requestedBy: run.requestedBy })) }
  return [...(run.trigger === 'manual' ? [ask] : []), { at: startedAt, happen: begin }, { at: run.endedAt, happen: end }]
}

async function take(ctx: Context, run: PastRun) {
  await planRuns(ctx)
  const { rows } = await ctx.pool.query<{ id: string }>('select id from run where flow = $1 and trigger = $2 and scheduled_for = $3', [
    run.flow,
    run.trigger,
    toText(run.scheduledFor),
  ])
  const claim = await claimRun(ctx, { runId: rows[0]?.id ?? '', owner: 'player', leaseMs: 24 * HOUR_MS })
  if (claim === null) throw new Error(`the run of ${run.flow} for ${toText(run.scheduledFor)} cannot be taken`)
  return claim
}

async function finish(ctx: Context, run: PastRun, claim: { runId: string; attempt: number; fence: number }): Promise<void> {
  const ledger = runLedger(ctx, claim)
  for (const { name, startedAt, endedAt, state, tries, problem } of run.tasks) {
    await ledger.startTask({ name, at: startedAt })
    await ledger.endTask({ name, at: endedAt, state, tries, ...(problem === null ? {} : { problem }) })
  }
  await ledger.log(run.log)
  await ledger.counters(run.counters)
  if (run.rejections.length > 0) await ledger.reject(run.rejections)
  const { state, rowsLoaded, report, problem, internalProblem } = run
  if (state === 'missed') throw new Error('a run that was missed never began')
  await finishRun(ctx, { runId: claim.runId, fence: claim.fence, state, rowsLoaded, report, problem, internalProblem })
}

/** All that runs leave behind, without their ids, which differ each time. */
export async function runHistoryOf(ctx: Context): Promise<Record<string, unknown[]>> {
  const name = `r.flow || ' ' || r.trigger || ' ' || r.scheduled_for as run`
  const questions = {
    runs: `select r.flow, r.trigger, r.scheduled_for, r.state, r.attempt, r.fence is null as never_claimed, r.lease_owner, r.lease_until, r.started_at,
      r.ended_at, r.waiting_for, r.requested_by, r.rows_loaded, r.rows_rejected, r.summary, r.counters, r.problem, r.internal_problem
      from run r where r.state not in ('scheduled', 'overdue') order by r.scheduled_for, r.flow, r.trigger`,
    tasks: `select ${name}, t.attempt, t.name, t.state, t.tries, t.started_at, t.ended_at, t.detail, t.problem
      from run_task t join run r on r.id = t.run_id order by 1, t.id`,
    log: `select ${name}, l.attempt, l.at, l.level, l.message, l.data from run_log l join run r on r.id = l.run_id order by 1, l.id`,
    rejections: `select ${name}, x.task, x.key, x.reason, x.row, x.at from run_rejection x join run r on r.id = x.run_id order by 1, x.task, x.key`,
    arrivals: `select ${name}, s.key, a.clock, a.at, a.recorded_at, a.kind, a.precision, a.rows, (select to_jsonb(e) - 'id' from evidence e where e.id = a.evidence_id) as evidence
      from arrival a join subject s on s.id = a.asset_id left join run r on r.id = a.run_id order by s.key, a.clock, a.recorded_at, a.at`,
  }
  const entries = Object.entries(questions).map(async ([what, text]) => [what, (await ctx.pool.query(text)).rows] as const)
  return Object.fromEntries(await Promise.all(entries))
}
