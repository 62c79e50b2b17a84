import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import metabaseConnector from '#lib/connectors/metabase.ts'
import { beginMetabaseWorld, type MetabaseWorld } from '#lib/testing/connectors/metabase-world.ts'
import { spoiltAnswers } from '#lib/testing/connectors/spoilt-answers.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const ON_TABLE = { type: 'query', database: 1, query: { 'source-table': 5 } }
const COLUMN = { column: 'loaded_at' }

let world: MetabaseWorld
beforeEach(async () => {
  world = await beginMetabaseWorld(NOW)
})
afterEach(() => world.end())

const check = (own: Record<string, unknown> = {}) => world.ask((session) => session.check(), own)
const discover = (own: Record<string, unknown> = {}) => world.ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []), own)
const native = (query: string, more = {}) => ({ type: 'native', database: 1, native: { query, 'template-tags': {}, ...more } })

describe('a look at Metabase', () => {
  it('tells no time of a dashboard or card, whenever somebody edited or opened it', async () => {
    world.metabase.show('Board', [world.metabase.ask('Prices', ON_TABLE)])
    expect(await world.look(['cards/1', 'dashboards/1'])).toMatchObject([
      { ok: true, readings: [], evidence: { strength: 'weak' } },
      { ok: true, readings: [] },
    ])
    expect(metabaseConnector.hasClock?.({ path: 'cards/1', settings: {} })).toBe(false)
    expect(metabaseConnector.hasClock?.({ path: 'cards/1', settings: COLUMN })).toBe(true)
  })

  it('asks the database, not the cache, for the newest value of a column', async () => {
    world.metabase.result(world.metabase.ask('Prices', ON_TABLE), [TEN, null, '2026-11-29T11:30:00.5+02:00'])
    expect(await world.look(['cards/1'], {}, COLUMN)).toMatchObject([
      { ok: true, readings: [{ clock: 'dataThroughAt', at: Date.parse(TEN) }], rows: 3, evidence: { strength: 'strong' }, warnings: [] },
    ])
    expect(world.metabase.requests).toContain('POST /api/card/1/query {"ignore_cache":true,"parameters":[]}')
  })

  it('says that there is nothing where there are no rows, and warns of a time in the future', async () => {
    world.metabase.result(world.metabase.ask('Prices', ON_TABLE), [])
    world.metabase.result(world.metabase.ask('Terms', ON_TABLE), ['2026-11-29T13:00:00Z'])
    const seen = await world.look(['cards/1', 'cards/2'], {}, { ...COLUMN, clock: 'loadedAt' })
    expect(seen.toSorted((a, b) => a.assetKey.localeCompare(b.assetKey))).toMatchObject([
      { ok: true, readings: [{ clock: 'loadedAt', at: null }], rows: 0 },
      { ok: true, warnings: [expect.stringMatching(/lies in the future/)] },
    ])
  })

  it.each([
    [
      'has failed, though it looks good',
      { status: 'failed', error: 'relation of Ada is gone', data: { rows: [], cols: [] } },
      {},
      /has failed/,
    ],
    ['is cut', {}, { rows_truncated: 2000 }, /more rows than Metabase gives/],
    ['lacks the column', {}, { cols: [{ name: 'day' }] }, /has no column loaded_at/],
    ['has a time without a zone', {}, { rows: [[TEN], ['2026-11-29T10:00:00']] }, /no time with a zone/],
    [
      'has a time to which only its report gave a zone',
      {},
      { cols: [{ name: 'loaded_at', base_type: 'type/DateTime' }] },
      /no time with a zone/,
    ],
    ['has a time of no told type', {}, { cols: [{ name: 'loaded_at' }] }, /no time with a zone/],
    ['is of another shape', { data: [] }, {}, /not as Metabase writes it/],
  ])('refuses a result that %s', async (_, own, data, words) => {
    world.metabase.result(world.metabase.ask('Prices', ON_TABLE), [TEN], own, data)
    const [seen] = await world.look(['cards/1'], {}, COLUMN)
    expect(seen).toMatchObject({ ok: false, publicMessage: expect.stringMatching(words) })
    expect(JSON.stringify(seen)).not.toContain('Ada')
  })

  it('sees all others where one is gone or in the bin', async () => {
    world.metabase.ask('Prices', ON_TABLE, { archived: true })
    world.metabase.ask('Terms', ON_TABLE)
    world.metabase.show('Old', [], { archived: true })
    const seen = await world.look(['cards/1', 'cards/9', 'dashboards/1', 'dashboards/9', 'cards/2'])
    expect(seen.filter((one) => !one.ok && one.lasting === 'gone')).toHaveLength(4)
    expect(seen.filter(({ ok }) => ok)).toMatchObject([{ assetKey: 'metabase/cards/2' }])
  })

  it('of a thousand cards asks once', async () => {
    const paths = Array.from({ length: 1000 }, (_, i) => `cards/${world.metabase.ask(`c${i}`, ON_TABLE).id}`)
    expect((await world.look(paths)).filter(({ ok }) => ok)).toHaveLength(1000)
    expect(world.metabase.requests).toEqual(['GET /api/card'])
  })

  it.each(spoiltAnswers('Metabase', 'Metabase (metabase)'))('fails as a whole where the list %s', async (_, fault, words) => {
    world.metabase.fail(fault)
    await expect(world.look(['cards/1'], { timeout: '1s' })).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it('waits as long as it is asked to', async () => {
    world.metabase.ask('Prices', ON_TABLE)
    world.metabase.fail({ kind: 'too-many', retryAfter: '7' })
    expect(await world.look(['cards/1'])).toMatchObject([{ ok: true }])
    expect(world.clock.waits).toContain(7000)
  })
})

describe('what is found in Metabase', () => {
  it('are cards with the tables they read, and dashboards made from cards; each is as fresh as that', async () => {
    const joins = [{ 'source-table': 6, condition: [] }]
    world.metabase.show('Board', [world.metabase.ask('Prices', { ...ON_TABLE, query: { 'source-table': 5, joins } })])
    expect(await discover({ namespaces: { Warehouse: 'postgres://db' } })).toMatchObject([
      {
        ...{
          path: 'cards/1',
          kind: 'consumer',
          name: 'Prices',
          group: 'Sales',
          owner: 'Ada Byron',
          url: `${world.url}/question/1`,
          gaps: [],
        },
        policy: { input: { kind: 'upstream' } },
        upstream: [
          { name: 'sales.prices', namespace: 'postgres://db', hint: 'bi' },
          { name: 'terms', namespace: 'postgres://db', hint: 'bi' },
        ],
      },
      { path: 'dashboards/1', group: 'Our analytics', upstream: [{ path: 'cards/1', hint: 'bi' }], url: `${world.url}/dashboard/1` },
    ])
  })

  it.each([
    ['SQL', native('select * from sales.prices [[where day = {{day}}]]'), [{ name: 'sales.prices' }], []],
    ['SQL on a card', native('select * from {{#7-people}} p join terms using (id)'), [{ name: 'terms' }, { path: 'cards/7' }], []],
    ['a card', { type: 'query', query: { 'source-table': 'card__7' } }, [{ path: 'cards/7' }], []],
    ['a query inside', { type: 'query', query: { 'source-query': { 'source-table': 5 } } }, [{ name: 'sales.prices' }], []],
    [
      'stages',
      { 'lib/type': 'mbql/query', stages: [{ 'source-card': 7 }, { native: 'select 1 from terms' }] },
      [{ name: 'terms' }, { path: 'cards/7' }],
      [],
    ],
    ['a table that is not shown', { query: { 'source-table': 99 } }, [], [/does not show to our key/]],
    [
      'a foreign key',
      { query: { 'source-table': 5, fields: [['field', 1, { 'source-field': 2 }]] } },
      [{ name: 'sales.prices' }],
      [/foreign key/],
    ],
    ['a name that is made', native('select * from prices_{{year}}'), [], [/made when it runs/]],
  ])('leads to what %s names, or says that it is not known', async (_, query, upstream, gaps) => {
    world.metabase.ask('Prices', query)
    const [found] = await discover()
    expect(found?.upstream).toMatchObject(upstream)
    expect(found?.upstream).toHaveLength(upstream.length)
    expect(found?.gaps).toEqual(gaps.map((words) => expect.stringMatching(words)))
  })

  it('says that the query of a database without SQL cannot be followed', async () => {
    world.metabase.ask('Events', native('[{"$match": {}}]'), { database_id: 2 })
    expect(await discover()).toMatchObject([{ upstream: [], gaps: ['Its query is in the words of mongo: what it reads is not known.'] }])
  })

  it('is all the rest where databases are not shown or a dashboard is gone, and nothing where an answer is cut', async () => {
    world.metabase.show('Board', [world.metabase.ask('Prices', ON_TABLE)])
    world.metabase.show('Old', [], { archived: true })
    world.metabase.mayListDatabases = false
    expect(await discover()).toMatchObject([{ path: 'cards/1', upstream: [{ name: 'sales.prices' }] }, { path: 'dashboards/1' }])
    world.metabase.fail({ kind: 'cut-off' }, /dashboard\/1/)
    await expect(discover()).rejects.toMatchObject({ publicMessage: expect.stringContaining('in the middle') })
  })

  it('is not told as if it were all where a card is told without sense', async () => {
    world.metabase.ask('Prices', ON_TABLE)
    world.metabase.ask('Terms', ON_TABLE, { database_id: 'one' })
    await expect(discover()).rejects.toMatchObject({ publicMessage: expect.stringContaining('the card 2 is not as Metabase writes it') })
  })

  it('comes page by page, or is refused where the pages go round or end too early', async () => {
    for (let i = 0; i < 5; i++) world.metabase.show(`d${i}`, [])
    world.metabase.pageMax = 2
    expect(await discover()).toHaveLength(5)
    world.metabase.pages = 'in-circle'
    await expect(discover()).rejects.toMatchObject({ publicMessage: expect.stringContaining('round in a circle') })
    world.metabase.pages = 'lost'
    await expect(discover()).rejects.toMatchObject({ publicMessage: expect.stringContaining('ends before its last page') })
  })
})

describe('a connection to Metabase', () => {
  it('says who we are and what there is, or why nobody gets in, without its key', async () => {
    world.metabase.ask('Prices', ON_TABLE)
    expect(await check()).toMatchObject({ ok: true, detail: 'Metabase lets us in as Tidemark; it shows 1 card.' })
    const refused = await check({ apiKey: 'other-than-that' })
    expect(refused).toMatchObject({ ok: false, detail: expect.stringContaining('401') })
    expect(JSON.stringify(refused)).not.toContain('other-than-that')
  })

  it('refuses a path that is neither a dashboard nor a card, and a column of a dashboard', () => {
    const refuse = (path: string, settings = {}) => metabaseConnector.refuseAsset?.({ path, settings })
    expect(refuse('questions/1')).toMatchObject({ at: [] })
    expect(refuse('dashboards/1', COLUMN)).toMatchObject({ at: ['column'] })
    expect(refuse('dashboards/1')).toBeNull()
    expect(refuse('cards/1', COLUMN)).toBeNull()
  })
})
