import { systemClock } from '#lib/platform/clock.ts'
import { type ClosedGate, closeGate, GATES } from './gate.ts'
import { differences, dumpLake, type Sample, watchLake } from './lake-view.ts'
import type { CrashPoint } from './points.ts'
import { getRunRow, runThrough, type Scene, type Stage, untilSettled, untilState } from './stage.ts'
import type { WorkerProcess } from './worker-process.ts'

/** What a load that nobody disturbed leaves behind, and what the lake may look like on the way. */
export interface Undisturbed {
  dump: Map<string, string[]>
  terms: (string | null)[]
  active: (string | null)[]
}

const FLOWS = ['term', 'course'] as const
const GATE_MS = 60_000

/** Runs both flows to their end in peace. */
export async function runUndisturbed(stage: Stage): Promise<Undisturbed> {
  const scene = await stage.scene('undisturbed')
  const watch = watchLake(scene.lakeUrl)
  try {
    const worker = scene.startWorker()
    for (const flow of FLOWS) await runThrough(scene, worker, flow)
    const samples = await watch.stop()
    return { dump: await dumpLake(scene.lakeUrl), terms: samples.map((s) => s.terms), active: samples.map((s) => s.active) }
  } finally {
    await scene.close()
  }
}

/** Lets a worker die at one moment of a load and another one take over; answers everything that is not as it should be. */
export async function crashAt(stage: Stage, point: CrashPoint, expected: Undisturbed, index: number): Promise<string[]> {
  const scene = await stage.scene(`point_${index}`)
  const watch = watchLake(scene.lakeUrl)
  try {
    const first = scene.startWorker()
    if (point.flow === 'course') await runThrough(scene, first, 'term')
    const { runId, gate, row } = await die(scene, first, point)
    const second = scene.startWorker()
    const end = await untilState(scene, runId, ['completed', 'partial', 'failed'], [second])
    await untilSettled(scene, runId, second)
    const problems = end.state === 'completed' ? [] : [`the run ended ${end.state}: ${end.internal_problem ?? end.problem}`]
    const attempts = point.ended === true || row.state === 'completed' ? 1 : 2
    if (end.attempt !== attempts) problems.push(`the run ended in attempt ${end.attempt}, not ${attempts}`)
    if (point.flow === 'term') await runThrough(scene, second, 'course')
    if (point.frozen === true) problems.push(...(await wake(scene, first, runId)))
    await gate?.close()
    problems.push(...differences(expected.dump, await dumpLake(scene.lakeUrl)), ...(await checkLedger(scene, runId)))
    return [...problems, ...checkSamples(await watch.stop(), expected)]
  } finally {
    await watch.stop()
    await scene.close()
  }
}

/** Starts the run and kills or freezes its worker at the point; its lease then counts as run out. */
async function die(scene: Scene, worker: WorkerProcess, point: CrashPoint) {
  const gate =
    point.gate === undefined
      ? null
      : await closeGate(GATES[point.gate.name].database === 'lake' ? scene.lakeUrl : scene.databaseUrl, point.gate.name, point.gate.nth)
  const runId = await scene.request(point.flow)
  await untilState(scene, runId, ['running', 'completed'], [worker])
  try {
    await moment(point, gate)
  } catch (error) {
    await gate?.close()
    throw error
  }
  if (point.frozen === true) worker.freeze()
  else await worker.kill()
  await gate?.disarm()
  const row = await getRunRow(scene, runId)
  if (point.ended === true ? row.state === 'running' : row.state !== 'running' && point.gate)
    throw new Error(`at the point the run was ${row.state}`)
  await scene.ctx.pool.query("update run set lease_until = lease_until - interval '1 minute' where id = $1 and state = 'running'", [runId])
  return { runId, gate, row }
}

async function moment(point: CrashPoint, gate: ClosedGate | null): Promise<void> {
  if (gate === null) return systemClock.sleep(point.afterMs ?? 0)
  if (!(await gate.reached(GATE_MS))) throw new Error('the run never came to the point')
}

/** Wakes the frozen worker after the run has ended elsewhere: it must not write anything of that run, anywhere. */
async function wake(scene: Scene, worker: WorkerProcess, runId: string): Promise<string[]> {
  const before = await everythingOf(scene, runId)
  const lake = await dumpLake(scene.lakeUrl)
  worker.thaw()
  await systemClock.sleep(8000)
  const problems = differences(lake, await dumpLake(scene.lakeUrl)).map((words) => `the woken worker wrote into the lake: ${words}`)
  if ((await everythingOf(scene, runId)) !== before)
    problems.push('the woken worker wrote into the ledger of a run that is no longer its own')
  if (!worker.isAlive()) problems.push(`the woken worker did not survive:\n${worker.log().slice(-2000)}`)
  if (!/run ended.*fenced/.test(worker.log()))
    problems.push(`the woken worker did not notice that it lost its run:\n${worker.log().slice(-2000)}`)
  return problems
}

async function everythingOf(scene: Scene, runId: string): Promise<string> {
  const { rows } = await scene.ctx.pool.query(
    `select (select to_jsonb(r) from run r where id = $1) as run,
       (select jsonb_agg(to_jsonb(t) order by t.id) from run_task t where run_id = $1) as tasks,
       (select jsonb_agg(to_jsonb(l) order by l.id) from run_log l where run_id = $1) as log,
       (select jsonb_agg(to_jsonb(a) order by a.id) from arrival a where run_id = $1) as arrivals`,
    [runId],
  )
  return JSON.stringify(rows)
}

/** Each written asset's load is recorded once, no task is left open. */
async function checkLedger(scene: Scene, runId: string): Promise<string[]> {
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

/** What was seen at any time is what the undisturbed load showed as well, and nothing stood alone. */
function checkSamples(samples: readonly Sample[], expected: Undisturbed): string[] {
  const problems: string[] = []
  if (samples.length === 0) problems.push('nobody looked at the lake meanwhile')
  if (samples.some((sample) => !expected.terms.includes(sample.terms))) problems.push('the term table was seen half replaced')
  if (samples.some((sample) => !expected.active.includes(sample.active))) problems.push('the active terms were seen half replaced')
  if (samples.some((sample) => sample.withoutRaw > 0)) problems.push('a current course was seen without its raw row')
  if (samples.some((sample) => sample.withoutCourse > 0)) problems.push('a curated row was seen without its course')
  return problems
}
