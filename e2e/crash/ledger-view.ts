import type { Scene } from './harness.ts'

/** What Tidemark says of a run that is over, without moments and ids. */
export interface Told {
  state: string
  /** The flow's own counts and the rows, as one text. */
  report: string
  /** Tasks, keys and reasons of the refused rows. */
  rejections: string[]
}

/** What is told of a run. */
export async function readTold(scene: Scene, runId: string): Promise<Told> {
  const { rows } = await scene.ctx.pool.query<Told>(
    `select state, jsonb_build_object('loaded', rows_loaded, 'summary', summary)::text as report,
       array(select concat_ws(' | ', task, key, reason) from run_rejection where run_id = run.id order by 1) as rejections
     from run where id = $1`,
    [runId],
  )
  const told = rows[0]
  if (!told) throw new Error('the run has vanished')
  return told
}

/** What is told otherwise than of the undisturbed run, in words. */
export function differencesTold(expected: Told, actual: Told): string[] {
  const missing = expected.rejections.filter((row) => !actual.rejections.includes(row))
  const extra = actual.rejections.filter((row) => !expected.rejections.includes(row))
  return [
    ...(actual.state === expected.state ? [] : [`the run ended ${actual.state}, not ${expected.state}`]),
    ...(actual.report === expected.report ? [] : [`the run reports ${actual.report}, not ${expected.report}`]),
    ...(missing.length === 0 ? [] : [`${missing.length} refused rows are not told, for example ${missing[0]}`]),
    ...(extra.length === 0 ? [] : [`${extra.length} refused rows too many are told, for example ${extra[0]}`]),
  ]
}

/** Everything of a run that its worker may write, as one text. */
export async function everythingOf(scene: Scene, runId: string): Promise<string> {
  const { rows } = await scene.ctx.pool.query(
    `select (select to_jsonb(r) from run r where id = $1) as run,
       (select jsonb_agg(to_jsonb(t) order by t.id) from run_task t where run_id = $1) as tasks,
       (select jsonb_agg(to_jsonb(l) order by l.id) from run_log l where run_id = $1) as log,
       (select jsonb_agg(to_jsonb(j) order by j.task, j.key) from run_rejection j where run_id = $1) as rejections,
       (select jsonb_agg(to_jsonb(a) order by a.id) from arrival a where run_id = $1) as arrivals`,
    [runId],
  )
  return JSON.stringify(rows)
}

/** Each written asset's load is recorded once, no task is left open. */
export async function checkLedger(scene: Scene, runId: string): Promise<string[]> {
  const { rows } = await scene.ctx.pool.query<{ loads: number; assets: number; open: number }>(
    `select (select count(*)::int from arrival where run_id = $1 and clock = 'loadedAt') as loads,
       (select count(distinct asset_id)::int from arrival where run_id = $1 and clock = 'loadedAt') as assets,
       (select count(*)::int from run_task where run_id = $1 and state = 'running') as open`,
    [runId],
  )
  const { loads = 0, assets = 0, open = 0 } = rows[0] ?? {}
  const problems = loads === 3 && assets === 3 ? [] : [`${loads} loads of ${assets} assets were recorded, not 3 of 3`]
  return open === 0 ? problems : [...problems, `${open} tasks were left open`]
}
