import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cellOf } from '#demo/startup/snowflake/tables.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { good, type SnowflakeWorld, startSnowflakeWorld } from '#lib/testing/connectors/snowflake-world.ts'
import { snowflakeExtractRequest } from './extract.ts'
import { snowflakeAssetSchema } from './settings.ts'

let world: SnowflakeWorld
beforeEach(async () => {
  world = await startSnowflakeWorld()
})
afterEach(() => world.standIn.close())

/** What it reads is another table than the one it tells of. */
const LOADED = { loadedAt: { sql: `select max(loaded_at) from raw.deals where name = 'orders' -- of ours;` } }
const told = (sql: string) => ({ loadedAt: { sql } })
const SIX = Date.parse('2026-11-20T06:00:00Z')
const seen = async (settings: Record<string, unknown>, ofConnection: Record<string, unknown> = {}, path = 'raw.orders') =>
  (await world.look({ [path]: settings }, ofConnection)).get(path)
const later = (ms: number) => world.clock.set(world.clock.now() + ms)
const statements = () => world.asked().filter((sql) => sql.startsWith('select * from ('))

describe('a statement of a Snowflake table', () => {
  it('tells a clock by its one time, strongly, with what it took, beside what a column tells of another', async () => {
    const evidence = { method: 'statement', strength: 'strong', detail: expect.stringContaining('at most') }
    const loadedAt = { clock: 'loadedAt', at: SIX, precision: 'instant', evidence }
    expect(good(await seen(LOADED))).toMatchObject({ readings: [loadedAt], evidence, warnings: [] })
    expect(good(await seen({ ...LOADED, column: 'loaded_at' }, {}, 'raw.products'))).toMatchObject({
      readings: [{ clock: 'writtenAt', at: SIX }, loadedAt],
      evidence: { method: 'column' },
    })
  })

  it('is run as often as views are read, since nothing tells that what it reads has moved, and what it told stands meanwhile', async () => {
    const first = good(await seen(LOADED))
    const loadedAt = world.clock.now()
    world.standIn.control.load('RAW.DEALS')
    later(10 * MINUTE_MS)
    world.asked()
    const second = good(await seen(LOADED))
    expect(second).toMatchObject({
      readings: [{ at: SIX, evidence: { strength: 'strong', detail: expect.stringContaining('every 15 min') } }],
    })
    expect([statements(), second.state]).toEqual([[], first.state])
    later(5 * MINUTE_MS)
    expect(good(await seen(LOADED)).readings).toMatchObject([{ at: loadedAt }])
    world.standIn.control.load('RAW.DEALS')
    later(MINUTE_MS)
    expect(good(await seen(LOADED, { readViewsEvery: '1m' })).readings).toMatchObject([{ at: world.clock.now() - MINUTE_MS }])
  })

  it('that is another one than at the look before is run at once', async () => {
    await seen(LOADED)
    world.standIn.control.setNewest('RAW.PRICES', 'LOADED_AT', cellOf('TIMESTAMP_LTZ', SIX - HOUR_MS))
    expect(good(await seen(told('select max(loaded_at) from raw.prices'))).readings).toMatchObject([{ at: SIX - HOUR_MS }])
  })

  it('that gives a wall time or a day is read in the zone of the asset, an offset as it is, and a day is its last instant', async () => {
    const zone = { zone: 'America/New_York' }
    const local = told('select max(counted_at) from raw.stock')
    expect(good(await seen({ ...local, ...zone }))).toMatchObject({ readings: [{ at: Date.parse('2026-11-20T11:00:00Z') }] })
    expect(good(await seen(local)).warnings).toEqual([expect.stringContaining('taken as UTC')])
    expect(good(await seen({ ...told('select max(booked_on) from raw.invoices'), ...zone })).readings).toMatchObject([
      { at: Date.parse('2026-11-21T05:00:00Z') - 1, precision: 'day' },
    ])
    expect(good(await seen(told('select max(loaded_at) from raw.shipments')))).toMatchObject({ readings: [{ at: SIX }], warnings: [] })
  })

  it('that gives nothing says that nothing was loaded, one from the future is kept with a warning', async () => {
    const { control } = world.standIn
    control.setNewest('RAW.DEALS', 'LOADED_AT', null)
    expect(good(await seen(LOADED)).readings).toMatchObject([{ clock: 'loadedAt', at: null }])
    control.setNewest('RAW.PRICES', 'LOADED_AT', cellOf('TIMESTAMP_LTZ', world.clock.now() + 3 * HOUR_MS))
    const ahead = good(await seen(told('select max(loaded_at) from raw.prices')))
    expect(ahead).toMatchObject({
      readings: [{ at: world.clock.now() + 3 * HOUR_MS }],
      warnings: [expect.stringContaining('in the future')],
    })
  })

  it.each([
    ['several rows', 'select loaded_at from raw.deals', 'several rows', 'no-time'],
    ['two columns', 'select loaded_at, name from raw.deals limit 1', '2 columns', 'no-time'],
    ['text', `select '2026-11-20' from raw.deals limit 1`, 'no time or date', 'no-time'],
    ['a number', 'select max(loaded_at) from raw.payments', 'no time or date', 'no-time'],
    ['no SQL', 'select from where', 'does not read as SQL', 'no-time'],
    ['a table that is not there', 'select max(ended) from raw.nowhere', 'names what is not there', 'refused'],
    ['a column that is not there', 'select max(endd) from raw.deals', 'names a column that is not there', 'no-time'],
    ['what the role may not read', 'select max(loaded_at) from raw.returns', 'GRANT SELECT', 'refused'],
    ['the year 1', 'select max(loaded_at) from raw.companies', 'stands for "no time"', 'no-time'],
  ])('that gives %s is no look, in words, and alone', async (_, sql, words, lasting) => {
    const { control } = world.standIn
    control.table('RAW.RETURNS').isRefused = true
    control.setNewest('RAW.COMPANIES', 'LOADED_AT', cellOf('TIMESTAMP_LTZ', Date.parse('0001-01-01T00:00:00Z')))
    const all = await world.look({ 'raw.orders': { ...told(sql), column: 'loaded_at' }, 'raw.products': LOADED })
    expect(all.get('raw.orders')).toMatchObject({ ok: false, lasting, publicMessage: expect.stringContaining(words) })
    expect(good(all.get('raw.products')).readings).toHaveLength(1)
    expect(JSON.stringify(all.get('raw.orders'))).not.toContain(sql)
  })

  it('that takes too long may do better the next time', async () => {
    const { control } = world.standIn
    await seen({})
    world.clock.meanwhile = async () => {
      control.isHanging = control.statements.at(-1)?.sql.startsWith('select * from (') === true
    }
    control.pendingPolls = 1
    const slow = await seen({ ...LOADED }, { statementTimeout: '10s' })
    expect(slow).toMatchObject({ ok: false, lasting: undefined, publicMessage: 'The statement of loadedAt took too long.' })
  })

  it('that fails is run at the next look, too, and after that as often as any, whatever was ever seen', async () => {
    const { control } = world.standIn
    const refused = { ok: false, lasting: 'refused', publicMessage: expect.stringContaining('GRANT SELECT') }
    const asked = async (ms: number, settings: Record<string, unknown> = LOADED) => {
      later(ms)
      const one = await seen(settings)
      return { one, run: statements().length }
    }
    control.table('RAW.DEALS').isRefused = true
    expect(await asked(0)).toMatchObject({ one: refused, run: 1 })
    expect(await asked(10_000)).toMatchObject({ one: refused, run: 1 })
    expect(await asked(30_000)).toMatchObject({ one: refused, run: 1 })
    const again = { ...refused, publicMessage: expect.stringMatching(/GRANT SELECT on it\. It is run every 15 min/) }
    expect(await asked(MINUTE_MS)).toMatchObject({ one: again, run: 0 })
    expect(await asked(MINUTE_MS, told('select max(loaded_at) from raw.returns'))).toMatchObject({ one: { ok: true }, run: 1 })
    expect(await asked(MINUTE_MS)).toMatchObject({ one: refused, run: 1 })
    expect(await asked(MINUTE_MS)).toMatchObject({ one: refused, run: 1 })
    control.table('RAW.DEALS').isRefused = false
    expect(await asked(14 * MINUTE_MS)).toMatchObject({ one: again, run: 0 })
    expect(await asked(MINUTE_MS)).toMatchObject({ one: { ok: true, readings: [{ at: SIX }] }, run: 1 })
  })

  it('of a table that is gone is not asked, of a view and a dynamic table it is what is asked alone', async () => {
    expect(await seen(LOADED, {}, 'raw.nothing')).toMatchObject({ ok: false, lasting: 'refused' })
    expect(statements()).toEqual([])
    for (const path of ['staging.stg_orders', 'marts.sales_today'])
      expect(good(await seen(LOADED, {}, path)).readings).toMatchObject([{ clock: 'loadedAt', at: SIX }])
    expect(world.asked().filter((sql) => sql.includes('REFRESH_HISTORY'))).toEqual([])
  })

  it('is refused in the catalogue where it cannot be one, or feeds what a column feeds', () => {
    const why = (settings: object) =>
      snowflakeAssetSchema.safeParse(settings).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
    expect(why(told('delete from loads'))?.join()).toContain('begins with select')
    expect(why(told('select 1 ->> drop table t'))).toEqual(['loadedAt.sql holds "->>": write one statement'])
    expect(why({ column: 'c', writtenAt: { sql: 'select 1' } })).toEqual(['writtenAt is what column feeds already; keep one of the two'])
    expect(why({ column: 'c', ...told('select max(a) from t') })).toBeUndefined()
  })
})

