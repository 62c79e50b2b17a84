import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow, runsOf } from '#lib/testing/runs/flow-rows.ts'
import { cancelRun } from './cancel-run.ts'
import { type ClaimedRun, claimRun, renewLease } from './claim-run.ts'
import { finishRun, handBackRun, type RunEnding } from './finish-run.ts'
import { planRuns } from './plan-runs.ts'
import { releaseLostRuns } from './release-lost-runs.ts'
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
  const run = await claimRun(ctx, {
    runId: runId ?? (await requestRun(ctx, { flow: 'course', parameters: { terms: ['2261'] } })).runId,
    owner,
  })
  if (!run) throw new Error('the run could not be claimed')
  return run
}

const ending = (run: ClaimedRun, more: Partial<RunEnding> = {}): RunEnding => ({
  runId: run.runId,
  fence: run.fence,
  state: 'completed',
  rowsLoaded: 3,
  report: { rowsSeen: 10, counts: { new: 3 }, rowsByAsset: {}, incomplete: null },
  problem: null,
  internalProblem: null,
  ...more,
})
const stateOf = async (runId: string) => (await ctx.pool.query('select * from run where id = $1', [runId])).rows[0]

describe('claiming', () => {
  it('gives a run to exactly one of many workers', async () => {
    const { runId } = await requestRun(ctx, { flow: 'course' })
    const others = Array.from({ length: 3 }, () => database.context(clock))
    const claims = await Promise.all([ctx, ...others].flatMap((c) => [1, 2].map((n) => claimRun(c, { runId, owner: `w${n}` }))))
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1)
    expect(await stateOf(runId)).toMatchObject({ state: 'running', attempt: 1 })
  })

  it('gives a worker what it needs, the run’s own parameters over the catalogue’s', async () => {
    const run = await claimed()
    expect(run).toMatchObject({
      flow: 'course',
      attempt: 1,
      parameters: { fromCatalogue: true, terms: ['2261'] },
      timeoutMs: 4 * 3_600_000,
    })
    expect(run.leaseUntil).toBe(clock.now() + 30_000)
  })

  it('counts the fence up with every claim of any run', async () => {
    await insertFlow(ctx, { name: 'other', cron: '0 3 * * *' })
    const first = await claimed()
    const second = await claimed('worker-1', (await requestRun(ctx, { flow: 'other' })).runId)
    expect(second.fence).toBeGreaterThan(first.fence)
  })

  it('lets one run per flow run at a time, even when two are claimed at once', async () => {
    await planRuns(ctx)
    clock.set('2026-03-03T07:00:00Z')
    await requestRun(ctx, { flow: 'course' })
    const { ready } = await planRuns(ctx)
    expect(ready).toHaveLength(2)
    // Nobody can write yet: both have looked whether another run is on before one of them is.
    const holder = await ctx.pool.connect()
    await holder.query('begin; lock table run in share mode')
    const claims = ready.map(({ runId }, n) => claimRun(database.context(clock), { runId, owner: `w${n}` }))
    const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    while ((await ctx.pool.query(waiting)).rowCount !== 2);
    await holder.query('commit').finally(() => holder.release())
    expect((await Promise.all(claims)).filter((claim) => claim !== null)).toHaveLength(1)
  })

  it('is refused before its time and after its end', async () => {
    await planRuns(ctx)
    const [next] = await runsOf(ctx, 'course')
    expect(await claimRun(ctx, { runId: next?.id ?? '', owner: 'w' })).toBeNull()
    const run = await claimed()
    await finishRun(ctx, ending(run))
    expect(await claimRun(ctx, { runId: run.runId, owner: 'w' })).toBeNull()
  })
})

describe('a lease', () => {
  it('holds while it is renewed', async () => {
    const run = await claimed()
    for (let i = 0; i < 10; i++) {
      await clock.advance(10_000)
      expect(await renewLease(ctx, run)).toEqual({ leaseUntil: clock.now() + 30_000, cancelled: false })
      expect(await releaseLostRuns(ctx)).toEqual([])
    }
  })

  it('that runs out means crashed, and the same run goes on as its next attempt', async () => {
    const run = await claimed()
    await clock.advance(30_001)
    expect(await releaseLostRuns(ctx)).toEqual([{ runId: run.runId, flow: 'course', attempt: 1, state: 'crashed' }])
    const again = await claimed('worker-2', run.runId)
    expect(again).toMatchObject({ runId: run.runId, attempt: 2, startedAt: run.startedAt })
    expect(again.fence).toBeGreaterThan(run.fence)
    expect(await renewLease(ctx, run)).toBeNull()
  })

  it('expires once, whoever looks', async () => {
    await claimed()
    await clock.advance(30_001)
    const found = await Promise.all([releaseLostRuns(ctx), releaseLostRuns(database.context(clock)), releaseLostRuns(ctx)])
    expect(found.flat()).toHaveLength(1)
  })

  it('is given up after the fifth attempt', async () => {
    let run = await claimed()
    for (let attempt = 1; attempt < 5; attempt++) {
      await clock.advance(30_001)
      await releaseLostRuns(ctx)
      run = await claimed('worker', run.runId)
    }
    expect(run.attempt).toBe(5)
    await clock.advance(30_001)
    expect(await releaseLostRuns(ctx)).toMatchObject([{ state: 'failed' }])
    expect(await stateOf(run.runId)).toMatchObject({ state: 'failed', problem: 'The worker was lost in each of 5 attempts.' })
  })

  it('comes back with a run that was handed back, without counting as a crash', async () => {
    const run = await claimed()
    expect(await handBackRun(ctx, run)).toBe(true)
    expect(await stateOf(run.runId)).toMatchObject({ state: 'scheduled', lease_owner: null })
    expect((await planRuns(ctx)).ready.map((ready) => ready.runId)).toContain(run.runId)
    expect(await claimed('worker-2', run.runId)).toMatchObject({ attempt: 2 })
  })
})

