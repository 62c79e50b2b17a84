import type { GateName } from './gate.ts'
import { type JobScene, openJobScene } from './job-scene.ts'
import type { WorkerProcess } from './worker-process.ts'

/** A moment of an order of another system's job at which a worker dies, or is told to stop. */
interface JobPoint {
  name: string
  /** Where it stands then; absent: dbt Cloud was told to start the job, and does not answer. */
  gate?: GateName
  /** The run has ended there by then. */
  hasEnded?: boolean
  isStopped?: boolean
}

const POINTS: readonly JobPoint[] = [
  { name: 'told, and not answered' },
  { name: 'told, and not answered: stopped, not killed', isStopped: true },
  { name: 'answered, and not noted', gate: 'between the start of a job and its note' },
  { name: 'noted as a run, not as that of the order', gate: 'between the note of a run and its step' },
  { name: 'ended there, and not noted', gate: 'between the end of a job and its note', hasEnded: true },
  { name: 'noted, and the step not done', gate: 'between two steps of an order', hasEnded: true },
]

/**
 * Orders the reload of a feed that a job of dbt Cloud loads, and lets the worker die that starts or follows it, at each of the points.
 * dbt Cloud does not list meanwhile what it has just begun. Answers everything that is not as it should be: one run, which loaded once, and an order that is done.
 */
export async function crashJobOrders(): Promise<string[]> {
  const scene = await openJobScene()
  try {
    let worker = scene.startWorker()
    await scene.until('the catalogue', async () => (await scene.ctx.whole.query("select 1 from asset where job = 'shop/7'")).rowCount === 1)
    const problems: string[] = []
    for (const point of POINTS) {
      const { order, next } = await dieAt(scene, worker, point)
      worker = next
      problems.push(...(await checkOrder(scene, order)).map((problem) => `${point.name}: ${problem}`))
    }
    return problems
  } finally {
    await scene.close()
  }
}

async function dieAt(scene: JobScene, worker: WorkerProcess, point: JobPoint): Promise<{ order: string; next: WorkerProcess }> {
  const { cloud } = scene
  const isSilent = point.gate === undefined
  if (isSilent) cloud.failAt('POST', { kind: 'started-and-silent' })
  // Nobody learns from the list what was begun, until it is said.
  if (point.hasEnded !== true) cloud.listsAfterMs = Number.POSITIVE_INFINITY
  const before = point.hasEnded === true ? null : await closed(scene, point)
  const order = await scene.order()
  await scene.until('the start', () => scene.startedFor(order).length > 0)
  if (point.hasEnded === true) await scene.until('the note', async () => (await stepOf(scene, order)).hasRun)
  const gate = before ?? (await closed(scene, point))
  if (point.hasEnded === true) await finish(scene, order)
  if (gate !== null && !(await gate.reached(60_000)))
    throw new Error(`the worker never came to "${point.name}":\n${worker.log().slice(-2000)}`)
  await (point.isStopped === true ? worker.stop() : worker.kill())
  await gate?.disarm()
  await gate?.close()
  const next = scene.startWorker()
  await scene.letTimePass()
  if (point.hasEnded !== true) await showWhatBegan(scene, order)
  await scene.until('the end of the order', async () => (await stepOf(scene, order)).order === 'done')
  return { order, next }
}

const closed = (scene: JobScene, { gate }: JobPoint) => (gate === undefined ? null : scene.gate(gate))

/** The next worker does not see what was begun, and says so; then dbt Cloud lists it, and it ends. */
async function showWhatBegan(scene: JobScene, order: string): Promise<void> {
  await scene.until('the next worker', async () => {
    const { problem, hasRun } = await stepOf(scene, order)
    return hasRun || /may have started/.test(problem ?? '')
  })
  scene.cloud.listsAfterMs = 0
  await finish(scene, order)
}

async function finish(scene: JobScene, order: string): Promise<void> {
  for (const run of scene.startedFor(order)) scene.finish(run)
  await scene.letTimePass()
}

interface StepNow {
  order: string
  hasRun: boolean
  problem: string | null
}

async function stepOf({ ctx }: JobScene, order: string): Promise<StepNow> {
  const { rows } = await ctx.whole.query<StepNow>(
    `select o.state as order, t.external_run_id is not null as "hasRun", t.problem from reload_order o join reload_step t on t.order_id = o.id where o.id = $1`,
    [order],
  )
  return rows[0] ?? { order: 'gone', hasRun: false, problem: null }
}

/** One run there, told to start once; it is the step's, and has loaded once; nothing of the order is open. */
async function checkOrder(scene: JobScene, order: string): Promise<string[]> {
  const { rows } = await scene.ctx.whole.query<{ found: string }>(
    `select json_build_object('steps', (select json_agg(json_build_array(t.state, e.external_id, e.state)) from reload_step t
         left join external_run e on e.id = t.external_run_id where t.order_id = $1),
       'loads', (select count(*) from arrival a join reload_step t on t.external_run_id = a.run_id where t.order_id = $1 and a.clock = 'loadedAt'),
       'feed', (select p.status from status_span p join subject s on s.id = p.subject_id where s.kind = 'feed' and p.to_at is null))::text as found`,
    [order],
  )
  const started = scene.startedFor(order).map(({ id }) => id)
  const expected = { steps: [['done', String(started[0]), 'completed']], loads: 1, feed: 'fresh' }
  const found: unknown = JSON.parse(rows[0]?.found ?? 'null')
  return [
    ...(started.length === 1 ? [] : [`dbt Cloud has begun ${started.length} runs for it: ${started.join(', ')}`]),
    ...(JSON.stringify(found) === JSON.stringify(expected) ? [] : [`it led to ${rows[0]?.found}`]),
  ]
}
