import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import probeConnection from '#jobs/kinds/probe-connection.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import type { Connector, Observation } from '#lib/connectors/kit/connector.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aCatalogue, aDeadline, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { PretendScheduler, schedulerConnector } from '#lib/testing/connectors/pretend-scheduler.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { spansOf } from '#lib/testing/history/state-world.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { collectRuns } from './collect-runs.ts'

const START = Date.parse('2026-11-20T05:00:00Z')
let database: TestDatabase
let clock: FakeClock
let ctx: Context
let scheduler: PretendScheduler

beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  scheduler = new PretendScheduler(() => clock.now())
  const orders = anAsset('orders', { policies: [aDeadline()], blindAfterMs: null, job: 'cloud/nightly' })
  const catalogue = aCatalogue([orders, anAsset('seen', { connection: 'cloud', policies: [{ kind: 'none' }] })])
  const lake = { kind: 'test', identity: { names: ['db'], case: 'lower' } }
  const document = { connections: { cloud: { kind: 'test', token: '${TOKEN}' }, lake } }
  await syncCatalogue(ctx, { catalogue, document, hash: 'h', schema: {} })
})
afterEach(() => database.drop())

const round = async (connectors: Map<string, Connector> = schedulerConnector(scheduler)) => {
  await ctx.pool.query('update connection_state set next_probe_at = $1', [new Date(clock.now())])
  await probeConnection.run(testServices(ctx, { connectors, lookup: () => 'hunter2' }), { connection: 'cloud', isAlive: true })
}
const later = (ms: number) => clock.set(clock.now() + ms)
const states = async () => {
  const { rows } = await ctx.pool.query<{ text: string }>(
    `select external_id || ' ' || state as text from external_run order by external_id::int`,
  )
  return rows.map(({ text }) => text)
}
const connection = async () => {
  const sql = "select runs_asked_at, runs_through, runs_problem, failures, problem from connection_state where key = 'cloud'"
  return (await ctx.pool.query(sql)).rows[0]
}

