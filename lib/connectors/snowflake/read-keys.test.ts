import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import snowflake from '#lib/connectors/snowflake.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { good, type SnowflakeWorld, startSnowflakeWorld } from '#lib/testing/connectors/snowflake-world.ts'
import { snowflakeAssetSchema } from './settings.ts'

let world: SnowflakeWorld
beforeEach(async () => {
  world = await startSnowflakeWorld()
})
afterEach(() => world.standIn.close())

const at = (text: string) => Date.parse(`2026-11-${text}Z`)
/** It is 07:00 of the 20th. */
const ROWS = [
  { key: 'steam', at: at('20T06:00') },
  { key: 'steam', at: at('19T06:00') },
  { key: 'sony', at: at('19T23:10') },
  { key: "o'hara \\ co", at: at('19T01:00') },
  { key: 'steam', at: Date.parse('9999-01-01T00:00Z') },
  { key: 'years ago', at: Date.parse('2020-01-01T00:00Z') },
]
const EACH = { key: 'shop', of: 'seen', each: '1d' }
const look = async (own: object = {}, more: Record<string, unknown> = {}, path = 'raw.prices', connection: Record<string, unknown> = {}) =>
  (await world.look({ [path]: { column: 'loaded_at', expect: { ...EACH, ...own }, ...more } }, connection)).get(path)
const newest = (seen: Observation | undefined) =>
  good(seen).keys?.found.map((one) => `${one.key} ${new Date(one.at).toISOString().slice(8, 16)}`)
const statements = () => world.asked().filter((sql) => sql.startsWith('select left('))
beforeEach(() => world.standIn.control.setKeys('RAW.PRICES', 'SHOP', ROWS))

