import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { claimRun } from '#lib/commands/runs/claim-run.ts'
import { releaseLostRuns } from '#lib/commands/runs/release-lost-runs.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { fittingParameters } from '#lib/commands/runs/take-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { getRunView } from '#lib/queries/runs/run-view.ts'
import { deferred } from '#lib/testing/clock/fake-clock.ts'
import type { PretendScheduler } from '#lib/testing/connectors/pretend-scheduler.ts'
import { openJobFlowWorld } from '#lib/testing/runs/job-flow-world.ts'

const world = await openJobFlowWorld()
const { clock, ctx, worker, until, theRuns, sweep, press, followed, idle } = world
let etl: PretendScheduler

beforeEach(async () => {
  etl = await world.beginAnew()
})
afterAll(() => world.database.drop())

const begun = (count = 1) => until(() => etl.runs.length >= count)
const theRun = () => etl.runs[0] ?? etl.queue('none')
const unavailable = () => new TidemarkError('unavailable', { publicMessage: 'The scheduler cannot be reached.', retryable: true })
/** The worker of a run has not been heard of for longer than its lease. */
async function lose(): Promise<void> {
  await ctx.whole.query("update run set lease_until = $1::timestamptz - interval '1 second' where state = 'running'", [
    new Date(clock.now()),
  ])
  await releaseLostRuns(ctx)
}

describe('a run that is a job of another system', () => {
  it('starts the job once, follows it, and ends as it ends there, when it ended there', async () => {
    const services = worker()
    const { there } = await followed(services)
    expect(await theRuns()).toMatchObject([{ state: 'running', there: '1', url: 'https://scheduler.example/runs/1' }])
    await clock.advance(HOUR_MS)
    etl.finish(there, 'success', { rowsAffected: 41 })
    const endedAt = new Date(clock.now())
    await idle(services)
    expect(await theRuns()).toMatchObject([{ state: 'completed', rows: 41, endedAt, problem: null, uncounted: null }])
    expect(etl.runs).toHaveLength(1)
    const { rows } = await ctx.whole.query("select at, rows::int, source from arrival where asset_id = 21 and clock = 'loadedAt'")
    expect(rows).toEqual([{ at: endedAt, rows: 41, source: 'ledger' }])
  })

  it('is shown to wait until somebody has begun it there', async () => {
    const services = worker()
    const { runId } = await press()
    const isThere = async () => (await getRunView(ctx, runId))?.job?.stateThere ?? null
    expect(await isThere()).toBeNull()
    await sweep(services)
    await until(async () => (await isThere()) !== null)
    expect(await isThere()).toBe('scheduled')
    etl.begin(theRun())
    await until(async () => (await isThere()) === 'running')
    etl.finish(theRun())
    await idle(services)
  })

  it('needs no lake, and says of rows that nobody counted nothing', async () => {
    const services = worker({ lakeUrl: undefined })
    await press()
    await sweep(services)
    await begun()
    etl.finish(etl.begin(theRun()))
    await idle(services)
    expect(await theRuns()).toMatchObject([{ state: 'completed', rows: 0, uncounted: true }])
    const { rows } = await ctx.whole.query('select clock, rows from arrival where asset_id = 21')
    expect(rows).toEqual([{ clock: 'loadedAt', rows: null }])
  })

  it.each([
    ['error', 'disk full', { state: 'failed', problem: 'disk full' }],
    ['error', null, { state: 'failed', problem: 'It failed in etl, which does not say why.' }],
    ['cancelled', null, { state: 'cancelled', problem: 'It was cancelled in etl.', isToCancel: false }],
    ['partial', 'two shops were left out', { state: 'partial', problem: 'two shops were left out' }],
  ] as const)('ends with its words: %s, %s', async (status, message, end) => {
    const services = worker()
    await press()
    await sweep(services)
    await begun()
    etl.finish(etl.begin(theRun()), status, { message })
    await idle(services)
    await sweep(services)
    expect(await theRuns()).toMatchObject([end])
    expect(etl.cancelled).toEqual([])
    const { rows } = await ctx.whole.query("select state from run_task where name = 'run in etl'")
    expect(rows).toEqual([{ state: end.state === 'partial' ? 'completed' : 'failed' }])
  })

  it('is told the parameters of the flow and of the run, and then takes up nothing that goes on', async () => {
    etl = await world.beginAnew({ parameters: { region: 'eu', days: 3 } })
    etl.begin(etl.queue('nightly prices'))
    const services = worker()
    await ctx.whole.query(
      `insert into run (id, flow, trigger, scheduled_for, created_at, parameters) values (gen_random_uuid(), 'prices', 'message', $1, $1, '{"region": "us"}')`,
      [new Date(clock.now())],
    )
    await sweep(services)
    await begun(2)
    expect(etl.told).toEqual([{ region: 'us', days: 3 }])
    for (const run of etl.runs) etl.finish(run)
    await idle(services)
  })

  it('takes of a message what the flow names, of the same kind', async () => {
    await ctx.whole.query(
      `update catalogue_version set document = jsonb_set(document::jsonb, '{flows,prices,parameters}', '{"region": "eu", "days": 3}')`,
    )
    const body = { region: 'us', days: 'three', dryRun: true, nonsense: 1 }
    expect(await fittingParameters(ctx.pool, 'prices', body)).toEqual({ region: 'us' })
    await expect(requestRun(ctx, { flow: 'prices', parameters: { nonsense: 1 } })).rejects.toThrow(
      /no parameter nonsense. It takes days, region/,
    )
    await expect(requestRun(ctx, { flow: 'prices', parameters: { dryRun: true } })).rejects.toThrow(/no parameter dryRun/)
  })

  it('is one, however often it is asked for and by however many workers', async () => {
    const [one, two] = [worker(), worker({ workerId: 'test/2/2' })]
    const first = await press()
    expect(await press()).toEqual({ runId: first.runId, waitsFor: null, isJoined: true })
    await Promise.all([sweep(one), sweep(two)])
    await begun()
    etl.finish(etl.begin(theRun()))
    await Promise.all([idle(one), idle(two)])
    expect(etl.runs).toHaveLength(1)
    expect(await theRuns()).toHaveLength(1)
  })

  it('waits for a system that is down, is started once when that is back, and says why it waits', async () => {
    etl.startFaults = Array.from({ length: 3 }, () => ({ error: unavailable(), hasStarted: false }))
    const services = worker()
    await press()
    await sweep(services)
    await begun()
    const { rows: log } = await ctx.whole.query("select message from run_log where level = 'warn' order by id limit 1")
    expect(log).toEqual([{ message: expect.stringMatching(/^Task start failed on try 1 and waits .* The scheduler cannot be reached\.$/) }])
    etl.finish(etl.begin(theRun()))
    await idle(services)
    expect(etl.runs).toHaveLength(1)
    expect(await theRuns()).toMatchObject([{ state: 'completed' }])
    const { rows } = await ctx.whole.query("select tries from run_task where name = 'start'")
    expect(rows).toEqual([{ tries: 4 }])
  })

  it('fails with the reason where another try cannot help, or no try did', async () => {
    const refused = new TidemarkError('invalid', { publicMessage: 'The scheduler has no job nightly prices.' })
    for (const error of [refused, unavailable()]) {
      etl = await world.beginAnew()
      etl.startFaults = Array.from({ length: 20 }, () => ({ error, hasStarted: false }))
      const services = worker()
      await press()
      await sweep(services)
      await until(() => services.runs.ids().length === 0, 30 * SECOND_MS)
      expect(await theRuns()).toMatchObject([{ state: 'failed', problem: error.publicMessage }])
      expect(etl.runs).toEqual([])
    }
  })

  it('goes on being followed while nobody can be asked, and says so once', async () => {
    const services = worker()
    const { there } = await followed(services)
    etl.patience = etl.requests
    await until(() => etl.requests > (etl.patience ?? 0) + 3, 20 * SECOND_MS)
    etl.patience = null
    etl.finish(there)
    await idle(services)
    expect(await theRuns()).toMatchObject([{ state: 'completed' }])
    const { rows } = await ctx.whole.query(
      "select message from run_log where message like '%asked again%' or message like '%tells again%' order by id",
    )
    expect(rows.map(({ message }) => message)).toEqual([
      'The scheduler asks us to come back later (HTTP 429). It is asked again.',
      'etl tells again how it goes.',
    ])
  })

  it('that was deleted there while it ran ends with that reason', async () => {
    const services = worker()
    const { there } = await followed(services)
    etl.delete(there)
    await idle(services)
    expect(await theRuns()).toMatchObject([{ state: 'cancelled', problem: 'etl no longer lists this run.' }])
  })
})

