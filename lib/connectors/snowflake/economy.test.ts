import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { good, type SnowflakeWorld, startSnowflakeWorld } from '#lib/testing/connectors/snowflake-world.ts'

let world: SnowflakeWorld
beforeEach(async () => {
  world = await startSnowflakeWorld()
})
afterEach(() => world.standIn.close())

const COLUMN = { column: 'loaded_at' }

describe('ten thousand tables', () => {
  it('take at most five statements when nothing moved, and those that moved are read 64 at a time', async () => {
    const { control } = world.standIn
    const model = control.table('RAW.ORDERS')
    for (let i = 0; i < 10_000; i += 1)
      control.tables.push({ ...model, name: `T${i}`, columns: model.columns.map((column) => ({ ...column })) })
    const many = Array.from({ length: 10_000 }, (_, i): [string, Record<string, unknown>] => [`raw.t${i}`, COLUMN])
    const assets = Object.fromEntries([...many, ['marts.sales_today', {}]])
    const first = await world.look(assets)
    expect([...first.values()].every(({ ok }) => ok)).toBe(true)
    world.asked()
    const second = await world.look(assets)
    expect(world.asked().length).toBeLessThanOrEqual(5)
    expect([...second.values()].filter((one) => one.ok && one.evidence.method === 'metadata')).toHaveLength(10_000)
    for (let i = 0; i < 100; i += 1) control.load(`RAW.T${i * 7}`, { rows: 482_001 })
    const third = await world.look(assets)
    const asked = world.asked()
    expect(asked.filter((sql) => sql.includes('union all')).map((sql) => sql.split('union all').length)).toEqual([64, 36])
    expect(asked.length).toBeLessThanOrEqual(6)
    expect([...third.values()].filter((one) => one.ok && one.evidence.method === 'column')).toHaveLength(100)
  })
})

describe('a budget of credits a day', () => {
  const BUDGET = { budget: 0.05 }

  it('is kept by the looks, and once it is used up only what needs no warehouse is asked, until the next day', async () => {
    const assets = { 'raw.orders': COLUMN, 'raw.products': COLUMN, 'raw.campaigns': {}, 'staging.stg_orders': COLUMN }
    // Each look wakes the warehouse for a minute: a sixtieth of a credit.
    for (let i = 0; i < 3; i += 1) {
      world.clock.set(world.clock.now() + 2 * MINUTE_MS)
      for (const one of (await world.look(assets, BUDGET)).values()) expect(one).toMatchObject({ ok: true, warnings: [] })
    }
    world.asked()
    world.clock.set(world.clock.now() + 2 * MINUTE_MS)
    world.standIn.control.load('RAW.PRODUCTS', { rows: 4101 })
    world.standIn.control.load('RAW.CAMPAIGNS', { rows: 321 })
    const told = expect.stringContaining('The budget of 0.05 credits a day is used up')
    const seen = await world.look(assets, BUDGET)
    expect(world.asked()).toEqual(['show tables in database "ANALYTICS" limit 10000'])
    expect(seen.get('raw.orders')).toMatchObject({ ok: true, warnings: [told], evidence: { strength: 'weak' } })
    expect(seen.get('raw.campaigns')).toMatchObject({ ok: true, warnings: [told], readings: [{ at: world.clock.now() }] })
    expect(seen.get('raw.products')).toMatchObject({ ok: false, publicMessage: told })
    expect(seen.get('staging.stg_orders')).toMatchObject({ ok: false, publicMessage: told })
    world.clock.set(world.clock.now() + DAY_MS)
    for (const one of (await world.look(assets, BUDGET)).values()) expect(one).toMatchObject({ ok: true, warnings: [] })
  })

  it('counts what was taken for assets that could not be seen, too', async () => {
    const assets = { 'raw.nothing': COLUMN, 'raw.orders': COLUMN }
    for (let i = 0; i < 3; i += 1) {
      await world.look(assets, BUDGET)
      world.clock.set(world.clock.now() + 2 * MINUTE_MS)
    }
    world.asked()
    await world.look(assets, BUDGET)
    expect(world.asked()).toEqual(['show tables in database "ANALYTICS" limit 10000'])
  })

  it('counts what was taken where nothing at all could be seen, also before anything ever was', async () => {
    const assets = { 'raw.nothing': COLUMN, 'raw.nowhere': COLUMN }
    for (let i = 0; i < 3; i += 1) {
      const seen = await world.look(assets, BUDGET)
      expect([...seen.values()]).toMatchObject([
        { ok: false, lasting: 'refused' },
        { ok: false, lasting: 'refused' },
      ])
      world.clock.set(world.clock.now() + 2 * MINUTE_MS)
    }
    world.asked()
    await world.look(assets, BUDGET)
    expect(world.asked()).toEqual(['show tables in database "ANALYTICS" limit 10000'])
    world.clock.set(world.clock.now() + DAY_MS)
    await world.look({ 'raw.nothing': COLUMN, 'raw.orders': COLUMN }, BUDGET)
    world.standIn.control.drop('RAW.ORDERS')
    const gone = (await world.look({ 'raw.orders': COLUMN }, BUDGET)).get('raw.orders')
    expect(gone).toMatchObject({ ok: false, lasting: 'gone', state: { about: expect.any(String), spent: { credits: expect.any(Number) } } })
  })

  it('once it is used up leaves tables over files that lie elsewhere, which nobody counts, unseen', async () => {
    const tiny = { budget: 0.000_001 }
    await world.look({ 'raw.partner_feed': COLUMN }, tiny)
    world.asked()
    expect((await world.look({ 'raw.partner_feed': COLUMN }, tiny)).get('raw.partner_feed')).toMatchObject({ ok: false })
    expect(world.asked()).toEqual(['show tables in database "ANALYTICS" limit 10000'])
  })

  it('that is not set keeps no account', async () => {
    expect(good((await world.look({ 'raw.orders': COLUMN })).get('raw.orders')).state).not.toHaveProperty('spent')
  })
})
