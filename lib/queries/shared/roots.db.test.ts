import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { write } from '#lib/testing/worlds/found-world.ts'
import { getRootsOfFeeds } from './roots.ts'

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
  await stands('lake/sales', 'blocked', 3, ['lake/orders'])
})
afterAll(() => database.drop())

const idOf = (key: string) => ids.get(key) ?? 0

/** An asset is late for a reason, since so many hours. */
async function stands(key: string, reason: string, hours: number, blockers: readonly string[] = []): Promise<void> {
  await ctx.whole.query("insert into status_span (subject_id, status, reason, from_at) values ($1, 'late', $2, $3)", [
    ...[idOf(key), reason, new Date(NOW - hours * HOUR_MS)],
  ])
  await ctx.whole.query('update asset set verdict = $2 where subject_id = $1', [idOf(key), { reason, blockedBy: blockers.map(idOf) }])
}

const rootsOfSales = async () => {
  const found = await getRootsOfFeeds(ctx, [{ id: idOf('sales'), status: 'late', reason: 'blocked' }])
  return found.get(idOf('sales'))?.map(({ key, feedKey }) => `${key} of ${feedKey}`)
}

it('a feed is held back by what turned first, and by what is wrong in it by itself, too', async () => {
  expect(await rootsOfSales()).toEqual(['lake/orders of orders'])
  await stands('lake/targets', 'overdue', 1)
  expect(await rootsOfSales()).toEqual(['lake/orders of orders', 'lake/targets of sales'])
})

it('what was removed from a feed holds it back no more', async () => {
  await stands('lake/stock', 'overdue', 5)
  await stands('lake/old', 'blocked', 5, ['lake/stock'])
  expect(await rootsOfSales()).toContain('lake/stock of stock')
  await ctx.whole.query('update subject set removed_at = now() where id = $1', [idOf('lake/old')])
  expect(await rootsOfSales()).not.toContain('lake/stock of stock')
})