describe('the job of a run whose worker was lost', () => {
  it('while it went on is followed by the next one', async () => {
    const [lost, next] = [worker(), worker({ workerId: 'test/2/2' })]
    const { there } = await followed(lost)
    await lost.runs.stop(async () => {})
    expect(await theRuns()).toMatchObject([{ state: 'scheduled', there: '1' }])
    await sweep(next)
    etl.finish(there, 'success', { rowsAffected: 7 })
    await idle(next)
    expect(await theRuns()).toMatchObject([{ state: 'completed', attempt: 2, rows: 7 }])
    expect(etl.wishes).toHaveLength(1)
  })

  it.each([
    ['before it was told to start it', 'nothing'],
    ['between its start and the answer', 'started'],
    ['between its start and its note, when its lists lag behind', 'lagging'],
  ])('%s is started once', async (_, state) => {
    const { runId } = await press()
    const claimed = await claimRun(ctx, { runId, owner: 'lost' })
    await ctx.whole.query("insert into job_of_run (run_id, connection_key, job) values ($1, 'etl', 'nightly prices')", [runId])
    if (state !== 'nothing') {
      const tried = () => ctx.whole.query('update job_of_run set tried_at = $1', [new Date(clock.now())])
      await etl.start('nightly prices', { key: runId, since: null, triedAt: null, noteTry: async () => void (await tried()) })
    }
    if (state === 'lagging') etl.listsAfterMs = MINUTE_MS
    expect(claimed).not.toBeNull()
    await lose()
    const next = worker()
    await sweep(next)
    await until(async () => (await theRuns())[0].there === '1')
    etl.finish(etl.begin(theRun()))
    await idle(next)
    expect(etl.runs).toHaveLength(1)
    expect(await theRuns()).toMatchObject([{ state: 'completed', attempt: 2, there: '1' }])
  })

  it('is not started by one that wakes up after the run was taken over', async () => {
    const asleep = deferred()
    etl.meanwhile = () => asleep.promise
    const [frozen, next] = [worker(), worker({ workerId: 'test/2/2' })]
    await press()
    await sweep(frozen)
    await until(async () => (await ctx.whole.query("select from run_task where name = 'start'")).rowCount === 1, 0)
    await lose()
    etl.meanwhile = async () => {}
    await sweep(next)
    await begun()
    etl.finish(etl.begin(theRun()))
    await idle(next)
    etl.listsAfterMs = HOUR_MS
    asleep.resolve()
    await idle(frozen)
    expect(etl.runs).toHaveLength(1)
    expect(await theRuns()).toMatchObject([{ state: 'completed', attempt: 2 }])
  })
})
