import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { cancelOrder } from '#lib/commands/orders/cancel-order.ts'
import { cancelRun } from '#lib/commands/runs/cancel-run.ts'
import { claimRun } from '#lib/commands/runs/claim-run.ts'
import { releaseLostRuns } from '#lib/commands/runs/release-lost-runs.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { PretendScheduler } from '#lib/testing/connectors/pretend-scheduler.ts'
import { openJobFlowWorld } from '#lib/testing/runs/job-flow-world.ts'

const world = await openJobFlowWorld()
const { clock, ctx, worker, until, theRuns, sweep, press, followed, idle, look } = world
let etl: PretendScheduler
let services: JobServices

beforeEach(async () => {
  etl = await world.beginAnew()
  services = worker()
})
afterAll(() => world.database.drop())

const theRun = () => etl.runs[0] ?? etl.queue('none')
const unavailable = () => new TidemarkError('unavailable', { publicMessage: 'The scheduler cannot be reached.', retryable: true })

/** A run whose job goes on there. */
const running = async () => (await followed(services)).runId

async function cancel(runId: string): Promise<void> {
  await cancelRun(ctx, { runId })
  services.runs.renewLeasesNow()
  await idle(services)
}

describe('the job of a run', () => {
  it('that somebody cancels is cancelled there, once', async () => {
    await cancel(await running())
    expect(await theRuns()).toMatchObject([{ state: 'cancelled', isToCancel: true }])
    await sweep(services)
    await sweep(services)
    expect(etl.cancelled).toEqual([1])
    await look(services)
    await sweep(services)
    expect(await theRuns()).toMatchObject([{ state: 'cancelled', isCancelled: true, isToCancel: false, cancelProblem: null }])
  })

  it('is cancelled there when the order is cancelled that the run stands in', async () => {
    await running()
    const { rows } = await ctx.whole.query<{ id: string }>("select id::text from reload_order where state = 'open'")
    await cancelOrder(ctx, { orderId: rows[0]?.id ?? '' })
    services.runs.renewLeasesNow()
    await idle(services)
    await sweep(services)
    expect(etl.cancelled).toEqual([1])
  })

  it('that takes longer than its flow allows is cancelled there, too', async () => {
    etl = await world.beginAnew({ timeoutMs: 10 * MINUTE_MS })
    services = worker()
    await running()
    await idle(services)
    expect(await theRuns()).toMatchObject([{ state: 'timed-out', problem: 'The run took longer than its flow allows.' }])
    await sweep(services)
    expect(etl.cancelled).toEqual([1])
  })

  it('that was started elsewhere is cancelled by somebody, and not by the limit of the flow', async () => {
    etl = await world.beginAnew({ timeoutMs: 10 * MINUTE_MS })
    services = worker()
    etl.begin(etl.queue('nightly prices'))
    await look(services)
    await sweep(services)
    await idle(services)
    await sweep(services)
    expect(await theRuns()).toMatchObject([{ state: 'timed-out', trigger: 'elsewhere', isToCancel: false }])
    expect(etl.cancelled).toEqual([])
    etl.finish(theRun())
    etl.begin(etl.queue('nightly prices'))
    await look(services)
    await sweep(services)
    const { rows } = await ctx.whole.query<{ id: string }>("select id::text from run where state = 'running'")
    await cancel(rows[0]?.id ?? '')
    await sweep(services)
    expect(etl.cancelled).toEqual([2])
  })

  it('is nowhere told anything where it has not begun', async () => {
    const { runId } = await press()
    expect(await cancelRun(ctx, { runId })).toBe('cancelled')
    await sweep(services)
    expect(await theRuns()).toMatchObject([{ state: 'cancelled', there: null, isToCancel: false }])
    expect(etl.wishes).toEqual([])
  })

  it('that may have begun when its worker was lost is found by its key, and cancelled', async () => {
    const { runId } = await press()
    await claimRun(ctx, { runId, owner: 'lost' })
    await ctx.whole.query("insert into job_of_run (run_id, connection_key, job, tried_at) values ($1, 'etl', 'nightly prices', $2)", [
      runId,
      new Date(clock.now()),
    ])
    etl.listsAfterMs = 20 * SECOND_MS
    await etl.start('nightly prices', { key: runId, since: null, triedAt: null, noteTry: async () => {} })
    await cancelRun(ctx, { runId })
    await clock.advance(2 * MINUTE_MS - 15 * SECOND_MS)
    etl.runs.forEach((run) => {
      run.madeAt = clock.now()
    })
    await ctx.whole.query('update job_of_run set tried_at = $1', [new Date(clock.now())])
    await releaseLostRuns(ctx)
    await sweep(services)
    expect(await theRuns()).toMatchObject([
      { state: 'cancelled', isCancelled: false, isToCancel: true, cancelProblem: 'Its run is looked for, since it may have begun.' },
    ])
    await clock.advance(MINUTE_MS)
    await sweep(services)
    expect(etl.cancelled).toEqual([1])
    expect(await theRuns()).toMatchObject([{ isCancelled: true, isToCancel: false, cancelProblem: null }])
  })

  it('that never began is looked for as long as a list may lag behind', async () => {
    const { runId } = await press()
    await claimRun(ctx, { runId, owner: 'lost' })
    await ctx.whole.query("insert into job_of_run (run_id, connection_key, job, tried_at) values ($1, 'etl', 'nightly prices', $2)", [
      runId,
      new Date(clock.now()),
    ])
    await cancelRun(ctx, { runId })
    await clock.advance(3 * MINUTE_MS)
    await releaseLostRuns(ctx)
    await sweep(services)
    expect(await theRuns()).toMatchObject([{ isCancelled: true, isToCancel: false, cancelProblem: 'None has begun in etl.' }])
  })

  it('is told again while its system is down, and given up after an hour', async () => {
    const runId = await running()
    etl.cancelFaults = [unavailable(), unavailable()]
    await cancel(runId)
    await sweep(services)
    expect(await theRuns()).toMatchObject([{ isCancelled: false, isToCancel: true, cancelProblem: 'The scheduler cannot be reached.' }])
    await sweep(services)
    expect(etl.cancelFaults).toHaveLength(1)
    for (let tries = 0; tries < 2; tries++) {
      await clock.advance(30 * SECOND_MS)
      await sweep(services)
    }
    expect(etl.cancelled).toEqual([1])
    expect(await theRuns()).toMatchObject([{ isCancelled: true, cancelProblem: null }])

    etl = await world.beginAnew()
    services = worker()
    etl.cancelFaults = Array.from({ length: 99 }, unavailable)
    await cancel(await running())
    for (let tries = 0; tries < 20; tries++) {
      await sweep(services)
      await clock.advance(HOUR_MS / 10)
    }
    expect(await theRuns()).toMatchObject([{ isCancelled: false, isToCancel: false, cancelProblem: 'The scheduler cannot be reached.' }])
  })

  it.each([
    [
      'that nobody may cancel',
      () => new TidemarkError('refused', { publicMessage: 'The scheduler does not let us cancel.' }),
      'The scheduler does not let us cancel.',
    ],
    ['whose system can cancel none', null, 'etl cannot be told to cancel a run: it goes on there.'],
  ])('%s goes on, and that is said', async (_, fault, words) => {
    services = worker({}, { cancels: fault !== null })
    if (fault !== null) etl.cancelFaults = [fault()]
    await cancel(await running())
    await sweep(services)
    expect(await theRuns()).toMatchObject([{ state: 'cancelled', isCancelled: false, isToCancel: false, cancelProblem: words }])
    etl.finish(theRun(), 'success', { rowsAffected: 3 })
    await look(services)
    await sweep(services)
    // What it did all the same counts as a run of its own.
    expect(await theRuns()).toMatchObject([{ state: 'cancelled' }, { state: 'completed', trigger: 'elsewhere', rows: 3 }])
  })

  it('that had ended there meanwhile is told so', async () => {
    const runId = await running()
    etl.patience = etl.requests
    etl.finish(theRun())
    await cancelRun(ctx, { runId })
    services.runs.renewLeasesNow()
    await until(() => services.runs.ids().length === 0, 0)
    await sweep(services)
    expect(await theRuns()).toMatchObject([{ state: 'cancelled', isCancelled: true, cancelProblem: 'It had ended in etl already.' }])
  })
})
