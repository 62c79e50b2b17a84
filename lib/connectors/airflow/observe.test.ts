import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import airflowConnector from '#lib/connectors/airflow.ts'
import { type AirflowWorld, beginAirflowWorld } from '#lib/testing/connectors/airflow-world.ts'
import { spoiltAnswers } from '#lib/testing/connectors/spoilt-answers.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00.123456Z'
const TEN_MS = Date.parse('2026-11-29T10:00:00.123Z')
const NINE = '2026-11-29T09:00:00Z'
const URI = 's3://bucket/prices'

let world: AirflowWorld
afterEach(() => world.end())

describe.each(['v2', 'v1'] as const)('a look through the API %s of Airflow', (api) => {
  beforeEach(async () => {
    world = await beginAirflowWorld(NOW, api)
    world.airflow.dag('load_prices', { tags: ['datalake'] })
  })

  it('at a DAG reads when its last run went well, whatever failed, waits or goes on since; weakly, since tasks may be skipped', async () => {
    world.airflow.dag('other')
    world.airflow.ran('other', '2026-11-29T11:50:00Z')
    world.airflow.ran('load_prices', NINE)
    world.airflow.ran('load_prices', TEN)
    world.airflow.ran('load_prices', '2026-11-29T11:00:00Z', { state: 'failed' })
    world.airflow.ran('load_prices', '2026-11-29T11:30:00Z', { state: 'running', end: null })
    expect(await world.look(['load_prices'])).toMatchObject([
      { ok: true, readings: [{ clock: 'loadedAt', at: TEN_MS }], evidence: { strength: 'weak' } },
    ])
  })

  it('at an asset reads when it was last updated, never when it was edited', async () => {
    world.airflow.asset(URI, { dags: ['load_prices'], events: [TEN, NINE] })
    world.airflow.asset('s3://bucket/never')
    const [seen, never] = await world
      .look([`asset/${URI}`, 'asset/s3://bucket/never'])
      .then((all) => all.toSorted((a, b) => Number(b.ok) - Number(a.ok)))
    expect(seen).toMatchObject({ ok: true, readings: [{ at: TEN_MS }], evidence: { strength: 'strong' } })
    expect(never).toMatchObject({ ok: false, lasting: 'no-time' })
    Object.assign(world.airflow.assets[0] ?? {}, { isSilent: true })
    expect(await world.look([`asset/${URI}`])).toMatchObject([{ ok: true, readings: [{ at: TEN_MS }] }])
  })

  it('sees all others where one is gone, is named wrongly, never went well, or is told without sense', async () => {
    world.airflow.dag('new')
    world.airflow.ran('load_prices', '2026-11-29T13:00:00Z')
    const seen = await world.look(['load_prices', 'gone', 'no/dag', 'new', 'asset/s3://gone'])
    const byKey = Object.fromEntries(seen.map((one) => [one.assetKey.replace('airflow/', ''), one]))
    expect(byKey['load_prices']).toMatchObject({ ok: true, warnings: ['The time lies in the future; it is kept, but not judged.'] })
    expect(byKey['gone']).toMatchObject({
      lasting: 'gone',
      publicMessage: 'Airflow (airflow) has no DAG gone, or none that this account may see.',
    })
    expect(byKey['no/dag']).toMatchObject({ publicMessage: '"no/dag" is neither a DAG nor asset/<uri>.' })
    expect(byKey['new']).toMatchObject({ lasting: 'no-time', publicMessage: 'Airflow (airflow) knows no run of new that ended well.' })
    expect(byKey['asset/s3://gone']).toMatchObject({ lasting: 'gone' })
    world.airflow.ran('new', TEN)
    world.airflow.failAt('GET /dagRuns', { kind: 'garbage' })
    expect((await world.look(['load_prices', 'new'])).map(({ ok }) => ok).toSorted()).toEqual([false, true])
  })

  it('says what there is, how its scheduler is, or why nobody gets in, without the password', async () => {
    const check = (own: Record<string, unknown> = {}) => world.ask((session) => session.check(), own)
    const version = api === 'v2' ? '3.1.8' : '2.10.5'
    expect(await check()).toMatchObject({ ok: true, detail: `Airflow ${version} lets us in; it has 1 DAG.` })
    world.airflow.dag('old', { isPaused: true })
    world.airflow.isHealthy = false
    expect(await check()).toMatchObject({
      detail: `Airflow ${version} lets us in; it has 2 DAGs, 1 of them paused. Its scheduler is not healthy: no run begins before it is.`,
    })
    const refused = await check({ password: 'other-than-that' })
    expect(refused).toMatchObject({ ok: false, detail: expect.stringContaining('401') })
    expect(JSON.stringify(refused)).not.toContain('other-than-that')
    expect(await check({ api: api === 'v2' ? 'v1' : 'v2' })).toMatchObject({ ok: false, detail: expect.stringMatching(/40[14]/) })
  })

  it('finds DAGs, and assets with the DAG that writes them', async () => {
    world.airflow.asset(URI, { dags: ['load_prices'] })
    world.airflow.asset('s3://two', { dags: ['load_prices', 'other'] })
    expect(await world.ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []))).toMatchObject([
      { path: 'load_prices', job: 'load_prices', labels: { tag: 'datalake' }, url: `${world.url}/dags/load_prices` },
      { path: `asset/${URI}`, job: 'load_prices', labels: { uri: URI } },
      { path: 'asset/s3://two', job: null },
    ])
  })
})

describe('a connection to Airflow', () => {
  beforeEach(async () => {
    world = await beginAirflowWorld(NOW, 'v2')
    world.airflow.dag('load_prices')
    world.airflow.ran('load_prices', TEN)
  })

  it('of a thousand DAGs asks for the list once, page by page', async () => {
    for (let i = 0; i < 1000; i++) {
      world.airflow.dag(`dag_${i}`)
      world.airflow.ran(`dag_${i}`, TEN)
    }
    const seen = await world.look(Array.from({ length: 1000 }, (_, i) => `dag_${i}`))
    expect(seen.filter(({ ok }) => ok)).toHaveLength(1000)
    expect(world.airflow.requests.filter((line) => line.endsWith('/dags'))).toHaveLength(11)
  })

  it.each(spoiltAnswers('Airflow', 'Airflow (airflow)'))('fails as a whole where the list of DAGs %s', async (_, fault, words) => {
    world.airflow.failAt('GET /dags', fault)
    await expect(world.look(['load_prices'], { timeout: '1s' })).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it('waits as long as it is asked to, and signs in anew when its token has ended', async () => {
    world.airflow.failAt('GET /dagRuns', { kind: 'too-many', retryAfter: '7' }, { kind: 'token-expired' })
    expect(await world.look(['load_prices'])).toMatchObject([{ ok: true }])
    expect(world.clock.waits).toContain(7000)
    expect(world.airflow.tokens).toBe(2)
  })

  it.each([
    [{ user: 'tide' }, 'password'],
    [{ password: 'x' }, 'user'],
    [{ user: 'tide', password: 'x', token: 'y' }, 'token'],
    [{ api: 'v3' }, 'api'],
  ])('refuses settings that do not go together: %j', (own, at) => {
    const read = airflowConnector.settings.safeParse({ url: 'https://airflow.example.edu', ...own })
    expect(read.error?.issues.map(({ path }) => path[0])).toEqual([at])
  })
})