describe('many statements', () => {
  it('cost as many as there are, and a thousand others at most five', async () => {
    const { control } = world.standIn
    const model = control.table('RAW.ORDERS')
    for (let i = 0; i < 1000; i += 1)
      control.tables.push({ ...model, name: `T${i}`, columns: model.columns.map((column) => ({ ...column })) })
    const assets = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i): [string, Record<string, unknown>] => [`raw.t${i}`, i < 20 ? LOADED : { column: 'loaded_at' }]),
    )
    expect([...(await world.look(assets)).values()].every(({ ok }) => ok)).toBe(true)
    expect(statements()).toHaveLength(20)
    later(15 * MINUTE_MS)
    const again = await world.look(assets)
    const asked = world.asked()
    expect(asked.filter((sql) => sql.startsWith('select * from ('))).toHaveLength(20)
    expect(asked.length - 20).toBeLessThanOrEqual(5)
    expect([...again.values()].every(({ ok }) => ok)).toBe(true)
  })

  it('count against the budget, and are not run once it is used up; what was told not long ago stands', async () => {
    const budget = { budget: 0.05, readViewsEvery: '30m' }
    const assets = { 'raw.orders': LOADED, 'raw.products': { ...LOADED, column: 'loaded_at' } }
    for (let i = 0; i < 3; i += 1) {
      for (const one of (await world.look(assets, budget)).values()) expect(one).toMatchObject({ ok: true, warnings: [] })
      later(2 * MINUTE_MS)
    }
    world.asked()
    const usedUp = expect.stringContaining('The budget of 0.05 credits a day is used up')
    const stands = await world.look(assets, budget)
    expect(good(stands.get('raw.orders'))).toMatchObject({ readings: [{ clock: 'loadedAt', at: SIX }], warnings: [usedUp] })
    expect(good(stands.get('raw.products')).readings).toHaveLength(2)
    later(30 * MINUTE_MS)
    for (const one of (await world.look(assets, budget)).values()) expect(one).toMatchObject({ ok: false, publicMessage: usedUp })
    expect(world.asked().every((sql) => sql.startsWith('show tables'))).toBe(true)
  })

  it('that fail count with all that the look took', async () => {
    world.standIn.control.pendingPolls = 3
    world.clock.meanwhile = async () => later(MINUTE_MS / 2)
    const begunAt = world.clock.now()
    const one = await seen(told('select max(endd) from raw.deals'), { budget: 1, statementTimeout: '20m' })
    expect(one).toMatchObject({ ok: false })
    expect(one?.state?.['spent']).toMatchObject({ credits: expect.closeTo((world.clock.now() - begunAt) / HOUR_MS, 3) })
  })

  it('that each take longer than the minute of the warehouse that is paid for stop where the budget ends', async () => {
    const assets = Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`raw.t${i}`, LOADED]))
    const { control } = world.standIn
    for (let i = 0; i < 24; i += 1) control.tables.push({ ...control.table('RAW.ORDERS'), name: `T${i}` })
    control.pendingPolls = 3
    world.clock.meanwhile = async () => later(MINUTE_MS / 2)
    const all = [...(await world.look(assets, { budget: 0.1, statementTimeout: '20m' })).values()]
    const run = statements().length
    expect(run).toBeGreaterThan(0)
    expect(run).toBeLessThan(24)
    expect(all.filter(({ ok }) => ok)).toHaveLength(run)
  })
})

it.each([
  ['select 1 ->> drop table t', false],
  [`select 'a\\\\' ->> drop table t ->> select 'b'`, false],
  [`select $$'$$ ->> drop table t ->> select $$'$$`, false],
  [`select '->>' as arrow from t -- ->>`, true],
])('an extract is one statement, too: %s', (sql, isTaken) => {
  expect(snowflakeExtractRequest.safeParse({ sql }).success).toBe(isTaken)
})