describe('the runs of a scheduler', () => {
  it('are followed from the queue to their end, page by page', async () => {
    const runs = Array.from({ length: 8 }, () => scheduler.queue('nightly', START))
    const [first] = runs
    await round()
    expect(await states()).toEqual(runs.map(({ number }) => `${number} scheduled`))
    expect(scheduler.requests).toBe(3)
    later(5 * MINUTE_MS)
    for (const run of runs) scheduler.begin(run)
    await round()
    later(5 * MINUTE_MS)
    for (const run of runs) scheduler.finish(run, run === first ? 'error' : 'success', { message: run === first ? 'No space left.' : null })
    await round()
    expect(await states()).toEqual(['1 failed', ...runs.slice(1).map(({ number }) => `${number} completed`)])
    expect((await spansOf(ctx, 'lake/orders')).at(-1)).toMatch(/^fresh\//)
    const { rows } = await ctx.pool.query('select error, url from external_run where external_id = $1', ['1'])
    expect(rows).toEqual([{ error: 'No space left.', url: 'https://scheduler.example/runs/1' }])
  })

  it('are asked for from a month ago at first, then from a little before the last end, and from the beginning of one that goes on', async () => {
    scheduler.finish(scheduler.begin(scheduler.queue('nightly')))
    await round()
    later(DAY_MS)
    await round()
    scheduler.begin(scheduler.queue('nightly'))
    await round()
    later(6 * HOUR_MS)
    scheduler.finish(scheduler.begin(scheduler.queue('other')))
    await round()
    later(MINUTE_MS)
    await round()
    expect(scheduler.asked.map((since) => (START - since) / HOUR_MS)).toEqual([30 * 24, 1, 1, 1, -24])
  })

  it('that were told before the scheduler asks to come back later stand, and the rest comes from the same instant again', async () => {
    for (let n = 0; n < 8; n += 1) scheduler.finish(scheduler.begin(scheduler.queue('nightly')))
    scheduler.patience = 1
    await round()
    expect(await states()).toEqual(['6 completed', '7 completed', '8 completed'])
    expect(await connection()).toMatchObject({
      runs_through: null,
      failures: 1,
      runs_problem: 'The scheduler asks us to come back later (HTTP 429).',
    })
    scheduler.patience = null
    later(MINUTE_MS)
    await round()
    expect(await states()).toHaveLength(8)
    expect(await connection()).toMatchObject({ runs_through: new Date(START), failures: 0, runs_problem: null, problem: null })
  })

  it('that cannot be listed are no reason to say that a connection is down whose assets were seen', async () => {
    scheduler.patience = 0
    const seen: Observation = {
      ...{ ok: true, assetKey: 'cloud/seen', readings: [], rows: null, state: null, warnings: [] },
      evidence: { method: 'metadata', strength: 'strong', detail: '', costMs: 1 },
    }
    await round(
      schedulerConnector(scheduler, async function* () {
        yield seen
      }),
    )
    expect(await connection()).toMatchObject({ failures: 0, problem: null, runs_problem: expect.stringContaining('429') })
  })

  it('tell, where nothing else is looked at, that the connection lets us in again', async () => {
    for (let n = 0; n < 3; n += 1) {
      later(10 * MINUTE_MS)
      await recordUnreachable(ctx, 'cloud', clock.now(), 'No answer.')
    }
    await round()
    expect(await connection()).toMatchObject({ failures: 0, problem: null })
    expect((await ctx.pool.query('select from blind where to_at is null')).rowCount).toBe(0)
  })

  it('that are begun again under their number go on, and those that were deleted do not', async () => {
    const [again, deleted] = [scheduler.begin(scheduler.queue('nightly')), scheduler.begin(scheduler.queue('nightly'))]
    scheduler.finish(again, 'error')
    await round()
    scheduler.retry(again)
    scheduler.delete(deleted)
    later(MINUTE_MS)
    await round()
    expect(await states()).toEqual(['1 running', '2 running'])
    later(MINUTE_MS)
    scheduler.finish(again)
    await round()
    expect(await states()).toEqual(['1 completed', '2 cancelled'])
  })

  it.each([20 * MINUTE_MS, -20 * MINUTE_MS])(
    'are all heard of though its clock is off by %d ms, and none from the future is judged',
    async (aheadMs) => {
      scheduler.aheadMs = aheadMs
      for (let n = 0; n < 5; n += 1) {
        later(HOUR_MS)
        scheduler.finish(scheduler.begin(scheduler.queue('nightly')))
        await round()
      }
      expect(await states()).toHaveLength(5)
      expect((await spansOf(ctx, 'lake/orders')).at(-1)).toMatch(/^fresh\//)
      expect((await ctx.pool.query('select from arrival where at > recorded_at')).rowCount).toBe(0)
    },
  )

  it('are of the asset that is called as they say what they wrote is called, and of no other', async () => {
    await ctx.pool.query(
      `insert into found_asset (connection_key, path, kind, name, found_at, changed_at, labels)
       select 'cloud', 'model.' || name, 'table', name, now(), now(), jsonb_build_object('relation', '"db"."' || name || '"') from unnest(array['orders', 'other']) name`,
    )
    scheduler.finish(scheduler.begin(scheduler.queue('nightly')), 'success', { touched: ['model.other'] })
    await round()
    expect((await ctx.pool.query('select from arrival')).rowCount).toBe(0)
    scheduler.finish(scheduler.begin(scheduler.queue('nightly')), 'success', { touched: ['model.other', 'model.orders'] })
    await round()
    expect((await ctx.pool.query('select writes from external_run order by external_id')).rows).toEqual([
      { writes: ['model.other'] },
      { writes: ['model.other', 'model.orders', 'lake/orders'] },
    ])
    expect((await spansOf(ctx, 'lake/orders')).at(-1)).toMatch(/^fresh\//)
  })

  it('keep no secret of the connection in what they say', async () => {
    scheduler.finish(scheduler.begin(scheduler.queue('nightly')), 'error', { message: 'Token hunter2 was refused.' })
    await round()
    expect((await ctx.pool.query('select error from external_run')).rows).toEqual([{ error: expect.not.stringContaining('hunter2') }])
  })
})

it('is no problem of the connection when the worker stops in the midst of asking; what came before is kept', async () => {
  const stop = new AbortController()
  const asked = async function* () {
    yield* [1, 2].map((id) => ({
      job: 'nightly',
      externalId: `${id}`,
      attempt: 1,
      state: 'running' as const,
      scheduledAt: null,
      startedAt: START,
      endedAt: null,
      error: null,
      rows: null,
      url: null,
    }))
    stop.abort()
    throw stop.signal.reason
  }
  await expect(collectRuns(testServices(ctx), 'cloud', asked, { signal: stop.signal, onHeard: () => {} })).rejects.toThrow('aborted')
  expect(await states()).toEqual(['1 running', '2 running'])
  expect(await connection()).toMatchObject({ runs_asked_at: null, runs_problem: null })
})
