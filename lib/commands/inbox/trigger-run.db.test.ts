import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { claimRun } from '#lib/commands/runs/claim-run.ts'
import { planRuns } from '#lib/commands/runs/plan-runs.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { fileFlow } from '#lib/testing/runs/file-flow.ts'
import { acceptFiles } from './accept-files.ts'
import { triggerRun } from './trigger-run.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt('2026-11-30T12:00:00Z'))
  await fileFlow(ctx, 'prices', { debounceMs: 2 * MINUTE_MS })
})
afterAll(() => database.drop())
beforeEach(() => ctx.pool.query('delete from run'))

const push = (flow = 'prices') => withTransaction(ctx, (sql) => triggerRun(sql, clock.now(), { flow, trigger: 'push', body: null }))
const pass = (ms: number) => clock.set(clock.now() + ms)

it('whatever comes again before it was quiet is one run, which begins when it is', async () => {
  const first = await push()
  expect(first).toMatchObject({ isJoined: false })
  pass(MINUTE_MS)
  expect(await push()).toEqual({ runId: first?.runId, isJoined: true })
  pass(MINUTE_MS)
  expect((await planRuns(ctx)).ready).toEqual([])
  pass(MINUTE_MS)
  expect((await planRuns(ctx)).ready).toEqual([{ runId: first?.runId, flow: 'prices' }])
})

it('what comes while a run goes on has one more after it', async () => {
  await push()
  pass(2 * MINUTE_MS)
  const [ready] = (await planRuns(ctx)).ready
  await claimRun(ctx, { runId: ready?.runId ?? '', owner: 'w' })
  const [next, again] = [await push(), await push()]
  expect(next).toMatchObject({ isJoined: false })
  expect(again).toEqual({ runId: next?.runId, isJoined: true })
  pass(5 * MINUTE_MS)
  expect((await planRuns(ctx)).ready).toEqual([])
})

it('what comes outside of the hours of a flow is one run, which begins with them', async () => {
  const when = { days: [1, 2, 3, 4, 5, 6, 7], from: '23:00', to: '04:00', zone: 'UTC' }
  await fileFlow(ctx, 'nightly', { debounceMs: MINUTE_MS, when })
  const first = await push('nightly')
  pass(MINUTE_MS)
  expect(await push('nightly')).toEqual({ runId: first?.runId, isJoined: true })
  const { rows } = await ctx.pool.query('select scheduled_for from run')
  expect(rows).toEqual([{ scheduled_for: new Date('2026-11-30T23:00:00Z') }])
})

it('what did not come to begin within the hours of a flow begins with the next ones, unless somebody wants it at once', async () => {
  await fileFlow(ctx, 'daily', { when: { days: [1, 2, 3, 4, 5, 6, 7], from: '11:00', to: '13:00', zone: 'UTC' } })
  const first = await push('daily')
  await claimRun(ctx, { runId: first?.runId ?? '', owner: 'w' })
  const next = await push('daily')
  clock.set(Date.parse('2026-11-30T13:00:00Z'))
  await ctx.pool.query("update run set state = 'completed', ended_at = $2, lease_owner = null where id = $1", [
    first?.runId,
    new Date(clock.now()),
  ])
  expect((await planRuns(ctx)).ready).toEqual([])
  const { rows } = await ctx.pool.query('select scheduled_for from run where id = $1', [next?.runId])
  expect(rows).toEqual([{ scheduled_for: new Date('2026-12-01T11:00:00Z') }])
  await requestRun(ctx, { flow: 'daily' })
  expect((await planRuns(ctx)).ready).toEqual([{ runId: next?.runId, flow: 'daily' }])
})

it('files that wait for a flow ask for it within its hours', async () => {
  await fileFlow(ctx, 'early', { when: { days: [2], from: '06:00', to: '06:30', zone: 'UTC' } })
  const file = { bucket: 'shop', key: 'a', version: '1', bytes: 1, at: clock.now(), sequencer: null, change: 'written' as const }
  await acceptFiles(ctx, 'early', 'bucket', [file])
  const readyAt = async (time: string) => {
    clock.set(Date.parse(`2026-12-01T${time}Z`))
    return (await planRuns(ctx)).ready.length
  }
  expect(await readyAt('05:59')).toBe(0)
  expect(await readyAt('06:00')).toBe(1)
  await ctx.pool.query('delete from run')
  expect(await readyAt('06:30')).toBe(0)
})

it('whoever asks for a run gets the one that waits until it is quiet, at once', async () => {
  const waits = await push()
  const { runId, isJoined } = await requestRun(ctx, { flow: 'prices' })
  expect({ runId, isJoined }).toEqual({ runId: waits?.runId, isJoined: true })
  expect((await planRuns(ctx)).ready).toEqual([{ runId, flow: 'prices' }])
})

it('a flow that is not in the catalogue is not asked for', async () => {
  await expect(push('nobody')).rejects.toMatchObject({ code: 'not-found' })
})
