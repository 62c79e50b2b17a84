import { planTriggered } from '#lib/commands/inbox/plan-triggered.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { loadPausedFlows } from '#lib/db/history/windows.ts'
import { toText } from '#lib/db/instants.ts'
import { askForDiscovery } from '#lib/db/push/push-datasets.ts'
import { adoptJobRuns } from '#lib/db/runs/adopted-job-runs.ts'
import { type FlowRow, listFlows } from '#lib/db/runs/flows.ts'
import {
  cancelRunsOfRemovedFlows,
  deleteExpectedRuns,
  getNextScheduledFor,
  insertTicks,
  listDueRuns,
  markOverdue,
  missOlderRuns,
  planRunFor,
  type Run,
  setLookFrom,
  setNextRun,
  setWaitingFor,
  takeBackTicks,
} from '#lib/db/runs/runs.ts'
import { OVERDUE_AFTER_MS } from '#lib/domain/runs/run.ts'
import { planTicks } from '#lib/domain/runs/run-plan.ts'
import { withinHours } from '#lib/domain/runs/trigger-conditions.ts'
import type { RunTrigger } from '#lib/domain/runs/triggers.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'
import { type Gate, gateOf } from './run-gate.ts'
import { settleOutcome } from './settle-outcome.ts'

export interface RunPlan {
  /** Runs a worker may take now, the longest expected first. */
  ready: { runId: string; flow: string }[]
  nextDueAt: Instant | null
  /** What this sweep changed. */
  missed: number
  overdue: number
  ended: string[]
}

/**
 * Makes every flow's next run a row, and one of what a job that a flow runs did without being asked from here; records the ticks nobody was there for, says of due runs what they wait for,
 * and gives up those that waited too long. A paused flow has no next run, and what it passes is not missed. Any number of workers may call it at the same time.
 */
export async function planRuns(ctx: Context): Promise<RunPlan> {
  const now = ctx.clock.now()
  const plan = await withTransaction(ctx, async (sql) => {
    await sql.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.runPlan])
    const flows = await listFlows(sql)
    await deleteExpectedRuns(sql, now, null)
    const ended = await cancelRunsOfRemovedFlows(sql, now)
    let missed = 0
    const paused = await loadPausedFlows(sql, now)
    for (const flow of flows) missed += await planFlow(sql, flow, now, paused.get(flow.name))
    await planTriggered(
      sql,
      now,
      flows.filter(({ name }) => !paused.has(name)),
    )
    const adopted = await adoptJobRuns(sql, now)
    const { ready, gaveUp, lookInto } = await openGates(sql, now, new Map(flows.map((flow) => [flow.name, flow])))
    const overdue = await markOverdue(sql, now - OVERDUE_AFTER_MS)
    return { ready, missed, overdue, lookInto, ended: [...ended, ...gaveUp, ...adopted], nextDueAt: await getNextScheduledFor(sql, now) }
  })
  // In no transaction with runs: who syncs the catalogue locks discoveries before flows.
  if (plan.lookInto.length > 0) await askForDiscovery(ctx.pool, plan.lookInto, now)
  for (const runId of plan.ended) await settleOutcome(ctx, runId)
  if (plan.missed > 0) ctx.log.warn('ticks were missed while no worker planned', { missed: plan.missed })
  return plan
}

async function planFlow(sql: Sql, flow: FlowRow, now: Instant, pausedSince: Instant | undefined): Promise<number> {
  if (pausedSince !== undefined) {
    await takeBackTicks(sql, flow.name, pausedSince)
    return 0
  }
  if (!flow.schedule || (flow.nextRunAt !== null && flow.nextRunAt > now)) return 0
  const plan = planTicks(flow.schedule, flow.nextRunAt, now)
  if (flow.nextRunAt === null) await deleteExpectedRuns(sql, now, flow.name)
  if (plan.due !== null) await insertTicks(sql, now, flow.name, [plan.due], 'scheduled')
  const inserted = await insertTicks(sql, now, flow.name, plan.missed, 'missed')
  const passed = plan.due === null ? 0 : await missOlderRuns(sql, flow.name, plan.due)
  if (plan.next !== null) await insertTicks(sql, now, flow.name, [plan.next], 'scheduled')
  await setNextRun(sql, flow.name, plan.next)
  return inserted + passed
}

async function openGates(
  sql: Sql,
  now: Instant,
  flows: ReadonlyMap<string, FlowRow>,
): Promise<{ ready: RunPlan['ready']; gaveUp: string[]; lookInto: string[] }> {
  const ready: RunPlan['ready'] = []
  const gaveUp: string[] = []
  const lookInto: string[] = []
  for (const run of await listDueRuns(sql, now)) {
    if (await putOffToHours(sql, run, flows.get(run.flow), now)) continue
    const gate = await gateOf(sql, run, flows, now)
    const waitedMax = flows.get(run.flow)?.timeoutMs
    if (gate?.upstream === true && waitedMax !== undefined && now - run.scheduledFor >= waitedMax) {
      if (await giveUp(sql, run, gate, now, waitedMax)) gaveUp.push(run.id)
      continue
    }
    lookInto.push(...(gate?.lookInto ?? []))
    await noteGate(sql, run, flows.get(run.flow), gate, now)
    if (gate === null) ready.push({ runId: run.id, flow: run.flow })
  }
  return { ready, gaveUp, lookInto }
}

/** Feeds that were of today need not be on the day of the next hours. */
const BOUND_BY_HOURS: readonly RunTrigger[] = ['file', 'message', 'push']

/** What was to begin within the hours of its flow and could not goes on to the next ones; one that is due at another time, somebody wanted at once. */
async function putOffToHours(sql: Sql, run: Run, flow: FlowRow | undefined, now: Instant): Promise<boolean> {
  const when = flow?.when ?? null
  if (run.attempt > 0 || !BOUND_BY_HOURS.includes(run.trigger)) return false
  const at = withinHours(now, when)
  return at > now && withinHours(run.scheduledFor, when) === run.scheduledFor && planRunFor(sql, run, at)
}

async function noteGate(sql: Sql, run: Run, flow: FlowRow | undefined, gate: Gate | null, now: Instant): Promise<void> {
  const waitsForNoOther = flow?.requires === 'contract' && (gate === null || gate.lookInto !== undefined)
  await setLookFrom(sql, run, waitsForNoOther ? (run.lookFrom ?? now) : null)
  if (run.attempt === 0) await setWaitingFor(sql, run.id, gate?.words ?? null)
}

async function giveUp(sql: Sql, run: Run, gate: Gate, now: Instant, waitedMs: number): Promise<boolean> {
  const problem = `It waited ${formatDuration(waitedMs)} and could not start. ${gate.words.replaceAll('Waits for', 'It waited for')}`
  const { rowCount } = await sql.query(
    `update run set state = 'failed', ended_at = $2, waiting_for = null, problem = $3, lease_owner = 'planner'
     where id = $1 and state in ('scheduled', 'overdue') and attempt = 0`,
    [run.id, toText(now), problem],
  )
  return rowCount === 1
}
