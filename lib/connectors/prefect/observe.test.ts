import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import prefectConnector from '#lib/connectors/prefect.ts'
import { beginPrefectWorld, type PrefectWorld } from '#lib/testing/connectors/prefect-world.ts'
import { spoiltAnswers } from '#lib/testing/connectors/spoilt-answers.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00.123456Z'
const NINE = '2026-11-29T09:00:00Z'

let world: PrefectWorld
let nightly: ReturnType<PrefectWorld['prefect']['deploy']>
beforeEach(async () => {
  world = await beginPrefectWorld(NOW)
  nightly = world.prefect.deploy('load-prices', 'nightly', { tags: ['datalake'] })
})
afterEach(() => world.end())

const check = (own: Record<string, unknown> = {}) => world.ask((session) => session.check(), own)
const JOB = 'load-prices/nightly'

describe('a look at a deployment of Prefect', () => {
  it('reads when its last run completed, whatever failed, waits or goes on since', async () => {
    world.prefect.ran(nightly, NINE)
    world.prefect.ran(nightly, TEN)
    world.prefect.ran(nightly, '2026-11-29T11:00:00Z', { type: 'FAILED', name: 'Failed' })
    world.prefect.ran(nightly, '2026-11-29T11:30:00Z', { type: 'RUNNING', name: 'Running', end: null })
    expect(await world.look([JOB])).toMatchObject([
      { ok: true, readings: [{ clock: 'loadedAt', at: Date.parse('2026-11-29T10:00:00.123Z') }], evidence: { strength: 'strong' } },
    ])
  })

  it('does not take a cached result, or one that was rolled back, for a load, however many there are', async () => {
    world.prefect.ran(nightly, NINE)
    for (let i = 10; i < 55; i++) world.prefect.ran(nightly, `2026-11-29T10:${i}:00Z`, { name: i % 2 === 0 ? 'Cached' : 'RolledBack' })
    expect(await world.look([JOB])).toMatchObject([{ ok: true, readings: [{ at: Date.parse(NINE) }] }])
    world.prefect.runs.shift()
    expect(await world.look([JOB])).toMatchObject([{ ok: false, lasting: 'no-time', publicMessage: expect.stringContaining(JOB) }])
  })

  it('keeps a time of a clock that runs ahead, and says so', async () => {
    world.prefect.ran(nightly, '2026-11-29T13:00:00Z')
    expect(await world.look([JOB])).toMatchObject([{ ok: true, warnings: ['The time lies in the future; it is kept, but not judged.'] }])
  })

  it('sees all others where one is gone, is named wrongly, bears other tags, or is told without sense', async () => {
    const hourly = world.prefect.deploy('load-terms', 'hourly')
    world.prefect.ran(nightly, NINE)
    world.prefect.ran(hourly, TEN)
    const seen = await world.look([JOB, 'load-prices/gone', 'nightly', 'load-terms/hourly'], { tags: ['datalake'] })
    const byKey = Object.fromEntries(seen.map((one) => [one.assetKey, one]))
    expect(byKey[`prefect/${JOB}`]).toMatchObject({ ok: true })
    expect(byKey['prefect/load-prices/gone']).toMatchObject({ ok: false, lasting: 'gone' })
    expect(byKey['prefect/nightly']).toMatchObject({ ok: false, publicMessage: expect.stringContaining('<flow>/<deployment>') })
    expect(byKey['prefect/load-terms/hourly']).toMatchObject({
      publicMessage:
        'Prefect (prefect) has no deployment load-terms/hourly with the tags of the catalogue. Names are written <flow>/<deployment>.',
    })
    world.prefect.failAt('/flow_runs/filter', { kind: 'garbage' })
    const oks = (await world.look([JOB, 'load-terms/hourly'])).map(({ ok }) => ok)
    expect(oks.toSorted()).toEqual([false, true])
  })

  it('of a thousand asks for the lists of deployments once, page by page, also where a page is shorter than asked for', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => world.prefect.deploy(`flow-${i}`, 'daily'))
    for (const one of many) world.prefect.ran(one, TEN)
    world.prefect.pageMax = 150
    const seen = await world.look(many.map(({ flow }) => `${flow}/daily`))
    expect(seen.filter(({ ok }) => ok)).toHaveLength(1000)
    expect(world.prefect.requests.filter((line) => line.includes('/deployments/'))).toHaveLength(8)
  })

  it.each(spoiltAnswers('Prefect', 'Prefect (prefect)'))('fails as a whole where the list of deployments %s', async (_, fault, words) => {
    world.prefect.failAt('/deployments/filter', fault)
    await expect(world.look([JOB], { timeout: '1s' })).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it('waits as long as it is asked to', async () => {
    world.prefect.ran(nightly, TEN)
    world.prefect.failAt('/flow_runs/filter', { kind: 'too-many', retryAfter: '7' })
    expect(await world.look([JOB])).toMatchObject([{ ok: true }])
    expect(world.clock.waits).toContain(7000)
  })
})

describe('a connection to Prefect', () => {
  it('says what there is, or why nobody gets in, without its password', async () => {
    expect(await check()).toMatchObject({ ok: true, detail: 'Prefect 3.9.1 lets us in; it has 1 deployment.' })
    world.prefect.deploy('load-terms', 'hourly', { paused: true })
    expect(await check()).toMatchObject({ detail: 'Prefect 3.9.1 lets us in; it has 2 deployments, 1 of them paused.' })
    const refused = await check({ password: 'other-than-that' })
    expect(refused).toMatchObject({ ok: false, detail: expect.stringContaining('401') })
    expect(JSON.stringify(refused)).not.toContain('other-than-that')
    expect(await check({ url: world.url.replace('/api', '/ui') })).toMatchObject({ ok: false, detail: expect.stringMatching(/404/) })
  })

  it('finds its deployments, which are written by jobs of the same names', async () => {
    world.prefect.deploy('load terms', 'hourly')
    const found = await world.ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []))
    expect(found).toMatchObject([
      { path: JOB, job: JOB, group: 'load-prices', labels: { flow: 'load-prices', tag: 'datalake' } },
      { path: 'load terms/hourly', labels: { flow: 'load terms' } },
    ])
  })

  it.each([
    [{ auth: 'basic', user: 'tide' }, 'password'],
    [{ auth: 'bearer', token: 'x', password: 'y' }, 'password'],
    [{ url: 'http://tide:secret@prefect.example.edu/api' }, 'url'],
  ])('refuses settings that do not go together: %j', (own, at) => {
    const read = prefectConnector.settings.safeParse({ url: 'http://prefect.example.edu/api', ...own })
    expect(read.error?.issues.map(({ path }) => path[0])).toEqual([at])
  })
})
