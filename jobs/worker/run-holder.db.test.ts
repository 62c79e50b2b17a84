import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cancelRun } from '#lib/commands/runs/cancel-run.ts'
import { claimRun } from '#lib/commands/runs/claim-run.ts'
import { releaseLostRuns } from '#lib/commands/runs/release-lost-runs.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import { listen } from '#lib/db/listen.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import { deferred, FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { testFlow, testServices } from '#lib/testing/runs/job-services.ts'
import type { JobServices } from './job-kind.ts'
import { planSweep } from './sweeps.ts'

const result: FlowResult = { rowsLoaded: 2, rowsSeen: 10, summary: { terms: 1 } }
let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeEach(async () => {
  database = await createTestDatabase()
  clock = new FakeClock('2026-03-01T07:00:00Z')
  ctx = database.context(clock)
  await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
})
afterEach(() => database.drop())

function worker(run: (ctx: FlowContext<unknown>) => Promise<FlowResult>, more: Partial<JobServices> = {}): JobServices {
  return testServices(ctx, { flows: testFlow(run), lakeUrl: database.url, ...more })
}

async function start(services: JobServices): Promise<string> {
  const { runId } = await requestRun(ctx, { flow: 'course' })
  const claimed = await claimRun(ctx, { runId, owner: services.workerId })
  if (!claimed) throw new Error('not claimed')
  services.runs.start(services, claimed)
  return runId
}

const stateOf = async (id: string) =>
  (await ctx.pool.query('select state, attempt, problem, summary, rows_loaded from run where id = $1', [id])).rows[0]

async function idle(services: JobServices): Promise<void> {
  while (services.runs.ids().length > 0) await ctx.pool.query('select pg_sleep(0.01)')
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('a run that a worker holds', () => {
  it('is executed to its end, which is written down', async () => {
    const services = worker(async () => result)
    const id = await start(services)
    await idle(services)
    expect(await stateOf(id)).toMatchObject({ state: 'completed', rows_loaded: '2', summary: { rowsSeen: 10, counts: { terms: 1 } } })
  })

  it('begins in the sweep that finds it ready; what a worker has no room for goes to the others through the queue', async () => {
    const sent: string[] = []
    const queue = { send: async (kind: string) => void sent.push(kind), stop: async () => {} }
    const services = worker(async () => result)
    const { runId } = await requestRun(ctx, { flow: 'course' })
    await planSweep(services, queue)
    expect(services.runs.ids()).toEqual([runId])
    await idle(services)
    expect(await stateOf(runId)).toMatchObject({ state: 'completed' })
    await services.runs.stop(async () => {})
    await clock.advance(1000)
    await requestRun(ctx, { flow: 'course' })
    await planSweep(services, queue)
    expect(sent).toEqual(['run-flow'])
  })

  it('fails in words when nobody named a lake', async () => {
    const services = worker(async () => result, { lakeUrl: undefined })
    const id = await start(services)
    await idle(services)
    expect(await stateOf(id)).toMatchObject({ state: 'failed', problem: expect.stringContaining('LAKE_DATABASE_URL') })
  })

  it('fails in words when its flow is not there', async () => {
    const services = worker(async () => result, { flows: new Map() })
    const id = await start(services)
    await idle(services)
    expect(await stateOf(id)).toMatchObject({ state: 'failed', problem: 'There is no flow "course" in the catalogue.' })
  })

  it('keeps its lease for as long as it runs', async () => {
    const running = deferred()
    const over = deferred()
    const services = worker(async () => {
      running.resolve()
      await over.promise
      return result
    })
    const id = await start(services)
    await running.promise
    for (let i = 0; i < 6; i++) {
      await clock.advance(10_000)
      await ctx.pool.query('select pg_sleep(0.05)')
      expect(await releaseLostRuns(ctx)).toEqual([])
    }
    over.resolve()
    await idle(services)
    expect((await stateOf(id)).state).toBe('completed')
  })

  it('stops as soon as somebody cancels it', async () => {
    const running = deferred()
    const services = worker(async ({ signal }) => {
      running.resolve()
      return untilAborted(signal)
    })
    const id = await start(services)
    await running.promise
    await cancelRun(ctx, { runId: id })
    services.runs.renewLeasesNow()
    await idle(services)
    expect(await stateOf(id)).toMatchObject({ state: 'cancelled', problem: 'The run was cancelled.' })
  })

  it('learns that it was cancelled while it waits to be tried again, long before the next renewal of its lease', async () => {
    const busy = new TidemarkError('unavailable', { publicMessage: 'The source is busy.', retryable: true })
    const services = worker(async ({ task }) => {
      await task('fetch', { retries: 3, backoffMs: 3_600_000 }, () => Promise.reject(busy))
      return result
    })
    const deaf = new AbortController()
    const listening = deferred()
    const onRequest = () => {
      services.runs.renewLeasesNow()
      listening.resolve()
    }
    const ended = listen(ctx, deaf.signal, { onChange: () => {}, onRequest })
    await listening.promise
    const id = await start(services)
    const waits = 'select 1 from run where waiting_for is not null and id = $1'
    while ((await ctx.pool.query(waits, [id])).rowCount === 0) await ctx.pool.query('select pg_sleep(0.01)')
    await cancelRun(ctx, { runId: id })
    await idle(services)
    expect(await stateOf(id)).toMatchObject({ state: 'cancelled', problem: 'The run was cancelled.' })
    const { rows } = await ctx.pool.query('select t.state, waiting_for from run_task t join run on run.id = run_id')
    expect(rows).toEqual([{ state: 'cancelled', waiting_for: null }])
    deaf.abort()
    await ended
  })

  it('writes no end once another worker has it', async () => {
    const running = deferred()
    const services = worker(async ({ signal }) => {
      running.resolve()
      return untilAborted(signal)
    })
    const id = await start(services)
    await running.promise
    await ctx.pool.query("update run set lease_until = $2::timestamptz - interval '1 second' where id = $1", [id, new Date(clock.now())])
    await releaseLostRuns(ctx)
    const other = await claimRun(database.context(clock), { runId: id, owner: 'other' })
    expect(other?.attempt).toBe(2)
    services.runs.renewLeasesNow()
    await idle(services)
    expect(await stateOf(id)).toMatchObject({ state: 'running', attempt: 2 })
  })

  it('is handed back when the worker stops', async () => {
    const running = deferred()
    const services = worker(async ({ signal }) => {
      running.resolve()
      return untilAborted(signal)
    })
    const id = await start(services)
    await running.promise
    await services.runs.stop(async () => {})
    expect(await stateOf(id)).toMatchObject({ state: 'scheduled', attempt: 1 })
    expect(services.runs.hasRoom()).toBe(false)
  })

  it('may finish when it is about to, although the worker stops', async () => {
    const services = worker(async () => result)
    const id = await start(services)
    await services.runs.stop(() => new Promise(() => {}))
    expect((await stateOf(id)).state).toBe('completed')
  })
})
