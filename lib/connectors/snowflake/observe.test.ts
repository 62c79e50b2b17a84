import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cellOf } from '#demo/startup/snowflake/tables.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { good, type SnowflakeWorld, startSnowflakeWorld } from '#lib/testing/connectors/snowflake-world.ts'

let world: SnowflakeWorld
beforeEach(async () => {
  world = await startSnowflakeWorld()
})
afterEach(() => world.standIn.close())

const COLUMN = { column: 'loaded_at' }
const readingOf = async (path: string, settings: Record<string, unknown> = {}, ofConnection: Record<string, unknown> = {}) =>
  good((await world.look({ [path]: settings }, ofConnection)).get(path))
const hourLater = () => world.clock.set(world.clock.now() + HOUR_MS)

describe('LAST_ALTERED of a table without a time column', () => {
  it('is no load at the first look, whatever it says', async () => {
    expect(await readingOf('raw.orders')).toMatchObject({ readings: [], evidence: { strength: 'weak' } })
  })

  it('after a change of the definition is no load', async () => {
    await readingOf('raw.orders')
    hourLater()
    world.standIn.control.alter('RAW.ORDERS')
    expect(await readingOf('raw.orders')).toMatchObject({ readings: [], evidence: { detail: expect.stringContaining('wrote no row') } })
  })

  it('after a statement that wrote no row is no load', async () => {
    await readingOf('raw.orders')
    hourLater()
    world.standIn.control.touch('RAW.ORDERS')
    expect((await readingOf('raw.orders')).readings).toEqual([])
  })

  it('together with more rows is a load at that time, weakly', async () => {
    await readingOf('raw.orders')
    hourLater()
    world.standIn.control.load('RAW.ORDERS', { rows: 482_500 })
    const loadedAt = world.clock.now()
    world.clock.set(loadedAt + 5 * MINUTE_MS)
    expect(await readingOf('raw.orders')).toMatchObject({
      readings: [{ clock: 'writtenAt', at: loadedAt }],
      rows: 500,
      evidence: { strength: 'weak', method: 'metadata' },
    })
    hourLater()
    world.standIn.control.touch('RAW.ORDERS')
    expect((await readingOf('raw.orders')).readings).toEqual([{ clock: 'writtenAt', at: loadedAt, precision: 'instant' }])
  })

  it('together with as many rows in other bytes is a load, unless its storage is put in order in the background', async () => {
    await world.look({ 'raw.orders': {}, 'raw.sessions': {} })
    hourLater()
    world.standIn.control.load('RAW.ORDERS')
    world.standIn.control.recluster('RAW.SESSIONS')
    const seen = await world.look({ 'raw.orders': {}, 'raw.sessions': {} })
    expect(good(seen.get('raw.orders')).readings).toHaveLength(1)
    expect(good(seen.get('raw.sessions')).readings).toEqual([])
  })

  it('after rows were removed is no load; after all of them were, the table is empty; another under its name is new', async () => {
    await readingOf('raw.orders')
    world.standIn.control.load('RAW.ORDERS', { rows: 400_000, newest: null })
    expect((await readingOf('raw.orders')).readings).toEqual([])
    world.standIn.control.load('RAW.ORDERS', { rows: 0, newest: null })
    expect((await readingOf('raw.orders')).readings).toMatchObject([{ at: null, isEmptied: true }])
    world.standIn.control.table('RAW.ORDERS').created = world.clock.now()
    world.standIn.control.load('RAW.ORDERS', { rows: 10 })
    expect((await readingOf('raw.orders')).readings).toMatchObject([{ at: world.clock.now() }])
  })

  it.each([
    [482_001, 1],
    [400_000, 0],
  ])('after a TRUNCATE and an INSERT of %i rows instead of 482000 shows so many loads: %i', async (rows, loads) => {
    await readingOf('raw.orders')
    hourLater()
    for (const left of [0, rows]) world.standIn.control.load('RAW.ORDERS', { rows: left })
    expect(await readingOf('raw.orders')).toMatchObject({ readings: Array(loads).fill({ at: world.clock.now() }) })
  })
})

