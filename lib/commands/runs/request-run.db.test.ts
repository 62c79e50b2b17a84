import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { getRunView } from '#lib/queries/runs/run-view.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow, runsOf } from '#lib/testing/runs/flow-rows.ts'
import { cancelRun } from './cancel-run.ts'
import { claimRun } from './claim-run.ts'
import { planRuns } from './plan-runs.ts'
import { requestRun } from './request-run.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt('2026-03-02T15:00:00Z'))
  await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
})
afterEach(() => database.drop())

const ask = (parameters: Record<string, unknown> = {}) => requestRun(ctx, { flow: 'course', parameters })

async function begin(parameters: Record<string, unknown> = {}): Promise<string> {
  const { runId } = await ask(parameters)
  await claimRun(ctx, { runId, owner: 'w1' })
  await clock.advance(1000)
  return runId
}

describe('a second order while a run goes on', () => {
  it('is refused in words and names the run that does the same', async () => {
    const runId = await begin()
    await expect(ask()).rejects.toMatchObject({
      code: 'conflict',
      runId,
      publicMessage: 'A run of course that does the same goes on already. When it has ended, ask again.',
    })
    await expect(ask({ fromCatalogue: true, dryRun: false })).rejects.toMatchObject({ runId })
    expect(await runsOf(ctx, 'course')).toHaveLength(1)
  })

  it('is refused while the run of the schedule goes on, too', async () => {
    await planRuns(ctx)
    clock.set('2026-03-03T07:00:00Z')
    const [ready] = (await planRuns(ctx)).ready
    const runId = ready?.runId ?? ''
    await claimRun(ctx, { runId, owner: 'w1' })
    await expect(ask()).rejects.toMatchObject({ code: 'conflict', runId })
  })

  it('that is told something else waits, and says for which', async () => {
    const runId = await begin({ terms: ['2267', '2261'] })
    const second = await ask({ terms: ['2271'] })
    expect(second.waitsFor).toBe(runId)
    expect(await getRunView(ctx, second.runId)).toMatchObject({ waitingFor: 'Waits for another run of this flow.', waitsForRun: runId })
    await expect(ask({ terms: ['2261', '2267'] })).rejects.toMatchObject({ runId })
    await expect(ask({ terms: ['2271'] })).rejects.toMatchObject({ runId: second.runId, publicMessage: /has been asked for already/ })
  })

  it('waits for one that is being cancelled, and for nothing when nothing goes on', async () => {
    const runId = await begin()
    await cancelRun(ctx, { runId })
    expect((await ask()).waitsFor).toBe(runId)
    await ctx.pool.query("update run set state = 'cancelled', ended_at = $1", [new Date(clock.now())])
    expect((await ask()).waitsFor).toBeNull()
  })

  it('does not pile up without end', async () => {
    await begin()
    for (let term = 0; term < 20; term += 1) await ask({ terms: [String(term)] })
    await expect(ask({ terms: ['one more'] })).rejects.toMatchObject({ code: 'conflict', publicMessage: /^20 runs of course wait already/ })
  })
})

it('a flow that nobody can have is refused as one that is not there, however long its name', async () => {
  const asked = requestRun(ctx, { flow: 'x'.repeat(1000), parameters: {} })
  await expect(asked).rejects.toMatchObject({ code: 'not-found' })
})
