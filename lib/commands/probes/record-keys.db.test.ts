import { afterEach, beforeEach, expect, test } from 'vitest'
import { rebuild } from '#lib/commands/status/rebuild.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { getApiPage, getListMark } from '#lib/queries/api/list.ts'
import { ASSET_LIST } from '#lib/queries/api/list-assets.ts'
import { getAssetKeys } from '#lib/queries/catalogue/asset-keys.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { keyPromise } from '#lib/testing/history/domain-builders.ts'
import { declare, look, seen, spansOf } from '#lib/testing/history/state-world.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
const START = Date.parse('2026-11-10T12:00:00Z')
const expect_ = keyPromise({ of: ['steam', 'sony'], eachMs: 2 * HOUR_MS, staleMs: 4 * HOUR_MS, withinMs: 10 * HOUR_MS })
const prices = anAsset('prices', { blindAfterMs: 10 * DAY_MS, policies: [anAge(DAY_MS, 2 * DAY_MS)], expect: expect_ })

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
})
afterEach(() => db.drop())

function looked(newest: Record<string, Instant>): Observation {
  const found = Object.entries(newest).map(([key, at]) => ({ key, at }))
  const keys = { column: 'shop', eachMs: expect_.eachMs, isWritten: true, expected: ['steam', 'sony'], found }
  return { ...seen('lake/prices', { writtenAt: Math.max(...Object.values(newest)) }), keys }
}
const at = (hours: number) => START + hours * HOUR_MS
const stored = async () => {
  const { rows } = await ctx.pool.query<{ text: string }>(
    `select key || ' ' || coalesce(to_char(at at time zone 'UTC', 'HH24:MI'), '–') as text from key_reading order by recorded_at, key`,
  )
  return rows.map(({ text }) => text)
}
/** Its keys, as long as somebody sees it. */
async function keysOf(promise: typeof expect_, own: Partial<Parameters<typeof getAssetKeys>[1]> = {}) {
  const { rows } = await ctx.pool.query<{ id: number }>(`select id from subject where key = 'lake/prices'`)
  const sight = { status: 'fresh' as const, reason: 'on-time' as const, probedAt: clock.now(), blindAfterMs: HOUR_MS }
  return getAssetKeys(ctx, { id: rows[0]?.id ?? 0, ...sight, ...own }, promise)
}
const explanation = async () => (await ctx.pool.query(`select verdict ->> 'explanation' as words from asset`)).rows[0].words

test('a key with nothing new turns its table at its own deadline, dated there, and a rebuild says the same', async () => {
  await declare(ctx, [prices])
  await look(ctx, [looked({ steam: at(0), sony: at(-1) })])
  for (const minutes of [5, 30, 60, 90]) {
    clock.set(START + minutes * MINUTE_MS)
    await look(ctx, [looked({ steam: START + minutes * MINUTE_MS, sony: at(-1) })])
  }
  expect(await stored()).toEqual(['sony 11:00', 'steam 12:05', 'steam 12:30', 'steam 13:00', 'steam 13:30'])
  clock.set(at(1.75))
  await sweepDue(ctx)
  const turned = ['fresh/on-time 10 12:00–10 13:00', 'late/key-overdue 10 13:00–']
  expect(await spansOf(ctx, 'lake/prices')).toEqual(turned)
  expect(await explanation()).toBe('Late: sony: nothing since Tue 10 Nov 11:00; steam fine.')
  clock.set(at(3))
  await look(ctx, [looked({ steam: at(3), sony: at(2.5) })])
  const whole = ['fresh/on-time 10 12:00–10 13:00', 'late/key-overdue 10 13:00–10 14:30', 'fresh/on-time 10 14:30–']
  expect(await spansOf(ctx, 'lake/prices')).toEqual(whole)
  const { rows } = await ctx.pool.query<{ id: number }>(`select id from subject where key = 'lake/prices'`)
  await rebuild(ctx, { assetIds: rows.map(({ id }) => id), from: 0, isThorough: true })
  expect(await spansOf(ctx, 'lake/prices')).toEqual(whole)
})

