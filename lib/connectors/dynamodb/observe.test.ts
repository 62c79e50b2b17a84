import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import dynamodb from '#lib/connectors/dynamodb.ts'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import { DynamoWorld } from '#lib/testing/connectors/dynamodb-world.ts'

const SECRET = 'pretend/secret+key'
let world: DynamoWorld

beforeAll(async () => {
  world = await DynamoWorld.start()
  await world.createTable({
    TableName: 'prices',
    KeySchema: [
      { AttributeName: 'shop', KeyType: 'HASH' },
      { AttributeName: 'seen_at', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'shop', AttributeType: 'S' },
      { AttributeName: 'seen_at', AttributeType: 'S' },
      { AttributeName: 'day', AttributeType: 'S' },
      { AttributeName: 'loaded', AttributeType: 'N' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by_day',
        KeySchema: [
          { AttributeName: 'day', KeyType: 'HASH' },
          { AttributeName: 'loaded', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      },
    ],
  })
  await world.createTable({
    TableName: 'watermarks',
    KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
  })
  const put = (TableName: string, Item: object) => world.real('PutItem', { TableName, Item })
  await put('prices', { shop: { S: 'steam' }, seen_at: { S: '2026-11-20T05:00:00Z' }, day: { S: 'd' }, loaded: { N: '1795150800' } })
  await put('prices', { shop: { S: 'steam' }, seen_at: { S: '2026-11-20T06:30:00Z' }, noted: { S: '2026-11-19' } })
  await put('watermarks', { name: { S: 'prices' }, at: { S: '2026-11-20T06:45:00Z' }, odd: { S: 'soon' } })
})
afterAll(() => world.close())
afterEach(() => world.reset())

async function look(assets: Record<string, Record<string, unknown>>, settings: Record<string, unknown> = {}) {
  const session = world.session(settings)
  const asked = Object.entries(assets).map(([path, own]) => ({ key: `shop/${path}`, path, settings: own, previous: null }))
  try {
    return await Array.fromAsync(session.observe?.(asked) ?? [])
  } finally {
    await session.close?.()
  }
}

const readings = (seen: Observation | undefined) =>
  seen?.ok ? seen.readings.map(({ clock, at, precision }) => [clock, at === null ? null : new Date(at).toISOString(), precision]) : seen
const one = async (path: string, own: Record<string, unknown>) => (await look({ [path]: own }))[0]

describe('how fresh a table is', () => {
  it.each([
    [
      'an item in which loads note their time',
      'watermarks',
      { item: { name: 'prices' }, attribute: 'at' },
      ['loadedAt', '2026-11-20T06:45:00.000Z', 'instant'],
    ],
    ['the last second key of a partition', 'prices', { partition: 'steam' }, ['writtenAt', '2026-11-20T06:30:00.000Z', 'instant']],
    [
      'an attribute of that item, which knows days',
      'prices',
      { partition: 'steam', attribute: 'noted', clock: 'dataThroughAt' },
      ['dataThroughAt', '2026-11-19T23:59:59.999Z', 'day'],
    ],
    [
      'an index of numbers',
      'prices',
      { partition: 'd', index: 'by_day', clock: 'loadedAt' },
      ['loadedAt', '2026-11-20T05:00:00.000Z', 'instant'],
    ],
    ['a partition in which nothing is', 'prices', { partition: 'sony' }, ['writtenAt', null, 'instant']],
  ])('is told by %s', async (_what, path, own, reading) => {
    const seen = await one(path, own)
    expect(readings(seen)).toEqual([reading])
    expect(seen).toMatchObject({ evidence: { strength: 'strong' } })
  })

  it('is never read off its size, which is counted every six hours', async () => {
    expect(await one('prices', {})).toMatchObject({ ok: false, lasting: 'no-time', publicMessage: expect.stringContaining('Name an item') })
    expect(JSON.stringify(await one('watermarks', { item: { name: 'prices' }, attribute: 'odd' }))).toContain('does not read as a time')
  })

  it.each([
    ['a table that is not there', 'nowhere', { partition: 'x' }, { lasting: 'gone' }],
    ['an item that is not there', 'watermarks', { item: { name: 'other' }, attribute: 'at' }, { lasting: 'gone' }],
    ['an index that is not there', 'prices', { partition: 'd', index: 'by_week' }, { lasting: 'gone' }],
    [
      'half a key',
      'prices',
      { item: { shop: 'steam' }, attribute: 'noted' },
      { publicMessage: 'The key of prices is shop and seen_at. Write these under "item".' },
    ],
    ['a table without a second key', 'watermarks', { partition: 'prices' }, { publicMessage: expect.stringContaining('no second key') }],
    ['what cannot be a table', 'a/b', {}, { publicMessage: expect.stringContaining('cannot be the name of a table') }],
  ])('is said in words of %s, by itself among many', async (_what, path, own, expected) => {
    const [bad, good] = await look({ [path]: own, prices_2: {}, ...(path === 'prices' ? {} : { prices: { partition: 'steam' } }) }).then(
      (seen) => [seen.find(({ assetKey }) => assetKey === `shop/${path}`), seen.find(({ assetKey }) => assetKey === 'shop/prices')],
    )
    expect(bad).toMatchObject({ ok: false, ...expected })
    if (path !== 'prices') expect(good).toMatchObject({ ok: true })
  })

  it('is told of a thousand', async () => {
    const own = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`t${i}_x`, { partition: 'x' }]))
    const seen = await look({ ...own, prices: { partition: 'steam' } })
    expect(seen).toHaveLength(1001)
    expect(seen.filter(({ ok }) => ok)).toHaveLength(1)
  })
})

