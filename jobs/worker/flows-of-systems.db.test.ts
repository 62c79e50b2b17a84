import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { cancelRun } from '#lib/commands/runs/cancel-run.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { openJobFlowWorld } from '#lib/testing/runs/job-flow-world.ts'
import { SYSTEMS_ELSEWHERE, type SystemElsewhere } from '#lib/testing/runs/systems-elsewhere.ts'

const world = await openJobFlowWorld()
const { clock, ctx, sweep, look } = world
let system: SystemElsewhere | null = null

afterEach(async () => {
  await system?.close()
  system = null
})
afterAll(() => world.database.drop())

/** The flow `prices` is the job of that system, of which nothing was run yet. */
async function begin(key: string) {
  const begun = await SYSTEMS_ELSEWHERE[key]?.(() => clock.now())
  if (begun === undefined) throw new Error(`no system ${key}`)
  system = begun
  const { settings, job, connector } = begun
  await world.beginAnew({ runs: `${key}/${job}`, connections: { [key]: key } })
  await ctx.whole.query(
    `insert into connection_state (key, kind, probe_every_ms, starts_jobs) values ($1, $2, 60000, true) on conflict (key) do nothing`,
    [key, connector.kind],
  )
  const document = {
    page: { name: 'P', zone: 'UTC' },
    connections: { [key]: { kind: connector.kind, probe: '1m', ...settings } },
    flows: { prices: { runs: `${key}/${job}`, writes: ['lake/price'] } },
  }
  await ctx.whole.query(`insert into catalogue_version (accepted_at, hash, document, schema) values ($1, $2, $3, '{}')`, [
    new Date(clock.now()),
    `${key} ${clock.now()}`,
    JSON.stringify(document),
  ])
  const worker = (more: Partial<JobServices> = {}) => world.worker({ connectors: new Map([[connector.kind, connector]]), ...more })
  return { begun, worker }
}

/** But for what ended well before any of this began. */
const theRuns = async () => (await world.theRuns()).filter(({ state }) => state !== 'completed')
/** Time passes so slowly that a system has answered before it wants to be asked again. */
const STEP_MS = 3 * SECOND_MS
const press = () => requestRun(ctx, { flow: 'prices' })
const idle = (services: JobServices) => world.until(() => services.runs.ids().length === 0, STEP_MS)
/** Until the run there is known, and was asked for. */
const running = () =>
  world.until(async () => {
    const { rowCount } = await ctx.whole.query(
      `select from job_of_run j join run r on r.id = j.run_id join connection_state c on c.key = j.connection_key
       where r.state = 'running' and j.external_run_id is not null and c.runs_asked_at is not null`,
    )
    return rowCount === 1
  }, STEP_MS)

describe.each(Object.keys(SYSTEMS_ELSEWHERE))('a flow that is a job of %s', (key) => {
  it('starts it once, however often it is pressed and by however many workers, shows its run and ends with its words', async () => {
    const { begun, worker } = await begin(key)
    const [one, two] = [worker(), worker({ workerId: 'test/2/2' })]
    const pressed = [await press(), await press(), await press()]
    expect(new Set(pressed.map(({ runId }) => runId)).size).toBe(1)
    await Promise.all([sweep(one), sweep(two)])
    await running()
    expect(await theRuns()).toMatchObject([{ state: 'running', trigger: 'manual', there: expect.stringMatching(/./) }])
    expect(begun.begun()).toBe(1)
    begun.fail()
    await Promise.all([idle(one), idle(two)])
    const { words } = begun
    expect(await theRuns()).toMatchObject([
      { state: 'failed', problem: typeof words === 'string' ? words : expect.stringMatching(words), endedAt: expect.any(Date) },
    ])
    expect(begun.begun()).toBe(1)
  })

  it('is cancelled there when somebody cancels it here, or says that it cannot be', async () => {
    const { begun, worker } = await begin(key)
    const services = worker()
    const { runId } = await press()
    await sweep(services)
    await running()
    await cancelRun(ctx, { runId })
    services.runs.renewLeasesNow()
    await idle(services)
    await sweep(services)
    const [run] = await theRuns()
    expect([begun.isStopped?.(), run.state, run.isCancelled, run.isToCancel, run.cancelProblem]).toEqual(
      begun.isStopped === undefined
        ? [undefined, 'cancelled', false, false, begun.connector.whyNoCancel]
        : [true, 'cancelled', true, false, null],
    )
  })

  it('has its run as one of its own where somebody there began it, which whoever presses joins', async () => {
    const { begun, worker } = await begin(key)
    if (begun.beginThere === undefined) return
    const services = worker()
    begun.beginThere()
    await look(services, key)
    await sweep(services)
    expect(await press()).toMatchObject({ isJoined: true })
    await sweep(services)
    expect(await theRuns()).toMatchObject([{ state: 'running', trigger: 'elsewhere', there: expect.stringMatching(/./) }])
    expect(begun.begun()).toBe(1)
    begun.fail()
    await idle(services)
    const { words } = begun
    expect((await theRuns())[0]).toMatchObject({
      ...{ state: 'failed', trigger: 'elsewhere' },
      problem: typeof words === 'string' ? words : expect.stringMatching(words),
    })
  })
})