describe('the time column of a table', () => {
  it('is read where something moved, and kept where nothing did', async () => {
    const first = await readingOf('raw.orders', COLUMN)
    expect(first).toMatchObject({
      readings: [{ clock: 'writtenAt', at: Date.parse('2026-11-20T06:00:00Z'), precision: 'instant' }],
      evidence: { method: 'column', strength: 'strong', detail: expect.stringContaining('at most') },
    })
    world.asked()
    expect(await readingOf('raw.orders', COLUMN)).toMatchObject({
      readings: first.readings,
      evidence: { method: 'metadata', strength: 'strong' },
      state: first.state,
    })
    expect(world.asked()).toHaveLength(1)
  })

  it('stands still after a change of the definition or a statement without rows, and moves with a load', async () => {
    const first = await readingOf('raw.orders', COLUMN)
    hourLater()
    world.standIn.control.alter('RAW.ORDERS')
    expect((await readingOf('raw.orders', COLUMN)).readings).toEqual(first.readings)
    world.standIn.control.load('RAW.ORDERS', { rows: 482_001 })
    expect((await readingOf('raw.orders', COLUMN)).readings).toMatchObject([{ at: world.clock.now() }])
  })

  it('with a second column of events tells a full reload of old data from new data', async () => {
    const { control } = world.standIn
    const { columns } = control.table('RAW.ORDERS')
    const eventsUntil = (at: string) => String(Date.parse(at) / 1000)
    columns.push({ name: 'ORDERED_AT', type: 'NUMBER', comment: null, newest: eventsUntil('2026-11-18T12:00:00Z') })
    const settings = { ...COLUMN, dataThrough: 'ordered_at' }
    await readingOf('raw.orders', settings)
    hourLater()
    control.load('RAW.ORDERS')
    control.setNewest('RAW.ORDERS', 'ORDERED_AT', eventsUntil('2026-11-18T12:00:00Z'))
    const through = (at: string) => ({ clock: 'dataThroughAt', at: Date.parse(at) })
    expect((await readingOf('raw.orders', settings)).readings).toMatchObject([{ at: world.clock.now() }, through('2026-11-18T12:00:00Z')])
    control.load('RAW.ORDERS', { rows: 482_100 })
    control.setNewest('RAW.ORDERS', 'ORDERED_AT', eventsUntil('2026-11-20T07:30:00Z'))
    expect((await readingOf('raw.orders', settings)).readings[1]).toMatchObject(through('2026-11-20T07:30:00Z'))
  })

  it('in the future is kept and warned of; within the skew of clocks it is not', async () => {
    const { control } = world.standIn
    control.load('RAW.ORDERS', { newest: world.clock.now() + 5 * HOUR_MS })
    control.load('RAW.PRODUCTS', { newest: world.clock.now() + 30_000 })
    for (const _ of [1, 2]) {
      const seen = await world.look({ 'raw.orders': COLUMN, 'raw.products': COLUMN })
      expect(good(seen.get('raw.orders'))).toMatchObject({
        readings: [{ at: world.clock.now() + 5 * HOUR_MS }],
        warnings: [expect.stringContaining('in the future')],
      })
      expect(good(seen.get('raw.products')).warnings).toEqual([])
    }
  })

  it('without a zone is that zone’s wall time, with a warning where none is set', async () => {
    const counted = { column: 'counted_at' }
    expect(await readingOf('raw.stock', counted)).toMatchObject({
      readings: [{ at: Date.parse('2026-11-20T06:00:00Z') }],
      warnings: [expect.stringContaining('tells no zone')],
    })
    expect(await readingOf('raw.stock', { ...counted, zone: 'America/New_York' })).toMatchObject({
      readings: [{ at: Date.parse('2026-11-20T11:00:00Z') }],
      warnings: [expect.stringContaining('in the future')],
    })
    expect((await readingOf('raw.stock', counted, { zone: 'Europe/Berlin' })).readings).toMatchObject([
      { at: Date.parse('2026-11-20T05:00:00Z') },
    ])
  })

  it('may be a date, which is the last instant of that day, a number or an instant with an offset', async () => {
    const seen = await world.look({
      'raw.invoices': { column: 'booked_on', zone: 'America/New_York' },
      'raw.payments': COLUMN,
      'raw.shipments': COLUMN,
    })
    expect(good(seen.get('raw.invoices')).readings).toEqual([
      { clock: 'writtenAt', at: Date.parse('2026-11-21T05:00:00Z') - 1, precision: 'day' },
    ])
    for (const path of ['raw.payments', 'raw.shipments'])
      expect(good(seen.get(path)).readings).toMatchObject([{ at: Date.parse('2026-11-20T06:00:00Z'), precision: 'instant' }])
  })

  it('that holds nothing is empty in an empty table, and no time in a full one', async () => {
    const { control } = world.standIn
    for (const path of ['RAW.ORDERS', 'RAW.PRODUCTS']) control.setNewest(path, 'LOADED_AT', null)
    control.table('RAW.ORDERS').rows = 0
    const seen = await world.look({ 'raw.orders': COLUMN, 'raw.products': COLUMN })
    expect(good(seen.get('raw.orders')).readings).toMatchObject([{ at: null }])
    expect(seen.get('raw.products')).toMatchObject({ ok: false, lasting: 'no-time' })
  })

  it('that is not there, is no time, or may not be read fails alone', async () => {
    world.standIn.control.table('RAW.RETURNS').isRefused = true
    const paths = ['raw.orders', 'raw.products', 'raw.customers', 'raw.addresses']
    const seen = await world.look({
      ...Object.fromEntries(paths.map((path) => [path, COLUMN])),
      'raw.returns': COLUMN,
      'raw.prices': { column: 'gone_at' },
      'raw.emails': { column: 'name' },
      'raw.nothing': COLUMN,
    })
    for (const path of paths) expect(good(seen.get(path)).readings).toHaveLength(1)
    expect(seen.get('raw.returns')).toMatchObject({ ok: false, lasting: 'refused', publicMessage: expect.stringContaining('GRANT SELECT') })
    expect(seen.get('raw.prices')).toMatchObject({ ok: false, lasting: 'gone' })
    expect(seen.get('raw.emails')).toMatchObject({ ok: false, lasting: 'no-time' })
    expect(seen.get('raw.nothing')).toMatchObject({ ok: false, lasting: 'refused' })
  })

  it('with a condition that cannot be applied fails alone, and says that it is the condition', async () => {
    const seen = await world.look({
      'raw.orders': { ...COLUMN, where: '"NOTHING" > 1' },
      'raw.products': { ...COLUMN, where: '"ID" > 1' },
    })
    const words = expect.stringContaining('where cannot be applied')
    expect(seen.get('raw.orders')).toMatchObject({ ok: false, lasting: 'no-time', publicMessage: words })
    expect(good(seen.get('raw.products')).readings).toHaveLength(1)
  })

  it('of a table that was seen before and is not there any more is gone', async () => {
    await readingOf('raw.orders', COLUMN)
    world.standIn.control.drop('RAW.ORDERS')
    expect((await world.look({ 'raw.orders': COLUMN })).get('raw.orders')).toMatchObject({ ok: false, lasting: 'gone' })
  })
})

