import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import redashConnector from '#lib/connectors/redash.ts'
import { foundUntilEnd } from '#lib/testing/connectors/ask-once.ts'
import { beginRedashWorld, type RedashWorld } from '#lib/testing/connectors/redash-world.ts'
import { spoiltAnswers } from '#lib/testing/connectors/spoilt-answers.ts'

const NOW = '2026-11-29T12:00:00Z'
const NINE = '2026-11-29T09:00:00.678Z'
const NINE_AT = Date.parse(NINE)
const TEN = '2026-11-29T10:00:00.123456+00:00'
const TEN_AT = Date.parse('2026-11-29T10:00:00.123Z')

let world: RedashWorld
beforeEach(async () => {
  world = await beginRedashWorld(NOW)
})
afterEach(() => world.end())

const check = (own: Record<string, unknown> = {}) => world.ask((session) => session.check(), own)
const discover = (own: Record<string, unknown> = {}) => world.ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []), own)

describe('a look at Redash', () => {
  it('reads of a query when its result was made, whenever it was edited', async () => {
    world.redash.ask('Prices', TEN)
    expect(await world.look(['queries/1'])).toMatchObject([
      { ok: true, readings: [{ clock: 'loadedAt', at: TEN_AT }], evidence: { strength: 'strong' }, warnings: [] },
    ])
  })

  it('reads of a dashboard the oldest result of what it shows', async () => {
    world.redash.show('Board', [world.redash.ask('Prices', TEN), world.redash.ask('Terms', NINE)])
    expect(await world.look(['dashboards/1'])).toMatchObject([
      { ok: true, readings: [{ at: NINE_AT }], evidence: { detail: 'The oldest of its 2 results, that of Terms, was made then.' } },
    ])
  })

  it.each([
    [
      'a query without a result',
      () => [world.redash.ask('Terms', null)],
      {},
      'Board shows what has no result in Redash (redash) yet: Terms.',
    ],
    [
      'a draft of somebody else',
      () => [{ ...world.redash.ask('Terms', TEN, { is_archived: true }), id: 2 }],
      {},
      'Board shows what Redash (redash) does not list to our account, so when it was made is not known: query 2. Publish it.',
    ],
    [
      'something kept from our account',
      () => [],
      { widgets: [{ id: 7, width: 1, restricted: true }] },
      'Redash (redash) keeps 1 of what Board shows from our account: let it see their data sources.',
    ],
  ])('tells no time of a dashboard that shows also %s', async (_, others, own, words) => {
    const prices = world.redash.ask('Prices', TEN)
    world.redash.show('Board', [prices, ...others()], own)
    expect(await world.look(['dashboards/1'])).toMatchObject([{ ok: false, lasting: 'no-time', publicMessage: words }])
  })

  it('tells no time where there is nothing made', async () => {
    world.redash.ask('Prices', null)
    world.redash.show('Board', [])
    expect(await world.look(['queries/1', 'dashboards/1'])).toMatchObject([
      { ok: false, lasting: 'no-time', publicMessage: 'Prices has no result in Redash (redash) yet.' },
      { ok: false, lasting: 'no-time', publicMessage: 'Board shows no query in Redash (redash).' },
    ])
  })

  it('warns where other results of a query are not told, and of a clock that runs ahead', async () => {
    world.redash.show('Board', [world.redash.ask('Prices', '2026-11-29T13:00:00Z', { options: { parameters: [{ name: 'day' }] } })])
    expect(await world.look(['dashboards/1'])).toMatchObject([
      {
        evidence: { strength: 'weak' },
        warnings: ['With parameters only the result of their usual values is told: Prices.', expect.stringMatching(/lies in the future/)],
      },
    ])
  })

  it('sees all others where one is gone, archived or told without sense', async () => {
    world.redash.ask('Prices', TEN)
    world.redash.ask('Terms', 'yesterday')
    world.redash.show('Old', [], { is_archived: true })
    expect(await world.look(['queries/9', 'queries/2', 'dashboards/1', 'dashboards/9', 'queries/1'])).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ assetKey: 'redash/queries/9', ok: false, lasting: 'gone' }),
        expect.objectContaining({
          assetKey: 'redash/queries/2',
          publicMessage: expect.stringContaining('the query 2 is not as Redash writes it (retrieved_at)'),
        }),
        expect.objectContaining({ assetKey: 'redash/dashboards/1', ok: false, lasting: 'gone' }),
        expect.objectContaining({ assetKey: 'redash/dashboards/9', ok: false, lasting: 'gone' }),
        expect.objectContaining({ assetKey: 'redash/queries/1', ok: true }),
      ]),
    )
  })

  it('of a thousand queries asks for as many pages as Redash makes of them', async () => {
    const paths = Array.from({ length: 1000 }, (_, i) => `queries/${world.redash.ask(`q${i}`, TEN).id}`)
    world.redash.pageMax = 100
    expect((await world.look(paths)).filter(({ ok }) => ok)).toHaveLength(1000)
    expect(world.redash.requests).toHaveLength(10)
  })

  it.each([
    ['go round in a circle', 'in-circle', /round in a circle/],
    ['end too early', 'lost', /ends before its last page/],
  ] as const)('fails as a whole where the pages %s', async (_, pages, words) => {
    for (const name of ['Prices', 'Terms', 'People']) world.redash.ask(name, TEN)
    Object.assign(world.redash, { pages, pageMax: 1 })
    await expect(world.look(['queries/1'])).rejects.toMatchObject({ publicMessage: expect.stringMatching(words) })
  })

  it.each(spoiltAnswers('Redash', 'Redash (redash)'))('fails as a whole where the list %s', async (_, fault, words) => {
    world.redash.fail(fault)
    await expect(world.look(['queries/1'], { timeout: '1s' })).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it('waits as long as it is asked to', async () => {
    world.redash.ask('Prices', TEN)
    world.redash.fail({ kind: 'too-many', retryAfter: '7' })
    expect(await world.look(['queries/1'])).toMatchObject([{ ok: true }])
    expect(world.clock.waits).toContain(7000)
  })
})

