import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { catalogOf, runResultsOf, SHOP, shopFiles, shopManifest, shopResults, sourcesOf } from '#lib/testing/connectors/dbt-artifacts.ts'
import { DbtCloudWorld, TOKEN } from '#lib/testing/connectors/dbt-cloud-world.ts'

const { source: SOURCE, other: OTHER, orders: ORDERS, revenue: REVENUE, test: TEST } = SHOP
const FOUR = '2026-11-29T04:00:00Z'
const TEN = '2026-11-29T10:00:00Z'

let world: DbtCloudWorld
beforeEach(async () => {
  world = await DbtCloudWorld.begin('2026-11-29T12:00:00Z')
})
afterEach(() => world.end())

const measured = (at: string, ids: string[]) =>
  sourcesOf(
    ids.map((id) => ({ id, newest: at, measuredAt: at })),
    { at },
  )
const one = async (path: string, own = {}) => (await world.look([path], own))[0]
const loadedAt = (at: string) => ({ ok: true, readings: [{ clock: 'loadedAt', at: Date.parse(at), precision: 'instant' }] })

describe('dbt Cloud', () => {
  it('lets us in, and tells of its project and when it was built', async () => {
    world.ran(100, FOUR, shopFiles(FOUR))
    world.ran(101, TEN, shopFiles(TEN))
    const health = await world.ask((session) => session.check())
    expect(health).toMatchObject({ ok: true, detail: 'dbt Cloud lets us in. Its newest run is 101; shop has 4 nodes.' })
    expect(await one(ORDERS)).toMatchObject(loadedAt(TEN))
  })

  it('says which job builds what', async () => {
    world.ran(100, FOUR, shopFiles(FOUR), { job: 8 })
    world.ran(101, TEN, shopFiles(TEN, [ORDERS]))
    const found = await world.ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []), { jobs: [7, 8] })
    expect(Object.fromEntries(found.map(({ path, job }) => [path, job]))).toEqual({
      [ORDERS]: '7',
      [REVENUE]: '8',
      [SOURCE]: null,
      [OTHER]: null,
    })
  })

  it('knows the columns from the docs that the newest run with any that can be read generated, and asks no run twice for them', async () => {
    const docs = { 'catalog.json': catalogOf({ [ORDERS]: [['id', 'integer', 1]] }, { at: FOUR }) }
    world.ran(100, FOUR, { ...shopFiles(FOUR), ...docs }, { job: 8 })
    world.ran(101, TEN, { ...shopFiles(TEN), 'catalog.json': catalogOf({}, { version: 2, at: TEN }) })
    const columns = async () => {
      const found = await world.ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []), { jobs: [7, 8] })
      return found.map(({ path, columns: own = [], mayHaveMoreColumns }) => [path, own.length, mayHaveMoreColumns === true])
    }
    const asked = () => world.cloud.requests.filter((line) => line.includes('catalog.json')).map((line) => /runs\/(\d+)/.exec(line)?.[1])
    expect(await columns()).toContainEqual([ORDERS, 1, false])
    expect(await columns()).toContainEqual([REVENUE, 0, true])
    expect(asked()).toEqual(['101', '100'])
  })

  it('is read command by command: tests that follow a build do not hide it', async () => {
    const steps = [
      { name: 'Clone git repository' },
      { name: 'Invoke dbt with `dbt source freshness`', writes: { 'sources.json': measured(TEN, [SOURCE]) } },
      { name: 'Invoke dbt with `dbt run`', writes: shopFiles(TEN) },
      {
        name: 'Invoke dbt with `dbt test`',
        writes: { 'run_results.json': runResultsOf([{ id: TEST, status: 'pass' }], { at: TEN, args: { which: 'test' } }) },
      },
    ]
    world.ran(100, TEN, {}, { steps })
    expect(await world.look([ORDERS, SOURCE])).toMatchObject([loadedAt(TEN), { ok: true, readings: [{ at: Date.parse(TEN) }] }])
  })

  it('of what only an earlier run built knows that run', async () => {
    world.ran(100, FOUR, shopFiles(FOUR))
    world.ran(101, TEN, shopFiles(TEN, [REVENUE]))
    expect(await world.look([ORDERS, REVENUE])).toMatchObject([loadedAt(FOUR), loadedAt(TEN)])
  })

  it('does not believe an earlier measurement of the same job where the last one lacks the source', async () => {
    const freshness = (at: string, ids: string[]) => [
      { name: 'Invoke dbt with `dbt source freshness`', writes: { 'manifest.json': shopManifest(at), 'sources.json': measured(at, ids) } },
    ]
    world.ran(100, FOUR, {}, { steps: freshness(FOUR, [SOURCE, OTHER]) })
    world.ran(101, TEN, {}, { steps: freshness(TEN, [OTHER]) })
    expect(await world.look([SOURCE, OTHER])).toMatchObject([{ ok: false }, { ok: true }])
    world.ran(102, TEN, {}, { steps: freshness(FOUR, [SOURCE]), job: 8 })
    expect(await world.look([SOURCE, OTHER], { jobs: [7, 8] })).toMatchObject([{ ok: true }, { ok: true }])
  })

  it.each([
    ['is of another job', { job: 9 }],
    ['wrote into a schema of its own, to try a change', { schemaOverride: 'dbt_cloud_pr_7_12' }],
    ['goes on', { status: 3, finishedAt: null }],
    ['was cancelled', { status: 30 }],
    ['was deleted since it was listed', { isDeleted: true }],
  ] as const)('knows no load by a run that %s', async (_, own) => {
    world.ran(100, FOUR, shopFiles(FOUR))
    world.ran(101, TEN, shopFiles(TEN), own)
    expect(await one(ORDERS)).toMatchObject(loadedAt(FOUR))
  })

  it('knows what a failed run did, node by node', async () => {
    const results = runResultsOf(
      [
        { id: ORDERS, at: TEN },
        { id: REVENUE, at: TEN, status: 'error', message: 'division by zero' },
      ],
      { at: TEN },
    )
    world.ran(100, FOUR, shopFiles(FOUR))
    world.ran(101, TEN, { 'manifest.json': shopManifest(TEN), 'run_results.json': results }, { status: 20 })
    expect(await world.look([ORDERS, REVENUE])).toMatchObject([
      loadedAt(TEN),
      { ...loadedAt(FOUR), warnings: ['dbt failed here at 2026-11-29T10:00Z: division by zero'] },
    ])
  })

  it('whose artifacts are not there yet is asked again at the next look', async () => {
    world.ran(100, FOUR, shopFiles(FOUR))
    world.ran(101, TEN, shopFiles(TEN), { hasArtifacts: false })
    expect(await one(ORDERS)).toMatchObject(loadedAt(FOUR))
    Object.assign(world.cloud.runs[1] ?? {}, { hasArtifacts: true })
    expect(await one(ORDERS)).toMatchObject(loadedAt(TEN))
  })

  it('whose artifacts are stored one after the other is asked again until it says that all are', async () => {
    const eleven = '2026-11-29T11:00:00Z'
    const step = (writes = {}) => ({ name: 'Invoke dbt with `dbt run`', writes })
    world.ran(100, TEN, {}, { steps: [step(shopFiles(TEN)), step()], isStoring: true })
    expect(await one(ORDERS)).toMatchObject(loadedAt(TEN))
    const steps = [step(shopFiles(TEN)), step({ 'run_results.json': shopResults(eleven, [ORDERS]) })]
    Object.assign(world.cloud.runs[0] ?? {}, { steps, isStoring: false })
    expect(await one(ORDERS)).toMatchObject(loadedAt(eleven))
  })

  it('is asked for the files of a run once, since they never change', async () => {
    world.ran(100, TEN, shopFiles(TEN))
    await one(ORDERS)
    const before = world.cloud.requests.length
    await one(ORDERS)
    expect(world.cloud.requests.slice(before).map((line) => line.replace(/\?.*/, ''))).toEqual([
      `GET /api/v2/accounts/${world.cloud.account}/runs/`,
    ])
  })

  it('of an environment is read page by page, each job with its last runs', async () => {
    for (let id = 1; id <= 230; id += 1) world.ran(id, FOUR, shopFiles(FOUR), { status: 30 })
    world.ran(500, TEN, shopFiles(TEN), { environment: 4 })
    Object.assign(world.cloud.runs[3] ?? {}, { status: 10 })
    expect(await one(ORDERS, { jobs: undefined, environment: 3 })).toMatchObject(loadedAt(FOUR))
  })

  it('with several projects wants to be told which', async () => {
    world.ran(100, FOUR, shopFiles(FOUR))
    world.ran(101, TEN, shopFiles(TEN), { project: 5 })
    await expect(one(ORDERS)).rejects.toMatchObject({ publicMessage: expect.stringContaining('say which, by project') })
    expect(await one(ORDERS, { project: 5 })).toMatchObject(loadedAt(TEN))
  })
})

