import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import airbyteConnector from '#lib/connectors/airbyte.ts'
import { type AirbyteWorld, beginAirbyteWorld } from '#lib/testing/connectors/airbyte-world.ts'
import { spoiltAnswers } from '#lib/testing/connectors/spoilt-answers.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const ELEVEN = '2026-11-29T11:00:00Z'
const GONE = '00000000-0000-0000-0000-000000000000'

let world: AirbyteWorld
let prices: ReturnType<AirbyteWorld['airbyte']['connect']>
beforeEach(async () => {
  world = await beginAirbyteWorld(NOW)
  prices = world.airbyte.connect('prices')
})
afterEach(() => world.end())

const check = (own: Record<string, unknown> = {}) => world.ask((session) => session.check(), own)

describe('a look at a connection of Airbyte', () => {
  it.each(['sync', 'refresh'])('reads when its last %s succeeded, whatever failed, goes on, or emptied it before', async (jobType) => {
    world.airbyte.ran(prices, '2026-11-29T08:00:00Z', { jobType: 'clear' })
    world.airbyte.ran(prices, '2026-11-29T09:00:00Z')
    world.airbyte.ran(prices, TEN, { jobType })
    world.airbyte.ran(prices, ELEVEN, { status: 'failed', jobType })
    world.airbyte.ran(prices, ELEVEN, { status: 'cancelled', jobType: 'clear' })
    world.airbyte.ran(world.airbyte.connect('terms'), ELEVEN, { jobType: 'clear' })
    world.airbyte.ran(prices, ELEVEN, { status: 'running', lastUpdatedAt: null })
    const good = [{ ok: true, readings: [{ clock: 'loadedAt', at: Date.parse(TEN) }], evidence: { strength: 'strong' }, warnings: [] }]
    expect(await world.look([prices.connectionId])).toMatchObject(good)
  })

  it.each(['clear', 'reset'])('finds nothing where a %s came after the last sync, and says so, until the next one', async (jobType) => {
    world.airbyte.ran(prices, TEN)
    world.airbyte.ran(prices, ELEVEN, { jobType })
    const detail = `A ${jobType} at 2026-11-29 11:00 UTC took away what prices had loaded, of all its streams or of some.`
    const gone = { ok: true, readings: [{ clock: 'loadedAt', at: null, isEmptied: true }], evidence: { strength: 'strong', detail } }
    expect(await world.look([prices.connectionId])).toMatchObject([{ ...gone, warnings: [`${detail} Nothing has loaded it since.`] }])
    world.airbyte.ran(prices, '2026-11-29T11:30:00Z')
    expect(await world.look([prices.connectionId])).toMatchObject([
      { readings: [{ at: Date.parse('2026-11-29T11:30:00Z') }], warnings: [] },
    ])
  })

  it('is good also where an older server knows no refreshes and clears', async () => {
    world.airbyte.types = ['sync', 'reset']
    world.airbyte.ran(prices, TEN)
    expect(await world.look([prices.connectionId])).toMatchObject([{ ok: true, readings: [{ at: Date.parse(TEN) }] }])
  })

  it('takes nothing that it has not asked for, where a server heeds no filter', async () => {
    world.airbyte.ran(prices, TEN)
    world.airbyte.ran(prices, ELEVEN, { status: 'failed' })
    world.airbyte.ran(prices, ELEVEN, { status: 'failed', jobType: 'clear' })
    const terms = world.airbyte.connect('terms')
    world.airbyte.ran(terms, ELEVEN)
    world.airbyte.ran(terms, ELEVEN, { jobType: 'clear' })
    world.airbyte.heedsFilters = false
    expect(await world.look([prices.connectionId])).toMatchObject([{ ok: true, readings: [{ at: Date.parse(TEN) }] }])
  })

  it('is found empty by a clear that thousands of others have followed, without all of those being read', async () => {
    world.airbyte.ran(prices, '2026-11-29T08:00:00Z')
    world.airbyte.ran(prices, '2026-11-29T09:00:00Z', { jobType: 'clear' })
    for (let i = 0; i < 3000; i++) world.airbyte.ran({ connectionId: GONE }, TEN, { jobType: 'clear' })
    expect(await world.look([prices.connectionId])).toMatchObject([{ ok: true, readings: [{ at: null, isEmptied: true }] }])
    expect(world.airbyte.requests.filter((line) => line.startsWith('GET /jobs')).length).toBeLessThan(20)
  })

  it.each([
    ['is inactive', TEN, { status: 'inactive' }, /^It is inactive in Airbyte: no sync begins.$/],
    ['has a clock that runs ahead', '2026-11-29T13:00:00Z', {}, /^The time lies in the future/],
  ] as const)('warns where it %s', async (_, at, own, words) => {
    Object.assign(prices, own)
    world.airbyte.ran(prices, at)
    expect(await world.look([prices.connectionId])).toMatchObject([{ ok: true, warnings: [expect.stringMatching(words)] }])
  })

  it('sees all others where one is gone, is of another workspace, was never loaded or is told without sense', async () => {
    const people = world.airbyte.connect('people', { workspaceId: 'w2' })
    const terms = world.airbyte.connect('terms')
    world.airbyte.ran(prices, TEN)
    world.airbyte.ran(people, TEN)
    const ids = [prices, people, terms].map(({ connectionId }) => connectionId)
    const seen = new Map((await world.look([...ids, GONE], { workspaces: ['w1'] })).map((one) => [one.assetKey, one]))
    const of = (id: string | undefined) => seen.get(`airbyte/${id}`)
    expect(of(ids[0])).toMatchObject({ ok: true })
    expect(of(ids[1])).toMatchObject({ ok: false, lasting: 'gone', publicMessage: expect.stringContaining('workspaces of the catalogue') })
    expect(of(ids[2])).toMatchObject({ lasting: 'no-time', publicMessage: 'Airbyte (airbyte) knows no sync of terms that succeeded.' })
    expect(of(GONE)).toMatchObject({ ok: false, lasting: 'gone' })
    world.airbyte.ran(terms, TEN)
    world.airbyte.failAt('GET /jobs?sync', { kind: 'garbage' })
    const oks = (await world.look([prices.connectionId, terms.connectionId])).map(({ ok }) => ok)
    expect(oks.toSorted()).toEqual([false, true])
  })

  it('of a thousand asks for the list of connections once, page by page, also where a page is shorter than asked for', async () => {
    const ids = Array.from({ length: 999 }, (_, i) => world.airbyte.connect(`c${i}`).connectionId)
    for (const connectionId of ids) world.airbyte.ran({ connectionId }, TEN)
    world.airbyte.ran(prices, TEN)
    world.airbyte.pageMax = 80
    expect((await world.look([prices.connectionId, ...ids])).filter(({ ok }) => ok)).toHaveLength(1000)
    expect(world.airbyte.requests.filter((line) => line === 'GET /connections')).toHaveLength(14)
    expect(world.airbyte.requests.filter((line) => line.endsWith('/token'))).toHaveLength(1)
  })

  it.each(spoiltAnswers('Airbyte', 'Airbyte (airbyte)'))('fails as a whole where the list of connections %s', async (_, fault, words) => {
    world.airbyte.failAt('GET /connections', fault)
    const looking = world.look([prices.connectionId], { timeout: '1s' })
    await expect(looking).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it('waits as long as it is asked to, and signs in anew where its token has ended', async () => {
    world.airbyte.ran(prices, TEN)
    world.airbyte.failAt('GET /jobs', { kind: 'too-many', retryAfter: '7' }, { kind: 'token-expired' })
    expect(await world.look([prices.connectionId])).toMatchObject([{ ok: true }])
    expect(world.clock.waits).toContain(7000)
    expect(world.airbyte.requests.filter((line) => line.endsWith('/token'))).toHaveLength(2)
  })
})

describe('a connection to Airbyte', () => {
  it('says what there is, or why nobody gets in, without its secret', async () => {
    expect(await check()).toMatchObject({ ok: true, detail: 'Airbyte lets us in; it has 1 connection.' })
    world.airbyte.connect('terms', { status: 'inactive' })
    expect(await check()).toMatchObject({ detail: 'Airbyte lets us in; it has 2 connections, 1 of them not active.' })
    for (const own of [
      { clientSecret: 'other-than-that' },
      { clientId: undefined, clientSecret: undefined, user: 'a', password: 'other-than-that' },
    ]) {
      const refused = await check(own)
      expect(refused).toMatchObject({ ok: false, detail: expect.stringContaining('401') })
      expect(JSON.stringify(refused)).not.toContain('other-than-that')
    }
  })

  it('finds its connections with their streams and pages, which are written by jobs of the same names', async () => {
    const { connectionId: id } = prices
    const url = `${world.url.replace('/api/public/v1', '')}/workspaces/w1/connections/${id}`
    const found = await world.ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []))
    expect(found).toMatchObject([{ path: id, job: id, name: 'prices', description: 'Streams: prices.', group: 'w1', url }])
  })

  it('refuses a path that is no id', () => {
    expect(airbyteConnector.refuseAsset?.({ path: 'prices', settings: {} })).toMatchObject({ at: [] })
    expect(airbyteConnector.refuseAsset?.({ path: GONE, settings: {} })).toBeNull()
  })

  it.each([
    [{}, 'clientId'],
    [{ clientId: 'a' }, 'clientSecret'],
    [{ user: 'a' }, 'password'],
    [{ clientId: 'a', clientSecret: 'b', user: 'c', password: 'd' }, 'user'],
  ])('refuses settings that do not go together: %j', (own, at) => {
    const read = airbyteConnector.settings.safeParse({ url: 'http://airbyte.example.edu/api/public/v1', ...own })
    expect(read.error?.issues.map(({ path }) => path[0])).toEqual([at])
  })
})
