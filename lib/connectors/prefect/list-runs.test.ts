import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { beginPrefectWorld, type PrefectWorld } from '#lib/testing/connectors/prefect-world.ts'
import { externalRun } from './flow-run.ts'
import { runSchema } from './shapes.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const SINCE = Date.parse('2026-11-29T09:00:00Z')
const UNBEGUN = { start: null, end: null, count: 0 } as const

let world: PrefectWorld
let nightly: ReturnType<PrefectWorld['prefect']['deploy']>
beforeEach(async () => {
  world = await beginPrefectWorld(NOW)
  nightly = world.prefect.deploy('load-prices', 'nightly')
})
afterEach(() => world.end())

const runs = (own: Record<string, unknown> = {}) =>
  world.ask(async (session) => Array.fromAsync<ExternalRun>(session.runs?.(SINCE) ?? []), own)

describe('the runs of Prefect', () => {
  it('are told with their ends, in its own words, and with their pages', async () => {
    const failed = world.prefect.ran(nightly, TEN, {
      type: 'FAILED',
      name: 'Failed',
      message: 'ValueError: no such column: price',
      count: 3,
    })
    world.prefect.ran(nightly, '2026-11-29T08:00:00Z')
    expect(await runs()).toEqual([
      {
        job: 'load-prices/nightly',
        externalId: failed.id,
        attempt: 3,
        state: 'failed',
        scheduledAt: Date.parse(TEN),
        startedAt: Date.parse(TEN),
        endedAt: Date.parse(TEN),
        error: 'ValueError: no such column: price',
        rows: null,
        url: `${world.url.replace('/api', '')}/runs/flow-run/${failed.id}`,
      },
    ])
  })

  it.each([
    ['COMPLETED', 'Completed', 'completed', null],
    ['FAILED', 'TimedOut', 'timed-out', 'Prefect calls it TimedOut and does not say why.'],
    ['CRASHED', 'Crashed', 'crashed', 'Prefect calls it Crashed and does not say why.'],
    ['CANCELLED', 'Cancelled', 'cancelled', null],
  ] as const)('that are %s (%s) are %s', async (type, name, state, error) => {
    world.prefect.ran(nightly, TEN, { type, name })
    expect(await runs()).toMatchObject([{ state, error, endedAt: Date.parse(TEN) }])
  })

  it.each([
    ['PENDING', 'Pending', 'scheduled'],
    ['RUNNING', 'Running', 'running'],
    ['PAUSED', 'Suspended', 'running'],
    ['CANCELLING', 'Cancelling', 'running'],
    ['SCHEDULED', 'Late', 'overdue'],
  ] as const)('that are %s (%s) go on: %s', async (type, name, state) => {
    world.prefect.ran(nightly, TEN, { type, name, end: null, start: type === 'SCHEDULED' || type === 'PENDING' ? null : TEN })
    expect(await runs()).toMatchObject([{ state, endedAt: null, error: null }])
  })

  it('that completed with a cached result loaded nothing', async () => {
    world.prefect.ran(nightly, TEN, { name: 'Cached' })
    expect(await runs()).toMatchObject([{ state: 'completed', writes: [] }])
  })

  it('that a schedule has made ahead are not told before their time; those that somebody asked for are', async () => {
    world.prefect.ran(nightly, null, { ...UNBEGUN, type: 'SCHEDULED', name: 'Scheduled', expected: '2026-11-29T12:30:00Z' })
    world.prefect.ran(nightly, null, { ...UNBEGUN, type: 'SCHEDULED', name: 'Scheduled', expected: '2026-11-30T12:30:00Z' })
    expect(await runs()).toEqual([])
    world.prefect.ran(nightly, null, { ...UNBEGUN, type: 'SCHEDULED', name: 'Scheduled', expected: NOW, isAuto: false })
    expect(await runs()).toMatchObject([{ state: 'scheduled', scheduledAt: null }])
  })

  it('that wait to begin anew after a failure are the next try of the same run', async () => {
    const run = world.prefect.ran(nightly, TEN, { type: 'FAILED', name: 'Failed' })
    expect(await runs()).toMatchObject([{ attempt: 1, state: 'failed' }])
    Object.assign(run, { type: 'SCHEDULED', name: 'AwaitingRetry', end: null })
    expect(await runs()).toMatchObject([{ attempt: 2, state: 'scheduled' }])
    Object.assign(run, { type: 'RUNNING', name: 'Retrying', count: 2 })
    expect(await runs()).toMatchObject([{ attempt: 2, state: 'running' }])
  })

  it('of no deployment, or of one with other tags, are left out', async () => {
    const ours = world.prefect.deploy('load-terms', 'hourly', { tags: ['datalake'] })
    world.prefect.ran(nightly, TEN)
    world.prefect.ran(nightly, TEN, { deployment: null })
    world.prefect.ran(ours, TEN)
    expect(await runs({ tags: ['datalake'] })).toMatchObject([{ job: 'load-terms/hourly' }])
    expect(await runs()).toHaveLength(2)
  })

  it('are told all, page by page, or the list is refused: where it goes round in a circle, or breaks off', async () => {
    for (let i = 0; i < 450; i++) world.prefect.ran(nightly, new Date(SINCE + i * 1000).toISOString())
    expect(new Set((await runs()).map(({ externalId }) => externalId)).size).toBe(450)
    world.prefect.failAt('/flow_runs/filter', { kind: 'cut-off' })
    await expect(runs()).rejects.toMatchObject({ publicMessage: expect.stringContaining('in the middle of its answer') })
  })

  it('of Prefect Cloud have their pages on its other host; one whose state nobody knows is not told', () => {
    const run = { id: 'r1', state_type: 'COMPLETED', end_time: '2026-11-29T10:00:00.1234567+00:00' }
    const url = 'https://api.prefect.cloud/api/accounts/a1/workspaces/w1'
    expect(externalRun(runSchema.parse(run), { job: 'a/b' }, url)).toMatchObject({
      url: 'https://app.prefect.cloud/account/a1/workspace/w1/runs/flow-run/r1',
      endedAt: Date.parse('2026-11-29T10:00:00.123Z'),
    })
    expect(externalRun(runSchema.parse({ ...run, state_type: 'DREAMING' }), { job: 'a/b' }, url)).toBeNull()
    expect(externalRun(runSchema.parse(run), { job: 'a/b' }, 'https://gateway.example.edu/prefect')).toMatchObject({ url: null })
  })
})
