import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { ExactNumber } from '#lib/domain/values/json.ts'
import { foundUntilEnd } from '#lib/testing/connectors/ask-once.ts'
import { type SnowflakeWorld, startSnowflakeWorld } from '#lib/testing/connectors/snowflake-world.ts'
import { snowflakeExtractRequest } from './extract.ts'
import { readEpoch, readWallTime, toJsonValue } from './read-value.ts'
import { snowflakeAssetSchema, snowflakeSettingsSchema } from './settings.ts'
import { accountOf } from './sign-in.ts'
import { formatTablePath, parseTablePath, quoteTable } from './table-path.ts'

let world: SnowflakeWorld
beforeEach(async () => {
  world = await startSnowflakeWorld()
})
afterEach(() => world.standIn.close())

describe('the check', () => {
  it('says as whom, in which role and with which warehouse we get in', async () => {
    expect(await world.connector.check(world.connection())).toEqual({
      ok: true,
      detail: 'Snowflake 9.31.0, account MAIN, as TIDEMARK in the role PROBE_RO, with the warehouse PROBE_XS.',
      credentialExpiresAt: null,
    })
  })

  it('says when an access token ends, that a warehouse is missing, and that a clock is wrong', async () => {
    const { control, accessToken } = world.standIn
    control.clockAheadMs = 3 * MINUTE_MS
    const health = await world.connector.check(world.connection({ token: accessToken }))
    expect(health).toMatchObject({ ok: true, credentialExpiresAt: world.clock.now() + 30 * DAY_MS + 3 * MINUTE_MS })
    expect(health.detail).toContain('180 s ahead')
    control.hasWarehouse = false
    expect(await world.connector.check(world.connection())).toMatchObject({ ok: false, detail: expect.stringContaining('GRANT USAGE') })
  })
})

describe('discovery', () => {
  it('finds tables, views and dynamic tables with columns, owners, labels and what views are made from', async () => {
    const found = await Array.fromAsync(world.connector.discover(world.connection()))
    expect(found).toHaveLength(40)
    expect(found.find(({ path }) => path === 'STAGING.STG_CUSTOMERS')).toMatchObject({
      name: 'Stg customers',
      group: 'STAGING',
      owner: 'TRANSFORMER',
      description: 'Customers, cleaned',
      settings: { column: 'loaded_at' },
      labels: { database: 'ANALYTICS', schema: 'STAGING' },
      upstream: [
        { hint: 'view', path: 'RAW.CUSTOMERS' },
        { hint: 'view', path: 'RAW.ADDRESSES' },
      ],
      columns: [
        { name: 'ID', type: 'NUMBER' },
        { name: 'NAME' },
        { name: 'LOADED_AT', type: 'TIMESTAMP_LTZ', description: 'When it came' },
      ],
    })
    expect(found.find(({ path }) => path === 'MARTS.SALES_TODAY')).toMatchObject({ settings: {}, upstream: [{}, {}] })
    const assets = Object.fromEntries(found.map(({ path, settings }) => [path, settings]))
    expect([...(await world.look(assets)).values()].filter(({ ok }) => !ok).map(({ assetKey }) => assetKey)).toEqual([])
  })

  it('keeps to the schemas that are named, and goes without edges where the role may not see them', async () => {
    world.standIn.control.mayReadAccountUsage = false
    const found = await Array.fromAsync(world.connector.discover(world.connection({ schemas: ['staging'] })))
    expect(found.map(({ group }) => group)).toEqual(Array(10).fill('STAGING'))
    expect(found.flatMap(({ upstream }) => upstream)).toEqual([])
  })
})

it('discovery finds what lies in all other databases where one is not shown, and says so', async () => {
  const { paths, problem } = await foundUntilEnd(world.connector.discover(world.connection({ databases: ['GONE', 'ANALYTICS'] })))
  expect(paths).toHaveLength(40)
  expect(problem).toMatch(/^1 of 2 cannot be read: /)
})

describe('an extract', () => {
  it('reads a statement’s rows, part by part', async () => {
    world.standIn.control.rowsPerPartition = 7
    const rows = await Array.fromAsync(world.connector.extract(world.connection(), { sql: 'select * from raw.orders limit 20' }))
    expect(rows).toHaveLength(20)
    expect(rows[19]).toEqual({ ID: 20, NAME: 'orders 20', LOADED_AT: expect.stringMatching(/^2026-11-20T06:59:\d\dZ$/) })
  })

  it('of two columns with one name is refused, since one would be lost', async () => {
    world.standIn.control.table('RAW.ORDERS').columns.push({ name: 'ID', type: 'NUMBER', comment: null, newest: null })
    const rows = Array.fromAsync(world.connector.extract(world.connection(), { sql: 'select * from raw.orders limit 2' }))
    await expect(rows).rejects.toMatchObject({ code: 'refused', publicMessage: expect.stringContaining('two columns "ID"') })
  })

  it.each([
    'delete from t',
    'call p()',
    'show tables',
    'with p as procedure () returns int language sql as $$ … $$ call p()',
    'with p as/* hidden */procedure () returns int language sql as $$ … $$ call p()',
    '/* select */ delete from t',
    `${'/**/'.repeat(24_000)} delete from t`,
  ])('does not take %.80s', (sql) => {
    expect(snowflakeExtractRequest.safeParse({ sql }).success).toBe(false)
  })

  it.each(['-- all\n(select 1) union all (select 2)', '// all\nselect 1', '/** all **/ with a as (select 1) select procedure from a'])(
    'takes %s',
    (sql) => {
      expect(snowflakeExtractRequest.safeParse({ sql }).success).toBe(true)
    },
  )
})

