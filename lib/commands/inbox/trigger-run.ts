import { areSameParameters, fittingParameters, insertRun, listOpenRuns, requireParameters } from '#lib/commands/runs/take-run.ts'
import type { Sql } from '#lib/db/context.ts'
import { getFlow } from '#lib/db/runs/flows.ts'
import { putOffRun } from '#lib/db/runs/runs.ts'
import { withinHours } from '#lib/domain/runs/trigger-conditions.ts'
import type { RunTrigger } from '#lib/domain/runs/triggers.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

export interface TriggeredRun {
  runId: string
  /** It was asked for before, and has not begun. */
  isJoined: boolean
}

/** Runs of one flow, with different parameters, that may wait at the same time. */
const WAITING_MAX = 20

/**
 * Asks for a run of a flow because something came: one that waits and does the same is joined, else there is a new one, after what is under way and once it was quiet
 * for the flow's debounce, within its hours. Members of `body` that the flow takes are its parameters. Answers null when too many wait; throws `not-found` for a flow
 * that is not in the catalogue.
 */
export async function triggerRun(
  sql: Sql,
  now: Instant,
  { flow, trigger, body }: { flow: string; trigger: Exclude<RunTrigger, 'schedule' | 'manual'>; body: unknown },
): Promise<TriggeredRun | null> {
  const parameters = await fittingParameters(sql, flow, body)
  const told = await requireParameters(sql, flow, parameters)
  const { debounceMs = 0, when = null } = (await getFlow(sql, flow)) ?? {}
  const open = await listOpenRuns(sql, flow)
  const same = open.find((run) => !run.isUnderWay && !run.isStopping && areSameParameters(run.told, told))
  if (same !== undefined) {
    await putOffRun(sql, same.id, now, { debounceMs, when })
    return { runId: same.id, isJoined: true }
  }
  if (open.length > WAITING_MAX) return null
  const isBehind = open.some((run) => run.isUnderWay)
  const runId = await insertRun(
    sql,
    now,
    { flow, parameters, requestedBy: null, trigger, at: withinHours(now + debounceMs, when) },
    isBehind,
  )
  return { runId, isJoined: false }
}