describe('the newest row of each key of a Snowflake table', () => {
  it('is read by one statement, but for rows of long ago and of years to come', async () => {
    const seen = good(await look())
    expect(newest(seen)).toEqual(['steam 20T06:00', 'sony 19T23:10', "o'hara \\ co 19T01:00"])
    expect(seen.keys).toMatchObject({ column: 'shop', eachMs: 86_400_000, isWritten: true, expected: null })
    expect(seen.readings).toMatchObject([{ clock: 'writtenAt', at: at('20T06:00') }])
    expect(statements()).toEqual([
      `select left(to_varchar("SHOP"), 201) as K, max("LOADED_AT") as V from "ANALYTICS"."RAW"."PRICES" where "SHOP" is not null and "LOADED_AT" >= '2026-10-20T07:00:00.000+00:00'::timestamp_tz and "LOADED_AT" <= '2026-11-20T07:01:00.000+00:00'::timestamp_tz group by 1 order by 2 desc limit 201`,
    ])
  })

  it('is that of the keys that are named, as they are written, where the condition holds', async () => {
    const seen = good(await look({ of: ["o'hara \\ co", 'sony', 'epic'] }, { where: "name <> 'test'" }))
    expect(newest(seen)).toEqual(['sony 19T23:10', "o'hara \\ co 19T01:00"])
    expect(seen.keys?.expected).toEqual(["o'hara \\ co", 'sony', 'epic'])
    expect(statements()).toEqual([
      expect.stringContaining(`to_varchar("SHOP") in ('o''hara \\\\ co', 'sony', 'epic') and (name <> 'test')`),
    ])
  })

  it('is that of the names as its column holds them, and told as they are written', async () => {
    const { control } = world.standIn
    const rows = (...keys: string[]) => keys.map((key) => ({ key, at: at('20T06:00') }))
    control.setKeys('RAW.PRICES', 'PRICE', rows('5.00', '7.50', '12345678901234567890.00'), 'NUMBER')
    const seen = good(await look({ key: 'price', of: ['5', '5.0', '6', '12345678901234567890'] }))
    expect(seen.keys?.found.map(({ key }) => key)).toEqual(['5', '5.0', '12345678901234567890'])
    expect(statements()).toEqual([expect.stringContaining('"PRICE" in (5, 6, 12345678901234567890) group by')])
    control.load('RAW.PRICES')
    control.setKeys('RAW.PRICES', 'FLAG', rows('true', 'false'), 'BOOLEAN')
    expect(good(await look({ key: 'flag', of: ['TRUE'] })).keys?.found.map(({ key }) => key)).toEqual(['TRUE'])
    control.load('RAW.PRICES')
    control.setKeys('RAW.PRICES', 'PRICE', rows('5.00'), 'NUMBER')
    expect(await look({ key: 'price', of: ['5', 'two'] })).toMatchObject({
      ok: false,
      publicMessage: 'What reads the newest rows of each price names a value that does not read as its type.',
    })
  })

  it('is found under a name that is no plain one', async () => {
    world.standIn.control.setKeys('RAW.PRICES', 'the "shop"', ROWS)
    expect(newest(await look({ key: '"the ""shop"""' }))).toContain('sony 19T23:10')
  })

  it.each([
    [
      'a wall time in the zone of the asset',
      'RAW.STOCK',
      'counted_at',
      { zone: 'America/New_York', clock: 'dataThroughAt' },
      ['steam 20T06:00', 'sony 20T04:10'],
    ],
    ['a time with its offset', 'RAW.SHIPMENTS', 'loaded_at', {}, ['steam 20T01:00', 'sony 19T23:10']],
    ['a day, today the newest', 'RAW.INVOICES', 'booked_on', {}, ['steam 20T23:59', 'sony 19T23:59']],
  ])('is read as what its column holds: %s', async (_, table, column, more, found) => {
    world.standIn.control.setKeys(table, 'SHOP', [
      { key: 'steam', at: at('20T01:00') },
      { key: 'sony', at: at('19T23:10') },
    ])
    const seen = good(await look({}, { column, ...more }, table.toLowerCase()))
    expect(newest(seen)).toEqual(found)
    expect(seen.keys?.isWritten).toBe(!('clock' in more))
  })

  it('is not asked for again while the table stands still, and is where another promise is made', async () => {
    await look()
    world.asked()
    expect(good(await look()).keys).toBeUndefined()
    expect(statements()).toEqual([])
    world.standIn.control.load('RAW.PRICES')
    expect(newest(await look())).toHaveLength(3)
    expect(newest(await look({ each: '2d' }))).toHaveLength(3)
    expect(statements()).toHaveLength(2)
  })

  it.each<[string, object, Record<string, unknown> & { path?: string }, string, string]>([
    [
      'there are too many keys',
      {},
      {},
      'Its column shop holds more than 200 values within 30 d. Name those that are expected: of: […].',
      'no-time',
    ],
    ['its column holds numbers', {}, { path: 'raw.payments' }, 'Its keys can be judged by a column of times or dates only.', 'no-time'],
    [
      'there is no such key',
      { key: 'seller' },
      {},
      'What reads the newest rows of each seller names a column that is not there.',
      'no-time',
    ],
    ['the condition fits nothing', {}, { where: '"NOTHING" = 1' }, 'where cannot be applied', 'no-time'],
  ])('is no look at all, in words, where %s', async (_, own, { path = 'raw.prices', ...more }, words, lasting) => {
    const many = Array.from({ length: 201 }, (_one, n) => ({ key: `${n}`, at: at('20T06:00') }))
    for (const table of ['RAW.PRICES', 'RAW.PAYMENTS']) world.standIn.control.setKeys(table, 'SHOP', many)
    const other = { 'raw.products': { column: 'loaded_at' } }
    const all = await world.look({ [path]: { column: 'loaded_at', expect: { ...EACH, ...own }, ...more }, ...other })
    expect(all.get(path)).toMatchObject({ ok: false, lasting, publicMessage: expect.stringContaining(words) })
    expect(good(all.get('raw.products')).readings).toHaveLength(1)
  })

  it('is asked for again after a look at which it could not be read', async () => {
    const { control } = world.standIn
    await look()
    control.load('RAW.PRICES')
    control.setKeys('RAW.PRICES', 'OTHER', ROWS)
    expect(await look()).toMatchObject({ ok: false })
    control.setKeys('RAW.PRICES', 'SHOP', [{ key: 'sony', at: at('20T06:30') }])
    expect(newest(await look())).toEqual(['sony 20T06:30'])
  })

  it('waits for tomorrow once the budget is used up, and what it took is kept', async () => {
    world.clock.meanwhile = async () => world.clock.set(world.clock.now() + 2 * MINUTE_MS)
    world.standIn.control.pendingPolls = 1
    const seen = await look({}, {}, 'raw.prices', { budget: 0.09 })
    expect(seen).toMatchObject({ ok: false, publicMessage: expect.stringContaining('Its keys were not read.') })
    expect(seen?.state).toMatchObject({ spent: { credits: expect.any(Number) } })
    expect(statements()).toEqual([])
  })

  it('is tried by check', async () => {
    const session = await snowflake.open(world.connection())
    const tried = (key: string) =>
      Array.fromAsync(
        session.trySql?.([
          { key: 'snow/raw.prices', path: 'raw.prices', settings: { column: 'loaded_at', expect: { ...EACH, key } }, previous: null },
        ]) ?? [],
      )
    expect(await tried('shop')).toEqual([])
    expect(await tried('seller')).toMatchObject([
      { at: ['expect'], isWrong: true, problem: 'What reads the newest row of each key names a column that is not there.' },
    ])
  })

  it('is refused in the catalogue without the column that tells the time of a row', () => {
    expect(snowflakeAssetSchema.safeParse({ expect: EACH }).error?.issues[0]?.message).toContain('name the column, too')
  })
})

it('a later hour of the same look moves the bounds', async () => {
  world.clock.set(world.clock.now() + HOUR_MS)
  await look()
  expect(statements()[0]).toContain("<= '2026-11-20T08:01:00.000+00:00'")
})