describe('a value of the SQL API', () => {
  it.each([
    ['1767323045.123000000', 1_767_323_045_123],
    ['1767323045', 1_767_323_045_000],
    ['-0.500000000', -500],
    ['-1.000500000', -1001],
    ['soon', null],
  ])('%s is so many milliseconds', (text, ms) => {
    expect(readEpoch(text)).toBe(ms)
  })

  it('without a zone that autumn repeats is its first instant, and may be the second', () => {
    const wall = String(Date.parse('2026-11-01T01:30:00Z') / 1000)
    expect(readWallTime(wall, 'America/New_York')).toMatchObject({
      at: Date.parse('2026-11-01T05:30:00Z'),
      orAt: Date.parse('2026-11-01T06:30:00Z'),
      isWallTime: true,
    })
  })

  it.each([
    ['fixed', 0, '42', 42],
    ['fixed', 2, '-007.50', -7.5],
    ['fixed', 0, '12345678901234567890', new ExactNumber('12345678901234567890')],
    ['real', null, 'NaN', 'NaN'],
    ['boolean', null, 'true', true],
    ['date', null, '20777', '2026-11-20'],
    ['date', null, '-1', '1969-12-31'],
    ['time', 9, '3661.500000000', '01:01:01.5'],
    ['timestamp_ntz', 9, '1767323045.123456789', '2026-01-02T03:04:05.123456789'],
    ['timestamp_ltz', 3, '1767323045.123000000', '2026-01-02T03:04:05.123Z'],
    ['timestamp_tz', 0, '1616173619.000000000 1500', '2021-03-19T18:06:59+01:00'],
    ['timestamp_tz', 0, '1616173619.000000000 1110', '2021-03-19T11:36:59-05:30'],
    ['variant', null, '{"a":1}', { a: 1 }],
    ['text', null, '007', '007'],
  ])('of type %s (%s) %s is read without loss', (type, scale, cell, value) => {
    expect(toJsonValue(cell, { type, scale })).toEqual(value)
    expect(toJsonValue(null, { type, scale })).toBeNull()
  })
})

describe('what is written in the catalogue', () => {
  it('names tables in capitals unless they are quoted, and is read back as it was', () => {
    for (const [path, read] of [
      ['orders', ['ANALYTICS', 'PUBLIC', 'ORDERS']],
      ['raw.orders', ['ANALYTICS', 'RAW', 'ORDERS']],
      ['other.raw."or.d""ers"', ['OTHER', 'RAW', 'or.d"ers']],
      ['raw."x""; drop table y --"', ['ANALYTICS', 'RAW', 'x"; drop table y --']],
    ] as const) {
      const parsed = parseTablePath(path, 'analytics')
      expect(parsed && [parsed.database, parsed.schema, parsed.name]).toEqual(read)
      expect(parsed && parseTablePath(formatTablePath(parsed, 'analytics'), 'analytics')).toEqual(parsed)
    }
    for (const path of ['', 'a.b.c.d', 'a..b', '"a']) expect(parseTablePath(path, 'analytics')).toBeNull()
  })

  it('stands in a statement as one name, whatever it holds', () => {
    expect(quoteTable({ database: 'D', schema: "s'\\", name: 'x"; drop table y --' })).toBe(`"D"."s'\\"."x""; drop table y --"`)
  })

  it('names the account as its tokens do', () => {
    expect(accountOf({ url: 'https://acme-main.snowflakecomputing.com', account: undefined })).toBe('ACME-MAIN')
    expect(accountOf({ url: 'https://xy12345.us-east-1.snowflakecomputing.com', account: undefined })).toBe('XY12345')
    expect(accountOf({ url: 'https://proxy.example.edu', account: 'acme-main' })).toBe('ACME-MAIN')
  })

  it('tells others what its tables are called, as far as that is known', () => {
    const settings = { url: 'https://acme-main.snowflakecomputing.com', database: 'analytics' }
    expect(world.connector.identity?.(settings)).toEqual({
      case: 'upper',
      omits: ['PUBLIC'],
      names: ['"ANALYTICS"'],
      namespaces: ['snowflake://ACME-MAIN'],
    })
    for (const [url, database] of [
      ['${URL}', '${DATABASE}'],
      ['file:/run/secrets/url', 'file:/run/secrets/database'],
    ])
      expect(world.connector.identity?.({ url, database })).toEqual({ case: 'upper', omits: ['PUBLIC'] })
  })

  it('is refused where it cannot be meant', () => {
    const settings = { url: 'https://a-b.snowflakecomputing.com', warehouse: 'W', database: 'D' }
    for (const more of [{}, { user: 'U' }, { user: 'U', privateKey: 'K', token: 'T' }])
      expect(snowflakeSettingsSchema.safeParse({ ...settings, ...more }).success).toBe(false)
    for (const where of ['a = 1 // b', 'a; drop table b', "a = 'it", 'a -- b', 'a = $$b$$', 'a)'])
      expect(snowflakeAssetSchema.safeParse({ column: 'c', where }).success).toBe(false)
    for (const where of ["a <> 'x' and (b > 2)", "site like 'https://%'"])
      expect(snowflakeAssetSchema.safeParse({ column: 'c', where }).success).toBe(true)
  })
})
