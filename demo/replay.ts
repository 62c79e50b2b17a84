import { recordPastRunsWithin } from '#lib/commands/runs/record-past-runs.ts'
import { rebuild } from '#lib/commands/status/rebuild.ts'
import { rollUpDays } from '#lib/commands/status/roll-up-days.ts'
import { getSubject, listSubjectIds, lockAllSubjects, markDue } from '#lib/db/catalogue/subjects.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { putWorkerGap } from '#lib/db/history/blind.ts'
import { insertWindow } from '#lib/db/history/windows.ts'
import { type FlowRow, listFlows } from '#lib/db/runs/flows.ts'
import { setNextRun } from '#lib/db/runs/runs.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { addDays, atTimeOfDay, localDay } from '#lib/domain/time/local-day.ts'
import { replayEnterprise } from './enterprise/replay.ts'
import { replayGames } from './games/replay.ts'
import { type Night, replayRuns } from './replay-runs.ts'
import { replayWorld } from './replay-world.ts'
import { replayStartup } from './startup/company/replay.ts'
import { CAMPUS_ZONE, type Stretch } from './stretch.ts'

const NIGHT_OFF_DAYS = 62
const MOVE = { daysBefore: 19.6, hours: 66, feed: 'housing' }

function nightOff({ firstStart }: Stretch): Night {
  const day = addDays(localDay(firstStart, CAMPUS_ZONE), -NIGHT_OFF_DAYS)
  return { from: atTimeOfDay(day, '00:20', CAMPUS_ZONE), to: atTimeOfDay(day, '06:30', CAMPUS_ZONE) }
}

/** Writes the past of a stretch at its end (`ctx.clock`): runs, what probes saw, blindness, announced work. Facts and `remember` are one
 * transaction, so that a stretch is written once or not at all; statuses follow from a rebuild, which also makes up for one cut short. */
export async function replay(ctx: Context, stretch: Stretch, remember: (sql: Sql) => Promise<void>): Promise<{ runs: number }> {
  const told = await withTransaction(ctx, async (sql) => {
    await lockAllSubjects(sql)
    const result = await tellFacts(sql, stretch)
    await markDue(sql, await listSubjectIds(sql, 'asset'), stretch.from)
    await remember(sql)
    return result
  })
  await rebuild(ctx, { assetIds: await listSubjectIds(ctx.pool, 'asset'), from: stretch.from, isThorough: true })
  await rollUpDays(ctx)
  return told
}

async function tellFacts(sql: Sql, stretch: Stretch): Promise<{ runs: number }> {
  const isFirst = stretch.from < stretch.firstStart
  const nobody = isFirst ? nightOff(stretch) : null
  const flows = await listReplayedFlows(sql)
  const { runs, leftToWorker } = replayRuns(flows, stretch, nobody)
  const recorded = await recordPastRunsWithin(sql, stretch.to, runs)
  await replayWorld(sql, stretch, runs, nobody)
  await replayStartup(sql, stretch, nobody)
  await replayGames(sql, stretch, nobody)
  await replayEnterprise(sql, stretch, nobody)
  if (nobody !== null) {
    await putWorkerGap(sql, nobody.from, nobody.to)
    await announceMove(sql, stretch)
  }
  for (const { name, nextRunAt } of flows) {
    if (nextRunAt === null || nextRunAt <= stretch.to) await setNextRun(sql, name, leftToWorker.get(name) ?? null)
  }
  return { runs: recorded.runs }
}

/** A flow with an open run goes on with it: what became of it is the worker's to say. */
async function listReplayedFlows(sql: Sql): Promise<FlowRow[]> {
  const { rows } = await sql.query<{ flow: string }>(
    "select distinct flow from run where attempt > 0 and state in ('scheduled', 'overdue', 'running', 'crashed')",
  )
  const begun = new Set(rows.map((row) => row.flow))
  return (await listFlows(sql)).filter((flow) => !begun.has(flow.name))
}

async function announceMove(sql: Sql, { firstStart }: Stretch): Promise<void> {
  const from = firstStart - MOVE.daysBefore * DAY_MS
  const subject = await getSubject(sql, 'feed', MOVE.feed)
  if (subject === undefined) return
  const window = { kind: 'maintenance' as const, from, to: from + MOVE.hours * HOUR_MS, note: 'Housing moves to its new system.' }
  await insertWindow(sql, { ...window, subjectId: subject.id, flow: null, announcedBy: null }, window.from)
}
