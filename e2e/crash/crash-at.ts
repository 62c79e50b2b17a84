import { systemClock } from '#lib/platform/clock.ts'
import { type ClosedGate, closeGate, GATE_MS } from './gate.ts'
import { ENDS, getRunRow, type Harness, runThrough, type Scene, untilChecked, untilSettled, untilState } from './harness.ts'
import { holdCampus } from './hold-campus.ts'
import { differences, dumpLake, type Sample, watchLake } from './lake-view.ts'
import { checkLedger, differencesTold, everythingOf, readTold, type Told } from './ledger-view.ts'
import type { CrashPoint } from './points.ts'
import { type CrashFlow, type Scenario, scenarioOf } from './scenario.ts'
import type { WorkerProcess } from './worker-process.ts'

/** What a scenario that nobody disturbed leaves behind, and what the lake may look like on the way. */
export interface Undisturbed {
  dump: Map<string, string[]>
  samples: Sample[]
  told: Map<CrashFlow, Told>
}

/** Runs the flows of a scenario to their end in peace. */
export async function runUndisturbed(harness: Harness, scenario: Scenario): Promise<Undisturbed> {
  const scene = await harness.scene(scenario, `undisturbed_${scenario.name}`)
  const watch = watchLake(scene.lakeUrl, scenario.look)
  try {
    const worker = scene.startWorker()
    const told = new Map<CrashFlow, Told>()
    for (const flow of scenario.flows) told.set(flow, await readTold(scene, await runThrough(scene, worker, flow)))
    return { samples: await watch.stop(), dump: await dumpLake(scene.lakeUrl), told }
  } finally {
    await watch.stop()
    await scene.close()
  }
}

/** Lets a worker die at one moment of a load and another one take over; answers everything that is not as it should be. */
export async function crashAt(harness: Harness, point: CrashPoint, expected: Undisturbed, index: number): Promise<string[]> {
  const scenario = scenarioOf(point.flow)
  const scene = await harness.scene(scenario, `${scenario.name}_${index}`)
  const watch = watchLake(scene.lakeUrl, scenario.look)
  try {
    const place = scenario.flows.indexOf(point.flow)
    const first = scene.startWorker()
    for (const flow of scenario.flows.slice(0, place)) await runThrough(scene, first, flow)
    const { runId, gate, row } = await die(harness, scene, first, point)
    const second = scene.startWorker()
    const end = await untilState(scene, runId, ENDS, [second])
    await untilSettled(scene, runId, second)
    const problems = isGood(end.state) ? [] : [`the run ended ${end.state}: ${end.internal_problem ?? end.problem}`]
    const attempts = point.ended === true || isGood(row.state) ? 1 : 2
    if (end.attempt !== attempts) problems.push(`the run ended in attempt ${end.attempt}, not ${attempts}`)
    for (const flow of scenario.flows.slice(place + 1)) await runThrough(scene, second, flow)
    if (point.frozen === true) problems.push(...(await wake(scene, first, runId)))
    await gate?.close()
    return [...problems, ...(await checkOutcome(scene, [{ flow: point.flow, runId }], expected, await watch.stop()))]
  } finally {
    await watch.stop()
    await scene.close()
  }
}

/** Compares what runs have told, the lake as it is and as it was seen, and the ledger with what nobody disturbed. */
export async function checkOutcome(
  scene: Scene,
  runs: readonly { flow: CrashFlow; runId: string }[],
  expected: Undisturbed,
  samples: readonly Sample[],
): Promise<string[]> {
  const problems = [...differences(expected.dump, await dumpLake(scene.lakeUrl)), ...checkSamples(samples, expected.samples)]
  for (const { flow, runId } of runs) {
    const told = expected.told.get(flow)
    if (told !== undefined) problems.push(...differencesTold(told, await readTold(scene, runId)))
    problems.push(...(await checkLedger(scene, runId)))
  }
  return problems
}

function isGood(state: string): boolean {
  return state === 'completed' || state === 'partial'
}

/** Starts the run and kills or freezes its worker at the point; its lease then counts as run out. */
async function die(harness: Harness, scene: Scene, worker: WorkerProcess, point: CrashPoint) {
  const gate = await gateOf(harness, scene, worker, point)
  try {
    const runId = await scene.request(point.flow)
    await untilState(scene, runId, ['running', ...ENDS], [worker])
    await moment(point, gate)
    if (point.frozen === true) worker.freeze()
    else await worker.kill()
    await gate?.disarm()
    const row = await getRunRow(scene, runId)
    if (point.ended === true ? row.state === 'running' : row.state !== 'running' && gate !== null)
      throw new Error(`at the point the run was ${row.state}`)
    await scene.ctx.pool.query("update run set lease_until = lease_until - interval '1 minute' where id = $1 and state = 'running'", [
      runId,
    ])
    return { runId, gate, row }
  } catch (error) {
    await gate?.close()
    throw error
  }
}

/** What stops the run at the point: a statement that waits, or a system of the campus that does not answer. */
async function gateOf(harness: Harness, scene: Scene, worker: WorkerProcess, { gate, held }: CrashPoint): Promise<ClosedGate | null> {
  if (gate !== undefined) return closeGate(scene, gate.name, gate.nth)
  if (held === undefined) return null
  await untilChecked(scene, worker)
  return holdCampus(harness.campus, held.system, held.nth)
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

/** What was seen at any time is what the undisturbed load showed as well, and nothing stood alone. */
function checkSamples(samples: readonly Sample[], expected: readonly Sample[]): string[] {
  const problems = new Set<string>()
  if (samples.length === 0) problems.add('nobody looked at the lake meanwhile')
  for (const { wholes, alone } of samples) {
    for (const [what, value] of Object.entries(wholes))
      if (!expected.some((sample) => sample.wholes[what] === value)) problems.add(`${what}: seen half replaced`)
    for (const [what, count] of Object.entries(alone)) if (count > 0) problems.add(`${what}: was seen`)
  }
  return [...problems]
}
