import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type ClaimedRun, claimRun } from '#lib/commands/runs/claim-run.ts'
import { syncFlows } from '#lib/db/runs/flows.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FlowResult } from '#lib/engine/flow.ts'
import { deferred } from '#lib/testing/clock/fake-clock.ts'
import type { PretendScheduler } from '#lib/testing/connectors/pretend-scheduler.ts'
import { openJobFlowWorld } from '#lib/testing/runs/job-flow-world.ts'
import { testFlow } from '#lib/testing/runs/job-services.ts'

const world = await openJobFlowWorld()
const { clock, ctx, worker, until, theRuns, sweep, press, idle, look } = world
let etl: PretendScheduler

beforeEach(async () => {
  etl = await world.beginAnew()
})
afterAll(() => world.database.drop())

const theRun = () => etl.runs[0] ?? etl.queue('none')

describe('a run of a job that nobody started from here', () => {
  it('is a run of the flow: followed while it goes on, and the next one waits for it', async () => {
    const services = worker()
    etl.begin(etl.queue('nightly prices', clock.now()))
    await look(services)
    await sweep(services)
    expect(await theRuns()).toMatchObject([{ trigger: 'elsewhere', there: '1', startedAt: new Date(clock.now()) }])
    await press()
    await sweep(services)
    expect(etl.runs).toHaveLength(1)
    etl.finish(theRun(), 'success', { rowsAffected: 5 })
    await idle(services)
    expect((await theRuns())[0]).toMatchObject({ state: 'completed', rows: 5, trigger: 'elsewhere' })
    expect(etl.wishes).toEqual([])
  })

  it('counts when it ended there, where it was over before it was seen', async () => {
    const services = worker()
    etl.begin(etl.queue('nightly prices'))
    await clock.advance(MINUTE_MS)
    etl.finish(theRun(), 'success', { rowsAffected: 5 })
    const endedAt = new Date(clock.now())
    etl.finish(etl.begin(etl.queue('nightly prices')), 'error', { message: 'disk full' })
    await clock.advance(6 * HOUR_MS)
    await look(services)
    await sweep(services)
    expect(await theRuns()).toMatchObject([
      { state: 'completed', trigger: 'elsewhere', rows: 5, endedAt },
      { state: 'failed', trigger: 'elsewhere', problem: 'disk full' },
    ])
    const { rows } = await ctx.whole.query("select at from arrival where asset_id = 21 and clock = 'loadedAt'")
    expect(rows).toEqual([{ at: endedAt }])
    await sweep(services)
    expect(await theRuns()).toHaveLength(2)
  })

  it('is one of several that began in the same millisecond, also where another of them is seen later', async () => {
    const services = worker()
    const began = () => etl.begin(etl.queue('nightly prices', clock.now()))
    const first = began()
    for (const count of [1, 2, 3]) {
      if (count > 1) etl.finish(began())
      await look(services)
      await sweep(services)
      expect((await theRuns()).map(({ there }) => there)).toEqual(['1', '2', '3'].slice(0, count))
    }
    etl.finish(first)
    await idle(services)
    expect(new Set((await theRuns()).map(({ state }) => state))).toEqual(new Set(['completed']))
  })

  it.each([
    ['error', 'failed', 'It failed in etl, which does not say why.'],
    ['cancelled', 'cancelled', 'It was cancelled in etl.'],
    ['partial', 'partial', 'A part of it was not done in etl.'],
  ] as const)('and that ended without words (%s) says that its system gave none', async (status, state, problem) => {
    const services = worker()
    etl.finish(etl.begin(etl.queue('nightly prices')), status)
    await look(services)
    await sweep(services)
    expect(await theRuns()).toMatchObject([{ state, problem, trigger: 'elsewhere' }])
  })

  it('long before a flow came to run it is none of the flow, but for the last that did its work and what failed since', async () => {
    etl = await world.beginAnew({ runs: 'etl/weekly prices' })
    const services = worker()
    for (const status of ['success', 'success', 'error', 'error'] as const) {
      etl.finish(etl.begin(etl.queue('nightly prices')), status)
      await clock.advance(HOUR_MS)
    }
    await look(services)
    const settings = {
      timeoutMs: HOUR_MS,
      rejectTolerance: 0.01,
      connections: { etl: 'etl' },
      parameters: {},
      reads: [],
      writes: ['lake/price'],
    }
    const declare = () =>
      syncFlows(ctx.whole, clock.now(), [{ name: 'prices', cron: null, zone: 'UTC', after: [], runs: 'etl/nightly prices', ...settings }])
    await declare()
    await sweep(services)
    expect((await theRuns()).map(({ there, state }) => [there, state])).toEqual([
      ['2', 'completed'],
      ['3', 'failed'],
      ['4', 'failed'],
    ])
    await clock.advance(HOUR_MS)
    await declare()
    etl.finish(etl.begin(etl.queue('nightly prices')))
    await look(services)
    await sweep(services)
    expect((await theRuns()).map(({ there }) => there)).toEqual(['2', '3', '4', '5'])
  })

  it('is not told from the one of ours while that may have begun, nor of a job that two flows run', async () => {
    const services = worker()
    const { runId } = await press()
    await claimRun(ctx, { runId, owner: 'lost' })
    const tried = [runId, new Date(clock.now())]
    await ctx.whole.query("insert into job_of_run (run_id, connection_key, job, tried_at) values ($1, 'etl', 'nightly prices', $2)", tried)
    etl.begin(etl.queue('nightly prices'))
    await look(services)
    await sweep(services)
    expect(await theRuns()).toHaveLength(1)
    etl = await world.beginAnew()
    await ctx.whole.query(`insert into flow (name, zone, "after", settings) values ('more', 'UTC', '{}', '{"runs": "etl/nightly prices"}')`)
    etl.begin(etl.queue('nightly prices'))
    await look(services)
    await sweep(services)
    expect(await theRuns()).toEqual([])
  })

  it('is taken up by a run that was asked for when nothing was known of it yet', async () => {
    const services = worker()
    etl.begin(etl.queue('nightly prices'))
    await clock.advance(MINUTE_MS)
    await press()
    await sweep(services)
    await until(async () => (await theRuns())[0].there === '1')
    etl.finish(theRun())
    await idle(services)
    await sweep(services)
    expect(await theRuns()).toMatchObject([{ state: 'completed', trigger: 'manual' }])
    expect(etl.runs).toHaveLength(1)
  })
})

it('runs that follow take no place of those that work, nor wait for one', async () => {
  const over = deferred()
  const work = () => over.promise.then((): FlowResult => ({ rowsLoaded: 0, rowsSeen: 0, moves: 'nothing', summary: {} }))
  const services = worker({ flows: testFlow(work), lakeUrl: world.database.url })
  const { runId } = await press()
  for (const place of [1, 2, 3, 4]) services.runs.start(services, working(`00000000-0000-4000-8000-00000000000${place}`))
  await sweep(services)
  expect(services.runs.ids()).toHaveLength(5)
  expect(services.runs.ids()).toContain(runId)
  await until(() => etl.runs.length > 0)
  over.resolve()
  etl.finish(etl.begin(theRun()))
  await idle(services)
})

function working(runId: string): ClaimedRun {
  const [startedAt, leaseUntil] = [clock.now(), clock.now() + HOUR_MS]
  const run = { runId, flow: 'course', attempt: 1, fence: 1, scheduledFor: startedAt, startedAt, leaseUntil, timeoutMs: HOUR_MS }
  return { ...run, parameters: {}, connections: {}, runs: null }
}