describe('what no counter tells of', () => {
  it('is read as often as is set when it is a view, and not at all without a column', async () => {
    const first = await readingOf('staging.stg_orders', COLUMN)
    world.clock.set(world.clock.now() + 10 * MINUTE_MS)
    world.standIn.control.load('RAW.ORDERS', { rows: 482_001 })
    expect((await readingOf('staging.stg_orders', COLUMN)).readings).toEqual(first.readings)
    world.clock.set(world.clock.now() + 5 * MINUTE_MS)
    expect((await readingOf('staging.stg_orders', COLUMN)).readings).toMatchObject([{ at: world.clock.now() - 5 * MINUTE_MS }])
    const seen = await world.look({ 'staging.stg_products': {}, 'raw.partner_feed': {} })
    for (const one of seen.values()) expect(one).toMatchObject({ ok: false, lasting: 'no-time' })
  })

  it('is read as often as is set, too, when it is a table over files that lie elsewhere', async () => {
    const [first] = (await readingOf('raw.partner_feed', COLUMN)).readings
    world.standIn.control.setNewest('RAW.PARTNER_FEED', 'LOADED_AT', cellOf('TIMESTAMP_LTZ', world.clock.now()))
    const loadedAt = world.clock.now()
    world.clock.set(loadedAt + 10 * MINUTE_MS)
    expect((await readingOf('raw.partner_feed', COLUMN)).readings).toEqual([first])
    world.clock.set(loadedAt + 15 * MINUTE_MS)
    expect((await readingOf('raw.partner_feed', COLUMN)).readings).toMatchObject([{ at: loadedAt }])
  })

  it('is as of its last good refresh when it is a dynamic table; a refresh that brought nothing wrote nothing', async () => {
    const { refreshes } = world.standIn.control.table('MARTS.SALES_TODAY')
    const [first] = (await readingOf('marts.sales_today')).readings
    expect(first).toMatchObject({ clock: 'loadedAt', at: world.clock.now() - 5 * MINUTE_MS })
    refreshes.push({ state: 'SUCCEEDED', action: 'NO_DATA', dataTimestamp: world.clock.now() - MINUTE_MS })
    expect((await readingOf('marts.sales_today')).readings).toMatchObject([
      { clock: 'loadedAt', at: world.clock.now() - MINUTE_MS },
      { clock: 'writtenAt', at: world.clock.now() - 5 * MINUTE_MS },
    ])
    refreshes.push({ state: 'FAILED', action: 'INCREMENTAL', dataTimestamp: world.clock.now() })
    expect(await readingOf('marts.sales_today')).toMatchObject({
      readings: [{ at: world.clock.now() - MINUTE_MS }, {}],
      warnings: [expect.stringContaining('did not end well')],
    })
  })
})
