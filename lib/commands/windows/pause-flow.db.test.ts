import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimRun } from '#lib/commands/runs/claim-run.ts'
import { planRuns } from '#lib/commands/runs/plan-runs.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import { getChangeSequence } from '#lib/queries/changes/change-sequence.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow, runsOf } from '#lib/testing/runs/flow-rows.ts'
import { endPauses } from './close-window.ts'
import { openWindow } from './open-window.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt('2026-03-02T15:00:00Z'))
  await insertFlow(ctx, { name: 'course', cron: '0 2 * * *' })
  await planRuns(ctx)
})
afterEach(() => database.drop())

const COURSE = { kind: 'flow' as const, key: 'course' }
const pause = (to: number | null = null) =>
  openWindow(ctx, { subject: COURSE, kind: 'paused', from: clock.now(), to, note: 'The source moves house.' })
const states = async () => (await runsOf(ctx, 'course')).map((run) => `${run.trigger} ${run.at} ${run.state}`)

async function planAt(at: string) {
  clock.set(at)
  return planRuns(ctx)
}

describe('a flow whose pause is announced', () => {
  it('goes on until then, and a pause that has begun ends without taking the announced one back', async () => {
    const ahead = Date.parse('2026-03-05T12:00Z')
    await openWindow(ctx, { subject: COURSE, kind: 'paused', from: ahead, to: null, note: null })
    await planRuns(ctx)
    expect(await states()).toEqual(['schedule 2026-03-03T07:00 scheduled'])
    await pause()
    await clock.advance(1000)
    await endPauses(ctx, { ...COURSE, name: 'The flow course' })
    const kept = await ctx.pool.query('select from_at from maintenance_window where to_at is null')
    expect(kept.rows).toEqual([{ from_at: new Date(ahead) }])
    await endPauses(ctx, { ...COURSE, name: 'The flow course' })
    expect((await ctx.pool.query('select 1 from maintenance_window where to_at is null')).rows).toEqual([])
  })
})

describe('a paused flow', () => {
  it('plans no runs, and what it passes is not missed', async () => {
    await pause()
    await planRuns(ctx)
    expect(await states()).toEqual([])
    await planAt('2026-03-04T15:00:00Z')
    expect(await states()).toEqual([])
    expect((await ctx.pool.query('select next_run_at from flow')).rows).toEqual([{ next_run_at: null }])
  })

  it('goes on with its next tick when the pause is ended, or is over', async () => {
    await pause()
    await planAt('2026-03-04T15:00:00Z')
    await endPauses(ctx, { ...COURSE, name: 'The flow course' })
    await planRuns(ctx)
    expect(await states()).toEqual(['schedule 2026-03-05T07:00 scheduled'])
    await pause(Date.parse('2026-03-06T12:00Z'))
    await planAt('2026-03-06T11:59:00Z')
    expect(await states()).toEqual([])
    await planAt('2026-03-06T12:00:00Z')
    expect(await states()).toEqual(['schedule 2026-03-07T07:00 scheduled'])
  })

  it('can be asked for a run by hand, and keeps one that was due before', async () => {
    clock.set('2026-03-03T07:00:00Z')
    await planRuns(ctx)
    await clock.advance(1000)
    await pause()
    expect((await planRuns(ctx)).ready).toEqual([])
    expect(await runsOf(ctx, 'course')).toMatchObject([
      { at: '2026-03-03T07:00', state: 'scheduled', waitingFor: 'Waits for its flow to go on: it is paused.' },
    ])
    const { runId } = await requestRun(ctx, { flow: 'course' })
    expect(await claimRun(ctx, { runId, owner: 'w1' })).toMatchObject({ flow: 'course' })
  })

  it('is told to who looks at the page', async () => {
    const before = await getChangeSequence(ctx)
    await pause()
    const paused = await getChangeSequence(ctx)
    await clock.advance(1000)
    await endPauses(ctx, { ...COURSE, name: 'The flow course' })
    const ended = await getChangeSequence(ctx)
    expect(new Set([before.facts, paused.facts, ended.facts]).size).toBe(3)
  })

  it('is a flow of the catalogue, and is paused by itself', async () => {
    await expect(
      openWindow(ctx, { subject: { kind: 'flow', key: 'nobody' }, kind: 'paused', from: clock.now(), to: null, note: null }),
    ).rejects.toMatchObject({
      publicMessage: 'There is no flow "nobody" in the catalogue.',
    })
    await expect(endPauses(ctx, { ...COURSE, name: 'The flow course' })).rejects.toMatchObject({
      publicMessage: 'The flow course is not paused by itself.',
    })
  })
})
