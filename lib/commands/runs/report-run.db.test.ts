import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { type ClaimedRun, claimRun } from './claim-run.ts'
import { finishRun } from './finish-run.ts'
import { releaseLostRuns } from './release-lost-runs.ts'
import { runLedger } from './report-run.ts'
import { requestRun } from './request-run.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt('2026-03-02T15:00:00Z'))
  await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
})
afterEach(() => database.drop())

async function claimed(owner = 'worker-1', runId?: string): Promise<ClaimedRun> {
  const run = await claimRun(ctx, { runId: runId ?? (await requestRun(ctx, { flow: 'course' })).runId, owner })
  if (!run) throw new Error('the run could not be claimed')
  return run
}

describe('the ledger of an attempt', () => {
  it('keeps what its tasks gave for the next attempt', async () => {
    const run = await claimed()
    const ledger = runLedger(ctx, run)
    await ledger.startTask({ name: 'fetch', at: clock.now() })
    await ledger.endTask({ name: 'fetch', at: clock.now(), state: 'completed', tries: 2, result: { terms: ['2261'], odd: 'a\0b' } })
    await ledger.startTask({ name: 'load', at: clock.now() })
    await clock.advance(30_001)
    await releaseLostRuns(ctx)
    const again = await claimed('worker-2', run.runId)
    expect(await runLedger(ctx, again).storedResults()).toEqual(new Map([['fetch', { terms: ['2261'], odd: 'a\uFFFDb' }]]))
    const { rows } = await ctx.pool.query('select name, state, tries, problem from run_task order by id')
    expect(rows).toEqual([
      { name: 'fetch', state: 'completed', tries: 2, problem: null },
      { name: 'load', state: 'failed', tries: 1, problem: 'The worker was lost.' },
    ])
  })

  it('keeps a task’s waits for another try, and what it gave in the end', async () => {
    const run = await claimed()
    const ledger = runLedger(ctx, run)
    const at = clock.now()
    await ledger.startTask({ name: 'fetch', at })
    await ledger.taskWaits({ name: 'fetch', at, tries: 1, until: at + 2000, problem: 'The source is busy.' })
    await ledger.taskWaits({ name: 'fetch', at: at + 3000, tries: 2, until: at + 7000, problem: 'The source is still busy.' })
    const look = async () => (await ctx.pool.query('select state, tries, problem, detail from run_task')).rows[0]
    const waits = [
      { from: at, until: at + 2000 },
      { from: at + 3000, until: at + 7000 },
    ]
    expect(await look()).toEqual({ state: 'running', tries: 2, problem: 'The source is still busy.', detail: { waits } })
    await ledger.endTask({ name: 'fetch', at: at + 8000, state: 'completed', tries: 3, result: ['2261'] })
    expect(await look()).toEqual({ state: 'completed', tries: 3, problem: null, detail: { waits, result: ['2261'] } })
    expect(await ledger.storedResults()).toEqual(new Map([['fetch', ['2261']]]))
  })

  it('refuses everything from an attempt that no longer holds the run', async () => {
    const run = await claimed()
    const stale = runLedger(ctx, run)
    await stale.startTask({ name: 'load', at: clock.now() })
    await clock.advance(30_001)
    await releaseLostRuns(ctx)
    await claimed('worker-2', run.runId)
    const at = clock.now()
    const writes = [
      () => stale.startTask({ name: 'more', at }),
      () => stale.endTask({ name: 'load', at, state: 'completed', tries: 1, result: 1 }),
      () => stale.taskWaits({ name: 'load', at, tries: 1, until: at, problem: 'p' }),
      () => stale.log([{ at, level: 'info', message: 'still here' }]),
      () => stale.reject([{ at, task: 'load', key: 'k', reason: 'r' }]),
      () => stale.progress({ done: 1, total: 2, etaAt: null }),
      () => stale.waiting('words'),
    ]
    for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 'fenced' })
    const { rows } = await ctx.pool.query(
      'select (select count(*) from run_log) + (select count(*) from run_rejection) + (select count(*) from run_task) as n',
    )
    expect(rows).toEqual([{ n: '1' }])
  })

  it('counts a refused row once, however often it is refused', async () => {
    const run = await claimed()
    const ledger = runLedger(ctx, run)
    const row = { at: clock.now(), task: 'load', key: '2261/CS/111', reason: 'no title', row: { 'b\0ad': 'x\0' } }
    await ledger.reject([row, { ...row, reason: 'still no title' }])
    await ledger.reject([row])
    expect(await ledger.rejectedCount()).toBe(1)
    await finishRun(ctx, { ...run, state: 'partial', rowsLoaded: 0, report: null, problem: null, internalProblem: null })
    const { rows } = await ctx.pool.query('select rows_rejected from run')
    expect(rows).toEqual([{ rows_rejected: '1' }])
  })
})
