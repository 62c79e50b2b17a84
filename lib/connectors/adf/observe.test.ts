import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import adf from '#lib/connectors/adf.ts'
import { beginFactoryWorld, type FactoryWorld } from '#lib/testing/connectors/adf-world.ts'
import { spoiltAnswers } from '#lib/testing/connectors/spoilt-answers.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00.1234567Z'
const NINE = '2026-11-29T09:00:00Z'

let world: FactoryWorld
beforeEach(async () => {
  world = await beginFactoryWorld(NOW)
  world.factory.pipeline('load prices')
})
afterEach(() => world.end())

describe('a look at a pipeline of a data factory', () => {
  it('reads when its last run succeeded, whatever failed, waits or goes on since; weakly, since failures may be handled in it', async () => {
    world.factory.pipeline('other')
    world.factory.ran('other', '2026-11-29T11:50:00Z')
    world.factory.ran('load prices', NINE)
    world.factory.ran('load prices', TEN)
    world.factory.ran('load prices', '2026-11-29T11:00:00Z', { status: 'Failed' })
    world.factory.ran('load prices', '2026-11-29T11:30:00Z', { status: 'InProgress', end: null })
    expect(await world.look(['load prices'])).toMatchObject([
      { ok: true, readings: [{ clock: 'loadedAt', at: Date.parse('2026-11-29T10:00:00.123Z') }], evidence: { strength: 'weak' } },
    ])
  })

  it('sees all others where one is gone, is named wrongly, never succeeded, or is told without sense', async () => {
    world.factory.pipeline('new')
    world.factory.ran('load prices', '2026-11-29T12:30:00Z')
    const seen = await world.look(['load prices', 'gone', 'a/b', 'new'])
    const byKey = Object.fromEntries(seen.map((one) => [one.assetKey, one]))
    expect(byKey['adf/load prices']).toMatchObject({ ok: true, warnings: ['The time lies in the future; it is kept, but not judged.'] })
    expect(byKey['adf/gone']).toMatchObject({ lasting: 'gone', publicMessage: 'The data factory (adf) has no pipeline gone.' })
    expect(byKey['adf/a/b']).toMatchObject({ publicMessage: '"a/b" cannot be the name of a pipeline.' })
    expect(byKey['adf/new']).toMatchObject({ lasting: 'no-time' })
    world.factory.ran('new', TEN)
    world.factory.failAt('/queryPipelineRuns', { kind: 'garbage' })
    expect((await world.look(['load prices', 'new'])).map(({ ok }) => ok).toSorted()).toEqual([false, true])
  })

  it('of a thousand asks for the list of pipelines once, page by page', async () => {
    for (let i = 0; i < 1000; i++) {
      world.factory.pipeline(`p${i}`)
      world.factory.ran(`p${i}`, TEN)
    }
    const seen = await world.look(Array.from({ length: 1000 }, (_, i) => `p${i}`))
    expect(seen.filter(({ ok }) => ok)).toHaveLength(1000)
    expect(world.factory.requests.filter((line) => line === 'GET /pipelines')).toHaveLength(11)
    expect(world.factory.tokens).toBe(1)
  })

  it.each(spoiltAnswers('Azure', 'data factory (adf)'))('fails as a whole where the list of pipelines %s', async (_, fault, words) => {
    world.factory.failAt('/pipelines', fault)
    await expect(world.look(['load prices'], { timeout: '1s' })).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it('waits as long as it is asked to, and signs in anew when its token has ended', async () => {
    world.factory.ran('load prices', TEN)
    world.factory.failAt('/queryPipelineRuns', { kind: 'too-many', retryAfter: '7' }, { kind: 'token-expired' })
    expect(await world.look(['load prices'])).toMatchObject([{ ok: true }])
    expect(world.clock.waits).toContain(7000)
    expect(world.factory.tokens).toBe(2)
  })
})

describe('a connection to a data factory', () => {
  it('says what there is, or why nobody gets in, without its secret', async () => {
    const check = (own: Record<string, unknown> = {}) => world.ask((session) => session.check(), own)
    expect(await check()).toMatchObject({ ok: true, detail: 'The data factory (adf) lets us in; it has 1 pipeline.' })
    const refused = await check({ clientSecret: 'other-than-that' })
    expect(refused).toMatchObject({ ok: false, detail: expect.stringContaining('the client secret is wrong') })
    expect(JSON.stringify(refused)).not.toContain('other-than-that')
    expect(await check({ factory: 'gone' })).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^Azure knows no data factory gone in the resource group .* Check subscription/),
    })
  })

  it('finds its pipelines, which are jobs of the same names', async () => {
    world.factory.pipeline('load_terms', { folder: 'records' })
    expect(await world.ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []))).toMatchObject([
      { path: 'load prices', job: 'load prices', group: 'pipelines' },
      { path: 'load_terms', job: 'load_terms', group: 'records', labels: { folder: 'records' } },
    ])
  })

  it.each([
    [{ tenant: 'x', clientId: 'y' }, ['clientSecret']],
    [{ clientSecret: 'z' }, ['tenant', 'clientId']],
    [{ managedIdentity: true, tenant: 'x', clientId: 'y', clientSecret: 'z' }, ['managedIdentity']],
    [{ managedIdentity: true, factory: '../other' }, ['factory']],
    [{ managedIdentity: true, url: 'http://management.example.edu' }, ['url']],
  ])('refuses settings that do not go together: %j', (own, at) => {
    const read = adf.settings.safeParse({ subscription: 'one', resourceGroup: 'data', factory: 'loads', ...own })
    expect(read.error?.issues.map(({ path }) => path[0])).toEqual(at)
  })
})
