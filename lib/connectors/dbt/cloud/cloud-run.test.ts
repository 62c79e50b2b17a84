import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runResultsOf, SHOP, shopFiles, shopManifest, shopResults } from '#lib/testing/connectors/dbt-artifacts.ts'
import { DbtCloudWorld } from '#lib/testing/connectors/dbt-cloud-world.ts'

const { orders: ORDERS, revenue: REVENUE } = SHOP
const FOUR = '2026-11-29T04:00:00Z'
const TEN = '2026-11-29T10:00:00Z'

let world: DbtCloudWorld
beforeEach(async () => {
  world = await DbtCloudWorld.begin('2026-11-29T12:00:00Z')
})
afterEach(() => world.end())

describe('runs of dbt Cloud', () => {
  const runs = (own = {}) => world.ask((session) => Array.fromAsync(session.runs?.(Date.parse('2026-11-29T00:00:00Z')) ?? []), own)

  it('are those of the jobs that load, in our words, with what failed in dbt’s', async () => {
    const results = runResultsOf(
      [
        { id: ORDERS, at: TEN },
        { id: REVENUE, at: TEN, status: 'error', message: 'division by zero' },
      ],
      { at: TEN },
    )
    world.ran(90, '2026-11-25T00:00:00Z', shopFiles('2026-11-25T00:00:00Z'))
    world.ran(99, '2026-11-28T22:00:00Z', shopFiles('2026-11-28T22:00:00Z'))
    world.ran(100, FOUR, shopFiles(FOUR))
    world.ran(101, TEN, { 'manifest.json': shopManifest(TEN), 'run_results.json': results }, { status: 20 })
    world.ran(102, TEN, {}, { status: 3, finishedAt: null })
    world.ran(103, TEN, {}, { status: 1, startedAt: null, finishedAt: null })
    world.ran(104, TEN, {}, { status: 30 })
    world.ran(105, TEN, shopFiles(TEN), { schemaOverride: 'pr_1' })
    world.cloud.names.set(7, 'Nightly build')
    expect(await runs()).toMatchObject([
      { externalId: '104', state: 'cancelled', jobName: 'Nightly build' },
      { externalId: '103', state: 'scheduled', startedAt: null, endedAt: null },
      { externalId: '102', state: 'running', startedAt: Date.parse(TEN), endedAt: null },
      {
        ...{ job: '7', jobName: 'Nightly build' },
        externalId: '101',
        state: 'failed',
        error: `${REVENUE}: division by zero`,
        writes: [REVENUE],
        loaded: [ORDERS],
        url: expect.stringMatching(/runs.101/),
      },
      { job: '7', externalId: '100', state: 'completed', error: null, writes: [ORDERS, REVENUE], endedAt: Date.parse(FOUR) },
    ])
  })

  it('speak for the nodes they built alone, however many came after them', async () => {
    const hours = ['01', '02', '03', '04', '05'].map((hour) => `2026-11-29T${hour}:00:00Z`)
    for (const [at, time] of hours.entries()) world.ran(100 + at, time, shopFiles(time, [ORDERS]))
    expect((await runs()).map(({ writes }) => writes)).toEqual(Array(5).fill([ORDERS]))
  })

  it('of which one was deleted since they were listed are told all the same, that one without what it wrote', async () => {
    world.ran(100, FOUR, shopFiles(FOUR))
    world.ran(101, TEN, shopFiles(TEN), { isDeleted: true })
    expect((await runs()).map(({ externalId, writes }) => [externalId, writes])).toEqual([
      ['101', []],
      ['100', [ORDERS, REVENUE]],
    ])
  })

  it('that are more than one look reads are told the newest first, and the others by the next', async () => {
    for (let id = 1; id <= 102; id += 1) world.ran(id, FOUR, shopFiles(FOUR, [ORDERS]))
    const ids = Array.from({ length: 102 }, (_, at) => String(102 - at))
    expect((await runs()).map(({ externalId }) => externalId)).toEqual(ids.slice(0, 100))
    expect((await runs()).map(({ externalId, writes }) => [externalId, writes])).toEqual(ids.map((id) => [id, [ORDERS]]))
  })

  it('that failed without failing a node have loaded what they built', async () => {
    world.ran(100, TEN, shopFiles(TEN), { status: 20, message: 'The freshness step failed.' })
    const loaded = [ORDERS, REVENUE]
    expect(await runs()).toMatchObject([{ state: 'failed', error: 'The freshness step failed.', writes: [], loaded }])
  })

  it.each([
    ['was skipped', ['skipped']],
    ['failed', ['error']],
    ['was loaded in part', ['partial success']],
    ['was built by a command, and failed in the next', ['success', 'error']],
  ])('that failed have not loaded a node that %s', async (_, ends) => {
    const steps = ends.map((status) => ({
      name: 'Invoke dbt with `dbt build`',
      writes: { 'manifest.json': shopManifest(TEN), 'run_results.json': runResultsOf([{ id: ORDERS, status }], { at: TEN }) },
    }))
    world.ran(100, TEN, {}, { status: 20, steps })
    expect(await runs()).toMatchObject([{ state: 'failed', writes: [ORDERS], loaded: [] }])
  })

  it.each([
    ['was only compiled', shopResults(TEN), { args: { which: 'compile' } }],
    ['stands in results that lay there before the run began', shopResults(FOUR), {}],
  ])('that failed have not loaded what %s', async (_, results, more) => {
    world.ran(
      100,
      TEN,
      { ...shopFiles(TEN), 'run_results.json': { ...results, ...more } },
      { status: 20, message: 'The project does not parse.' },
    )
    expect(await runs()).toMatchObject([{ state: 'failed', error: 'The project does not parse.', writes: [], loaded: [] }])
  })
})
