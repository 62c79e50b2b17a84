import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Campus, startCampus } from '#demo/campus/campus.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { type Context, closeContext, createContext } from '#lib/db/context.ts'
import { atTerminal } from '#lib/domain/access/actor.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { silentLog } from '#lib/platform/log.ts'
import { CATALOGUE, campusVariables, FLOW_COUNT } from './catalogue.ts'
import { type Databases, openDatabases } from './databases.ts'
import { installGates } from './gate.ts'
import type { Scenario } from './scenario.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

const PATIENCE_MS = 60_000

/** One pair of databases on which workers run. */
export interface Scene {
  databaseUrl: string
  lakeUrl: string
  ctx: Context
  startWorker(): WorkerProcess
  /** Asks for a run and answers its id at once. */
  request(flow: string): Promise<string>
  close(): Promise<void>
}

/** What all crash points share: the campus, and for each scenario databases to copy in which everything is as it was yesterday. */
export interface Harness {
  campus: Campus
  scene(scenario: Scenario, name: string): Promise<Scene>
  stop(): Promise<void>
}

export interface RunRow {
  state: string
  attempt: number
  problem: string | null
  internal_problem: string | null
}

export async function getRunRow(scene: Scene, runId: string): Promise<RunRow> {
  const { rows } = await scene.ctx.pool.query<RunRow>('select state, attempt, problem, internal_problem from run where id = $1', [runId])
  const row = rows[0]
  if (!row) throw new Error('the run has vanished')
  return row
}

/** Waits until the run is in one of the states. */
export async function untilState(
  scene: Scene,
  runId: string,
  states: readonly string[],
  workers: readonly WorkerProcess[] = [],
): Promise<RunRow> {
  const giveUpAt = systemClock.now() + PATIENCE_MS
  for (;;) {
    const row = await getRunRow(scene, runId)
    if (states.includes(row.state)) return row
    const dead = workers.find((worker) => !worker.isAlive())
    if (dead) throw new Error(`a worker has ended by itself:\n${dead.log().slice(-2000)}`)
    if (systemClock.now() > giveUpAt) {
      throw new Error(
        `the run stays ${row.state} (attempt ${row.attempt}):\n${workers.map((worker) => worker.log().slice(-2000)).join('\n')}`,
      )
    }
    await systemClock.sleep(20)
  }
}

/** The states in which nothing more happens to a run. */
export const ENDS = ['completed', 'partial', 'failed', 'timed-out', 'cancelled']

/** Runs a flow to its end and answers the run's id; throws when it did not do its work. */
export async function runThrough(scene: Scene, worker: WorkerProcess, flow: string): Promise<string> {
  const runId = await scene.request(flow)
  const row = await untilState(scene, runId, ENDS, [worker])
  if (row.state !== 'completed' && row.state !== 'partial')
    throw new Error(`${flow} ended ${row.state}: ${row.internal_problem ?? row.problem}`)
  await untilSettled(scene, runId, worker)
  return runId
}

/** Waits until a worker has tried every connection since it started: what the campus is asked from now on comes from runs. */
export async function untilChecked(scene: Scene, worker: WorkerProcess): Promise<void> {
  const giveUpAt = systemClock.now() + PATIENCE_MS
  for (;;) {
    const { rowCount } = await scene.ctx.pool.query('select 1 from connection_state where checked_at is null or checked_at < $1', [
      new Date(worker.startedAt),
    ])
    if (rowCount === 0) return
    if (systemClock.now() > giveUpAt) throw new Error(`the connections were never checked:\n${worker.log().slice(-2000)}`)
    await systemClock.sleep(20)
  }
}

/** Waits until the end of the run has been carried over into arrivals. */
export async function untilSettled(scene: Scene, runId: string, worker: WorkerProcess): Promise<void> {
  const giveUpAt = systemClock.now() + PATIENCE_MS
  for (;;) {
    const { rowCount } = await scene.ctx.pool.query('select 1 from run where id = $1 and lease_owner is null', [runId])
    if (rowCount === 1) return
    if (systemClock.now() > giveUpAt) throw new Error(`the outcome of the run was never carried over:\n${worker.log().slice(-2000)}`)
    await systemClock.sleep(50)
  }
}

async function openScene(databases: Databases, variables: Record<string, string>, name: string, from?: string): Promise<Scene> {
  const databaseUrl = from === undefined ? await databases.migrated(name) : await databases.create(name, from)
  const lakeUrl = await databases.create(`${name}_lake`, from === undefined ? undefined : `${from}_lake`)
  const ctx = createContext({
    url: databaseUrl,
    actor: atTerminal(null),
    clock: systemClock,
    log: silentLog,
    connections: 3,
  })
  const workers: WorkerProcess[] = []
  return {
    databaseUrl,
    lakeUrl,
    ctx,
    startWorker() {
      const worker = startWorker({ ...variables, DATABASE_URL: databaseUrl, LAKE_DATABASE_URL: lakeUrl })
      workers.push(worker)
      return worker
    },
    request: async (flow) => (await requestRun(ctx, { flow })).runId,
    async close() {
      for (const worker of workers) worker.thaw()
      await Promise.all(workers.map((worker) => worker.kill()))
      await closeContext(ctx)
    },
  }
}

/** Makes the databases a scenario begins with, from which its scenes are copied. */
async function prepare(databases: Databases, variables: Record<string, string>, campus: Campus, scenario: Scenario): Promise<void> {
  const scene = await openScene(databases, variables, yesterdayOf(scenario))
  const worker = scene.startWorker()
  try {
    await untilFlows(scene, worker)
    await scenario.yesterday(campus, (flow) => runThrough(scene, worker, flow).then(() => {}), scene.lakeUrl)
  } finally {
    await scene.close()
  }
  await installGates(scene.databaseUrl, 'tidemark')
  await installGates(scene.lakeUrl, 'lake')
}

const yesterdayOf = (scenario: Scenario) => `yesterday_${scenario.name}`

async function untilFlows(scene: Scene, worker: WorkerProcess): Promise<void> {
  const giveUpAt = systemClock.now() + PATIENCE_MS
  for (;;) {
    const { rowCount } = await scene.ctx.pool.query('select 1 from flow')
    if (rowCount === FLOW_COUNT) return
    if (!worker.isAlive() || systemClock.now() > giveUpAt)
      throw new Error(`the worker does not sync its catalogue:\n${worker.log().slice(-4000)}`)
    await systemClock.sleep(50)
  }
}

/** Starts everything the crash points of these scenarios need. */
export async function openHarness(scenarios: readonly Scenario[]): Promise<Harness> {
  const databases = await openDatabases()
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-crash-'))
  const config = join(folder, 'tidemark.yaml')
  await writeFile(config, CATALOGUE)
  const campus = await startCampus({ clock: systemClock, coursesPerTerm: 400, peopleCount: 400 })
  const variables = { TIDEMARK_CONFIG: config, TIDEMARK_DATA: folder, ...campusVariables(campus) }
  const stop = async () => {
    await campus.close()
    await databases.stop()
    await rm(folder, { recursive: true })
  }
  try {
    for (const scenario of scenarios) await prepare(databases, variables, campus, scenario)
  } catch (error) {
    await stop()
    throw error
  }
  return { campus, scene: (scenario, name) => openScene(databases, variables, name, yesterdayOf(scenario)), stop }
}
