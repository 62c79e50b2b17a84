import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { makeFeed } from '#lib/testing/history/feed-changes.ts'
import { endIncident, makeBrokenAsset, openIncident } from '#lib/testing/incidents/stored-incidents.ts'
import { loadIncidentRoots } from './incident-facts.ts'

const NOON = Date.parse('2026-11-20T17:00:00Z')
const clock = new FakeClock(NOON)

let db: TestDatabase
let ctx: Context
let orders: number
let payments: number
beforeAll(async () => {
  db = await createTestDatabase()
  ctx = db.context(clock)
  const brokenOf = async (key: string) => makeBrokenAsset(ctx, await makeFeed(ctx, key, { feed: key, group: 'Shop' }), `lake/${key}`)
  orders = await brokenOf('orders')
  payments = await brokenOf('payments')
  await ctx.pool.query(`update status_span set reason = 'contract-broken' where subject_id = $1`, [orders])
  await ctx.pool.query(
    `insert into contract_break (asset_id, from_at, to_at, status, version, words)
       values ($1, $3, $4, 'late', '1', 'the field id is gone'), ($2, $3, $5, 'late', '1', 'of before')`,
    [orders, payments, new Date(NOON - HOUR_MS), new Date(NOON + MINUTE_MS), new Date(NOON)],
  )
})
afterAll(() => db.drop())

const broken = async (id: number) => (await loadIncidentRoots(ctx.pool, id)).map(({ name, isBroken }) => [name, isBroken])

test('a contract is a cause where it is broken, and of what is over where it was broken while that went on', async () => {
  const id = await openIncident(ctx, [`asset:${orders}`, `asset:${payments}`], [orders, payments])
  expect(await broken(id)).toEqual([
    ['lake/orders', true],
    ['lake/payments', false],
  ])
  await ctx.pool.query(`update status_span set reason = 'overdue' where subject_id = $1`, [orders])
  expect((await broken(id))[0]).toEqual(['lake/orders', false])
  await clock.advance(HOUR_MS)
  await endIncident(ctx, id)
  expect(await broken(id)).toEqual([
    ['lake/orders', true],
    ['lake/payments', false],
  ])
})