describe('a system that', () => {
  it.each([
    ['does not know us', 'unauthorised', 'refused the credentials', { systemWide: true }],
    ['thinks our clock is wrong', 'skewed', 'clock of this machine', { systemWide: true }],
    ['has too much to do', 'throttled', 'asks for patience', { retryable: true }],
    ['is in trouble', 'server-error', 'HTTP 500', { retryable: true }],
    ['hangs up', 'cut', 'broke the connection', { systemWide: true }],
  ] as const)('%s is not looked at, as a whole, in words and without a secret', async (_what, fault, words, error) => {
    world.control.fault = () => fault
    const health = await world.session().check()
    expect(health).toMatchObject({ ok: false, detail: expect.stringContaining(words) })
    expect(JSON.stringify(health)).not.toContain(SECRET)
    const seen = await look({ prices: { partition: 'steam' } }).catch((thrown: unknown) => thrown)
    if ('systemWide' in error) expect(seen).toMatchObject(error)
    else expect(JSON.stringify(seen)).toContain(words.slice(0, 8))
  })

  it.each(['garbage', 'nothing'] as const)('answers %s is told to have answered so, asset by asset', async (fault) => {
    world.control.fault = () => fault
    expect(await world.session().check()).toMatchObject({ ok: false, detail: expect.stringContaining('cannot be used') })
    expect(await look({ prices: { partition: 'steam' } })).toMatchObject([
      { ok: false, publicMessage: expect.stringContaining('cannot be used') },
    ])
  })

  it('does not let us look at one table says so of that one', async () => {
    world.control.fault = ({ operation, body }) => (operation === 'Query' && body['TableName'] === 'prices' ? 'denied' : null)
    const seen = await look({ prices: { partition: 'steam' }, watermarks: { item: { name: 'prices' }, attribute: 'at' } })
    expect(seen.find(({ assetKey }) => assetKey === 'shop/prices')).toMatchObject({ ok: false, lasting: 'refused' })
    expect(seen.find(({ assetKey }) => assetKey === 'shop/watermarks')).toMatchObject({ ok: true })
  })

  it('does not answer is given up', async () => {
    world.control.fault = () => 'silent'
    await expect(look({ prices: { partition: 'steam' } }, { timeout: '1s' })).rejects.toMatchObject({ code: 'timeout', retryable: true })
  })

  it('asks for patience once gets it', async () => {
    world.control.fault = ({ place }) => (place === 0 ? 'throttled' : null)
    expect(readings((await look({ prices: { partition: 'steam' } }))[0])).toHaveLength(1)
  })
})

describe('what there is', () => {
  it('is said by the check, of the tables that are named, too', async () => {
    expect(await world.session().check()).toMatchObject({ ok: true, detail: 'We may look at prices and watermarks.' })
    expect(await world.session({ tables: ['prices'] }).check()).toMatchObject({ ok: true, detail: 'We may look at prices.' })
    expect(await world.session({ tables: ['prices', 'nowhere'] }).check()).toMatchObject({
      ok: false,
      detail: expect.stringContaining('nowhere'),
    })
  })

  it('is discovered with its keys, and what we may not look at is there all the same', async () => {
    world.control.fault = ({ operation, body }) => (operation === 'DescribeTable' && body['TableName'] === 'watermarks' ? 'denied' : null)
    const found = await Array.fromAsync(world.session().discover?.('UTC') ?? [])
    expect(found).toMatchObject([
      {
        path: 'prices',
        kind: 'table',
        columns: [{ name: 'shop', type: 'string' }, { name: 'seen_at' }, { name: 'day' }, { name: 'loaded', type: 'number' }],
      },
      { path: 'watermarks', isReadable: false },
    ])
  })

  it.each([
    [{ item: { name: 'x' } }, 'attribute'],
    [{ item: { name: 'x' }, attribute: 'at', partition: 'x' }, 'partition'],
    [{ index: 'by_day' }, 'index'],
    [{ attribute: 'at' }, 'attribute'],
  ])('is not asked for by halves: %j', (own, key) => {
    expect(dynamodb.assetSettings.safeParse(own).error?.issues[0]?.path).toEqual([key])
  })
})
