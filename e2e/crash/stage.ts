import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Campus, startCampus } from '#demo/campus/campus.ts'
import { requestRun } from '#lib/commands/request-run.ts'
import { type Context, closeContext, createContext } from '#lib/db/context.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { silentLog } from '#lib/platform/log.ts'
import { type Databases, openDatabases } from './databases.ts'
import { installGates } from './gate.ts'
import { dumpLake, withClient } from './lake-view.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

/** The two flows on the stand-ins; nothing runs by itself. */
export const CATALOGUE = `
page: { name: Crash tests, zone: America/New_York }
connections:
  peoplesoft: { kind: peoplesoft, probe: 1d, baseUrl: "\${PEOPLESOFT_URL}", user: "\${PEOPLESOFT_USER}", password: "\${PEOPLESOFT_PASSWORD}" }
  snaplogic: { kind: snaplogic, probe: 1d, url: "\${SNAPLOGIC_URL}", key: "\${SNAPLOGIC_KEY}" }
  lake: { kind: postgres, probe: 1d, url: "\${LAKE_DATABASE_URL}" }
groups:
  records:
    feeds:
      terms:
        assets:
          peoplesoft/BU_TERM_QRY:
          lake/term_raw.term_data:
          lake/term_xform.current_term_data:
          lake/term_curated.term_data_by_service:
      courses:
        assets:
          snaplogic/courses:
          lake/course_raw.course_data:
          lake/course_xform.current_course_data:
          lake/course_curated.course_data_by_service:
flows:
  term: { schedule: "0 0 1 1 *" }
  course: { schedule: "0 0 1 1 *", parameters: { batchSize: 100 } }
`

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

/** What all crash points share: the campus, and databases to copy in which the terms are those of yesterday. */
export interface Stage {
  campus: Campus
  scene(name: string): Promise<Scene>
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

const ENDS = ['completed', 'partial', 'failed', 'timed-out', 'cancelled']

/** Runs a flow to its end; throws when that is not `completed`. */
export async function runThrough(scene: Scene, worker: WorkerProcess, flow: string): Promise<void> {
  const runId = await scene.request(flow)
  const row = await untilState(scene, runId, ENDS, [worker])
  if (row.state !== 'completed') throw new Error(`${flow} ended ${row.state}: ${row.internal_problem ?? row.problem}`)
  await untilSettled(scene, runId, worker)
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
    clock: systemClock,
    log: silentLog,
    actor: { type: 'system', job: 'crash' },
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

/** Loads yesterday's terms once, then lets the campus change, so that the next term run replaces what is there. */
async function prepare(databases: Databases, variables: Record<string, string>, campus: Campus): Promise<void> {
  const scene = await openScene(databases, variables, 'yesterday')
  const worker = scene.startWorker()
  try {
    await untilFlows(scene, worker)
    await runThrough(scene, worker, 'term')
    await runThrough(scene, worker, 'course')
  } finally {
    await scene.close()
  }
  await emptyCourses(scene.lakeUrl)
  await installGates(scene.databaseUrl, 'tidemark')
  await installGates(scene.lakeUrl, 'lake')
  const terms = (await dumpLake(scene.lakeUrl)).get('term_xform.current_term_data') ?? []
  for (const term of terms.slice(0, 7)) campus.control.changeTerm(JSON.parse(term).strm, { DESCR: 'Renamed overnight' })
}

async function emptyCourses(lakeUrl: string): Promise<void> {
  await withClient(lakeUrl, (client) =>
    client.query('truncate course_raw.course_data, course_xform.current_course_data, course_curated.course_data_by_service'),
  )
}

async function untilFlows(scene: Scene, worker: WorkerProcess): Promise<void> {
  const giveUpAt = systemClock.now() + PATIENCE_MS
  for (;;) {
    const { rowCount } = await scene.ctx.pool.query('select 1 from flow')
    if (rowCount === 2) return
    if (!worker.isAlive() || systemClock.now() > giveUpAt)
      throw new Error(`the worker does not sync its catalogue:\n${worker.log().slice(-4000)}`)
    await systemClock.sleep(50)
  }
}

/** Starts everything the crash points need. */
export async function openStage(): Promise<Stage> {
  const databases = await openDatabases()
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-crash-'))
  const config = join(folder, 'tidemark.yaml')
  await writeFile(config, CATALOGUE)
  const campus = await startCampus({ clock: systemClock, coursesPerTerm: 400 })
  const { user, password, key } = campus.credentials
  const variables = {
    TIDEMARK_CONFIG: config,
    TIDEMARK_DATA: folder,
    PEOPLESOFT_URL: campus.url,
    PEOPLESOFT_USER: user,
    PEOPLESOFT_PASSWORD: password,
    SNAPLOGIC_URL: campus.courseUrl,
    SNAPLOGIC_KEY: key,
  }
  const stop = async () => {
    await campus.close()
    await databases.stop()
    await rm(folder, { recursive: true })
  }
  try {
    await prepare(databases, variables, campus)
  } catch (error) {
    await stop()
    throw error
  }
  return { campus, scene: (name) => openScene(databases, variables, name, 'yesterday'), stop }
}