describe('what is found in Redash', () => {
  it('is all the rest where a query and a dashboard are told without sense, and not as if it were all', async () => {
    world.redash.ask('Terms', 'yesterday')
    world.redash.show('Odd', [], { widgets: [{ visualization: { query: 'none' } }] })
    world.redash.show('Board', [world.redash.ask('Prices', TEN)])
    expect(await world.ask((session) => foundUntilEnd(session.discover?.('UTC') ?? []))).toEqual({
      paths: ['queries/2', 'dashboards/2'],
      problem: expect.stringMatching(/^2 of 4 cannot be read: .* the query 1 is not as Redash writes it .retrieved_at.\.$/),
    })
  })

  it('are queries with the tables of their SQL, and dashboards made from them', async () => {
    const sql = 'select * from sales.prices p join terms t on true where day = {{ day }}'
    world.redash.show('Board', [world.redash.ask('Prices', TEN, { query: sql })], { widgets: [{ id: 7, restricted: true }] })
    expect(await discover({ namespaces: { Warehouse: 'postgres://db' } })).toMatchObject([
      {
        ...{
          path: 'queries/1',
          kind: 'consumer',
          name: 'Prices',
          owner: 'Ada',
          group: 'Warehouse',
          url: `${world.url}/queries/1`,
          gaps: [],
        },
        upstream: [
          { name: 'sales.prices', namespace: 'postgres://db', hint: 'bi' },
          { name: 'terms', namespace: 'postgres://db', hint: 'bi' },
        ],
      },
      { path: 'dashboards/1', upstream: [{ path: 'queries/1', hint: 'bi' }], gaps: [expect.stringContaining('keeps 1 of what it shows')] },
    ])
  })

  it('may be made from other queries, or in a way that nobody can follow', async () => {
    world.redash.ask('Own', TEN, { data_source_id: 2, query: 'select * from query_7 join cached_query_8 using (id)' })
    world.redash.ask('Events', TEN, { data_source_id: 3, query: '{"collection": "events"}' })
    world.redash.ask('Made', TEN, { query: 'select * from prices_{{ year }}' })
    expect(await discover()).toMatchObject([
      { upstream: [{ path: 'queries/7' }, { path: 'queries/8' }] },
      { upstream: [], gaps: ['Its query is in json, not SQL: what it reads is not known.'] },
      { upstream: [], gaps: [expect.stringContaining('whose name is made when it runs')] },
    ])
  })

  it('is all the rest where data sources are not shown or a dashboard is gone, and nothing where an answer is cut', async () => {
    world.redash.show('Board', [world.redash.ask('Prices', TEN, { query: 'select * from prices' })])
    world.redash.show('Old', [], { is_archived: true })
    world.redash.mayListSources = false
    expect(await discover()).toMatchObject([{ path: 'queries/1', upstream: [{ name: 'prices' }] }, { path: 'dashboards/1' }])
    world.redash.fail({ kind: 'cut-off' }, /dashboards\/1/)
    await expect(discover()).rejects.toMatchObject({ publicMessage: expect.stringContaining('in the middle') })
  })
})

describe('a connection to Redash', () => {
  it('says who we are and what there is', async () => {
    world.redash.ask('Prices', TEN)
    expect(await check()).toMatchObject({ ok: true, detail: 'Redash lets us in as Tidemark; it shows 1 query.' })
  })

  it('says that its key is not known, though Redash says that nothing is there, and does not show it', async () => {
    const refused = await check({ apiKey: 'other-than-that' })
    expect(refused).toMatchObject({ ok: false, detail: expect.stringMatching(/does not know our key, and says so as HTTP 404/) })
    expect(JSON.stringify(refused)).not.toContain('other-than-that')
    await expect(world.look(['queries/1'], { apiKey: 'other-than-that' })).rejects.toMatchObject({ systemWide: true })
  })

  it('says that the address is another', async () => {
    expect(await check({ url: `${world.url}/finance` })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('no API at that address'),
    })
  })

  it('refuses a path that is neither a dashboard nor a query', () => {
    for (const path of ['dashboards/board', 'queries/0', '12'])
      expect(redashConnector.refuseAsset?.({ path, settings: {} })).toMatchObject({ at: [] })
    expect(redashConnector.refuseAsset?.({ path: 'dashboards/12', settings: {} })).toBeNull()
  })
})