test('a key that is seen first later is noted, and is expected from then on', async () => {
  const seenKeys = { ...expect_, of: 'seen' as const }
  await declare(ctx, [{ ...prices, expect: seenKeys }])
  await look(ctx, [looked({ steam: at(0), sony: at(0) })])
  clock.set(at(1))
  await look(ctx, [looked({ steam: at(1), sony: at(1), epic: at(1) })])
  const told = async () => (await keysOf(seenKeys)).map((one) => `${one.key} ${one.status} ${one.newSince === at(1)}`)
  expect((await told()).sort()).toEqual(['epic fresh true', 'sony fresh false', 'steam fresh false'])
  clock.set(at(3.5))
  await look(ctx, [looked({ steam: at(3.5), sony: at(3.5) })])
  expect(await told()).toContain('epic late true')
  clock.set(at(10.9))
  expect(await told()).toContain('epic stale true')
  clock.set(at(11))
  await look(ctx, [looked({ steam: at(11), sony: at(11), epic: at(11) })])
  expect(await told()).toContain('epic fresh false')
})

test('a key is fresh no longer than somebody sees its table, and late all the same', async () => {
  await declare(ctx, [prices])
  await look(ctx, [looked({ steam: at(0), sony: at(-3) })])
  const told = async (own: Parameters<typeof keysOf>[1]) => (await keysOf(expect_, own)).map(({ key, status }) => `${key} ${status}`)
  clock.set(at(1))
  expect(await told({ probedAt: START })).toEqual(['sony late', 'steam fresh'])
  expect(await told({ probedAt: START - 1 })).toEqual(['sony late', 'steam unknown'])
  expect(await told({ probedAt: START - 1, blindAfterMs: null })).toEqual(['sony late', 'steam fresh'])
  expect(await told({ probedAt: null })).toEqual(['sony late', 'steam unknown'])
  expect(await told({ status: 'unknown', reason: 'source-unreachable' })).toEqual(['sony late', 'steam unknown'])
  expect(await told({ status: 'late', reason: 'gone' })).toEqual(['sony late', 'steam unknown'])
})

test('a key that is named and never comes is told from the first look on', async () => {
  await declare(ctx, [prices])
  await look(ctx, [looked({ steam: at(0) })])
  expect(await stored()).toEqual(['sony –', 'steam 12:00'].sort())
  expect(await explanation()).toBe('Stale: sony: nothing in 10 h; steam fine.')
})

test('without the promise the keys are judged no more', async () => {
  await declare(ctx, [prices])
  await look(ctx, [looked({ steam: at(0) })])
  clock.set(at(1))
  const { expect: _, ...without } = prices
  await declare(ctx, [without])
  expect((await spansOf(ctx, 'lake/prices')).at(-1)).toBe('fresh/on-time 10 13:00–')
})

test('programs are told of each key how it stands, and which ones turned a feed since when', async () => {
  await declare(ctx, [prices, anAsset('shops')])
  await look(ctx, [looked({ steam: at(0), sony: at(-1) }), seen('lake/shops', { writtenAt: START })])
  const assets = async (changedSince?: Date) => (await getApiPage(ctx, ASSET_LIST, { ...(changedSince && { changedSince }) })).items
  const coverage = async () => (await assets()).flatMap((item) => ('coverage' in item ? [item.coverage] : []))
  const feeds = async () => JSON.parse((await getStatusJson(ctx))?.json ?? '').feeds
  const mark = () => getListMark(ctx, ASSET_LIST, {})
  const time = (hours: number) => new Date(at(hours)).toISOString()
  const steam = { key: 'steam', status: 'fresh', newestAt: time(0), lateAt: new Date(at(2) + 1).toISOString(), newSince: null }
  const sony = { ...steam, key: 'sony', newestAt: time(-1), lateAt: new Date(at(1) + 1).toISOString() }
  expect(await coverage()).toEqual([
    { column: 'shop', promise: expect.stringContaining('of each shop of steam and sony'), keys: [sony, steam] },
    null,
  ])
  expect((await feeds())[0].overdueKeys).toEqual([])
  clock.set(at(1.5))
  await sweepDue(ctx)
  expect((await coverage())[0]?.keys[0]).toMatchObject({ key: 'sony', status: 'late' })
  const overdue = { asset: 'lake/prices', column: 'shop', key: 'sony', status: 'late', newestAt: time(-1), since: sony.lateAt }
  expect((await feeds())[0]).toMatchObject({ reason: 'key-overdue', overdueKeys: [overdue] })
  const before = await mark()
  expect(await mark()).toBe(before)
  clock.set(at(1.6))
  expect(await mark()).not.toBe(before)
  await look(ctx, [looked({ steam: at(1.6), sony: at(-1) })])
  expect((await assets(new Date(at(1.6)))).map(({ key }) => key)).toEqual(['lake/prices'])
})
