import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { edgesInSql } from '#lib/testing/database/edges.ts'
import { write } from '#lib/testing/worlds/found-world.ts'
import { causesNow } from './causes.ts'
import { getRootsOfAsset, getRootsOfFeed, getRootsOfFeeds } from './roots.ts'

const NOW = Date.parse('2026-11-10T12:00:00Z')
const TEXT = `groups:
  numbers:
    feeds:
      orders: { assets: { lake/orders: } }
      stock: { assets: { lake/stock: } }
      sales: { assets: { lake/sales: { from: [lake/orders] }, lake/targets: , lake/old: } }
`
let database: TestDatabase
let ctx: Context
let ids: Map<string, number>

beforeAll(async () => {
  ;({ database, ctx } = await createDatabaseAt(NOW))
  await write(ctx, TEXT)
  const { rows } = await ctx.whole.query<{ id: number; key: string }>('select id, key from subject')
  ids = new Map(rows.map(({ id, key }) => [key, id]))
  await ctx.whole.query('update asset set promised = true')
  await ctx.whole.query('delete from status_span')
  await stands('lake/orders', 'overdue', 3)
  await stands('lake/sales', 'blocked', 3)
})
afterAll(() => database.drop())

const idOf = (key: string) => ids.get(key) ?? 0

/** An asset is late for a reason, since so many hours. */
async function stands(key: string, reason: string, hours: number): Promise<void> {
  await ctx.whole.query("insert into status_span (subject_id, status, reason, from_at) values ($1, 'late', $2, $3)", [
    ...[idOf(key), reason, new Date(NOW - hours * HOUR_MS)],
  ])
}

const rootsOfSales = async () => {
  const found = await getRootsOfFeeds(ctx, [{ id: idOf('sales'), status: 'late' }], await causesNow(ctx))
  return found.get(idOf('sales'))?.map(({ key, feedKey }) => `${key} of ${feedKey}`)
}

it('a feed is held back by what turned first, and by what is wrong in it by itself, too', async () => {
  expect(await rootsOfSales()).toEqual(['lake/orders of orders'])
  await stands('lake/targets', 'overdue', 1)
  expect(await rootsOfSales()).toEqual(['lake/orders of orders', 'lake/targets of sales'])
})

it('what was removed from a feed holds it back no more', async () => {
  await stands('lake/stock', 'overdue', 5)
  await stands('lake/old', 'blocked', 5)
  await ctx.whole.query(edgesInSql([idOf('lake/stock'), idOf('lake/old')]))
  expect(await rootsOfSales()).toContain('lake/stock of stock')
  await ctx.whole.query('update subject set removed_at = now() where id = $1', [idOf('lake/old')])
  expect(await rootsOfSales()).not.toContain('lake/stock of stock')
})

it('what a feed or an asset is judged by is named as what it began with only where a connection is the reason', async () => {
  const ofOrders = async () =>
    (await getRootsOfFeed(ctx, { id: idOf('orders'), key: 'orders', status: 'late' })).map(({ key, system }) => [key, system?.name])
  expect(await ofOrders()).toEqual([])
  expect(await getRootsOfAsset(ctx, idOf('lake/orders'), 'lake/orders')).toEqual([])
  expect((await getRootsOfAsset(ctx, idOf('lake/sales'), 'lake/sales')).map(({ key }) => key)).toEqual(['lake/orders'])
  await ctx.whole.query("insert into blind (connection_key, from_at, reason) values ('lake', $1, 'source-unreachable')", [
    new Date(NOW - 4 * HOUR_MS),
  ])
  expect(await ofOrders()).toEqual([['lake/orders', 'lake']])
  expect(await getRootsOfAsset(ctx, idOf('lake/orders'), 'lake/orders')).toMatchObject([
    { system: { kind: 'connection', since: NOW - 4 * HOUR_MS } },
  ])
})

it('a job that it comes down to is called by the name that its system gives it, and led to by the one it has here', async () => {
  await ctx.whole.query('delete from blind')
  await ctx.whole.query("update asset set job = 'dbt/7' where subject_id = $1", [idOf('lake/orders')])
  await ctx.whole.query(
    `insert into external_run (connection_key, job, external_id, state, placed_at, ended_at, told_by, told_at) values ('dbt', '7', '1', 'failed', $1, $1, 'connection:dbt', $1)`,
    [new Date(NOW - 4 * HOUR_MS)],
  )
  const system = async () => (await getRootsOfAsset(ctx, idOf('lake/sales'), 'lake/sales')).find(({ key }) => key === 'lake/orders')?.system
  expect(await system()).toMatchObject({ kind: 'job', key: 'dbt/7', name: 'dbt/7' })
  await ctx.whole.query("insert into external_job values ('dbt', '7', 'Nightly build')")
  expect(await system()).toMatchObject({ kind: 'job', key: 'dbt/7', name: 'Nightly build (dbt/7)' })
})