describe('dbt Cloud that says no', () => {
  beforeEach(() => world.ran(100, TEN, shopFiles(TEN)))

  it('to the token, to the account, or to a host that is none, says so in its check', async () => {
    const check = (own: object) => world.ask((session) => session.check(), { ...own })
    expect(await check({ token: 'other' })).toMatchObject({ ok: false, detail: expect.stringMatching(/^The dbt Cloud account \(shop\)/) })
    expect(await check({ account: 9 })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('Check account, host and what the token may do'),
    })
    world.cloud.fail({ kind: 'html-page' })
    expect(await check({})).toMatchObject({ ok: false, detail: expect.stringContaining('cannot be used') })
    expect(JSON.stringify(await check({ account: 9 }))).not.toContain(TOKEN)
  })

  it('for a while is waited for as long as it asks', async () => {
    world.cloud.fail({ kind: 'too-many', retryAfter: '7' })
    expect(await one(ORDERS)).toMatchObject(loadedAt(TEN))
    expect(world.waits).toContain(7000)
  })

  it('in an answer of 200 is not taken for an empty list', async () => {
    world.cloud.fail({ kind: 'error-in-200' })
    await expect(one(ORDERS)).rejects.toMatchObject({
      publicMessage: 'The dbt Cloud account (shop) says that it did not work: The filter is not known.',
    })
  })

  it('by pages that are too short is not taken for the whole list', async () => {
    for (let id = 200; id < 400; id += 1) world.ran(id, FOUR, {}, { status: 30 })
    world.cloud.fail({ kind: 'half-a-page' })
    await expect(one(ORDERS)).rejects.toMatchObject({ publicMessage: expect.stringContaining('a page of its runs has 50 of 100') })
  })

  it.each(['cut-off', 'server-error'] as const)('with %s has failed as a connection', async (kind) => {
    world.cloud.fail({ kind }, { kind }, { kind }, { kind })
    await expect(one(ORDERS)).rejects.toMatchObject({ publicMessage: expect.stringContaining('The dbt Cloud account (shop)') })
  })
})
