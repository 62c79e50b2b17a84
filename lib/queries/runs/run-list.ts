import type { Context } from '#lib/db/context.ts'
import { getApiPage } from '#lib/queries/api/list.ts'
import { RUN_LIST } from '#lib/queries/api/list-runs.ts'
import { RUNS_PAGE, type RunFilter, type RunList, runListQuestions, toRunList } from './run-list-questions.ts'

/** Runs of all flows: what is under way, then what has ended, newest first. Planned ones only when asked for by their state. */
export async function getRunList(ctx: Context, filter: RunFilter, limit = RUNS_PAGE): Promise<RunList> {
  const { underWay, ended } = runListQuestions(filter, limit)
  const pages = await Promise.all([underWay && getApiPage(ctx, RUN_LIST, underWay), getApiPage(ctx, RUN_LIST, ended)])
  return toRunList(ctx.clock.now(), ...pages)
}