describe('the end of a run', () => {
  it('is written by the attempt that holds it', async () => {
    const run = await claimed()
    expect(await finishRun(ctx, ending(run))).toBe(true)
    expect(await stateOf(run.runId)).toMatchObject({
      state: 'completed',
      rows_loaded: '3',
      rows_rejected: '0',
      lease_until: null,
      lease_owner: null,
    })
  })

  it('cannot be written by an older attempt, nor twice', async () => {
    const run = await claimed()
    await clock.advance(30_001)
    await releaseLostRuns(ctx)
    const again = await claimed('worker-2', run.runId)
    expect(await finishRun(ctx, ending(run, { state: 'failed' }))).toBe(false)
    expect(await finishRun(ctx, ending(again))).toBe(true)
    expect(await finishRun(ctx, ending(again, { state: 'failed' }))).toBe(false)
    expect((await stateOf(run.runId)).state).toBe('completed')
  })

  it('carries its outcome over even when the worker died right after writing it', async () => {
    const run = await claimed()
    await ctx.pool.query("update run set state = 'completed', ended_at = $2 where id = $1", [run.runId, new Date(clock.now())])
    await clock.advance(61_000)
    await releaseLostRuns(ctx)
    expect((await stateOf(run.runId)).lease_owner).toBeNull()
  })
})

describe('cancelling', () => {
  it('ends a run that has not begun at once', async () => {
    const { runId } = await requestRun(ctx, { flow: 'course' })
    expect(await cancelRun(ctx, { runId })).toBe('cancelled')
    expect(await stateOf(runId)).toMatchObject({ state: 'cancelled' })
  })

  it('tells the worker of a running one at its next look', async () => {
    const run = await claimed()
    expect(await cancelRun(ctx, { runId: run.runId })).toBe('cancelling')
    expect(await renewLease(ctx, run)).toMatchObject({ cancelled: true })
  })

  it('is not forgotten when the worker dies meanwhile', async () => {
    const run = await claimed()
    await cancelRun(ctx, { runId: run.runId })
    await clock.advance(30_001)
    expect(await releaseLostRuns(ctx)).toMatchObject([{ state: 'cancelled' }])
  })

  it('comes too late for an ended run', async () => {
    const run = await claimed()
    await finishRun(ctx, ending(run))
    await expect(cancelRun(ctx, { runId: run.runId })).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('asking for a run', () => {
  it('is refused for a flow that is not in the catalogue', async () => {
    await expect(requestRun(ctx, { flow: 'nothing' })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('is refused at once when the flow takes no such parameter or value', async () => {
    await ctx.pool.query("insert into catalogue_version (hash, document, schema, accepted_at) values ('1', $1, '{}', now())", [
      JSON.stringify({ flows: { course: { extract: { from: 'a/b' }, load: { into: 'lake/c.d' } } } }),
    ])
    const problemOf = (parameters: Record<string, unknown>) =>
      requestRun(ctx, { flow: 'course', parameters }).then(
        () => null,
        ({ code, publicMessage }) => [code, publicMessage],
      )
    expect(await problemOf({ term: 1 })).toEqual(['invalid', expect.stringContaining('no parameter term')])
    expect(await problemOf({ shrinkRatio: 7 })).toEqual(['invalid', expect.stringContaining('shrinkRatio: Too big')])
    expect((await ctx.pool.query('select 1 from run')).rowCount).toBe(0)
    expect(await problemOf({ shrinkRatio: 0.7 })).toBeNull()
    await ctx.pool.query('truncate catalogue_version')
  })

  it('is refused while one that was asked for has not begun', async () => {
    await requestRun(ctx, { flow: 'course' })
    await expect(requestRun(ctx, { flow: 'course' })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is taken again at the very moment the one before was called off', async () => {
    const first = await requestRun(ctx, { flow: 'course' })
    await cancelRun(ctx, first)
    const second = await requestRun(ctx, { flow: 'course' })
    expect(second.runId).not.toBe(first.runId)
    expect(await stateOf(second.runId)).toMatchObject({ state: 'scheduled' })
  })

  it('does not wait for another flow', async () => {
    await insertFlow(ctx, { name: 'late', cron: '0 3 * * *', after: ['course'] })
    await planRuns(ctx)
    expect(await claimed('w', (await requestRun(ctx, { flow: 'late' })).runId)).toMatchObject({ attempt: 1 })
  })
})
