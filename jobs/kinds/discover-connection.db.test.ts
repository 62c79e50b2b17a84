import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { reloadCatalogue } from '#jobs/worker/reload-catalogue.ts'
import { isSyncDue } from '#lib/db/catalogue/discoveries.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { inForce } from '#lib/testing/worlds/found-world.ts'
import discoverConnection from './discover-connection.ts'

const CATALOGUE = `page: { name: P, zone: UTC }
connections: { shop: { kind: postgres, url: "\${SHOP_URL}", schemas: [store] }, files: { kind: http, baseUrl: "http://127.0.0.1:9" } }
adopt:
  - { from: "shop/**", group: Shop, feed: "{path.1}", policy: { kind: none } }
`
const START = Date.parse('2026-11-29T12:00:00Z')
let own: TestDatabase
let shop: TestDatabase
let clock: FakeClock
let ctx: Context
let services: JobServices
let shopUrl = ''

beforeEach(async () => {
  ;({ database: own, clock, ctx } = await createDatabaseAt(START))
  shop = await createTestDatabase()
  shopUrl = shop.url
  await shop
    .context(clock)
    .pool.query(
      'create schema store; create table store.orders (id int); create table store.items (id int); create view store.open as select * from store.orders',
    )
  services = testServices(ctx, { ...(await loadExtensions()), lookup: (name) => (name === 'SHOP_URL' ? shopUrl : undefined) })
  await sync()
  clock.set(START + MINUTE_MS)
})
afterEach(() => Promise.all([own.drop(), shop.drop()]))

const sync = () => reloadCatalogue(services, { ok: true, texts: [{ file: 'tidemark.yaml', text: CATALOGUE }] })
const state = async (key: string) => {
  const { rows } = await ctx.pool.query<{ problem: string | null; next: Date | null; found: number }>(
    'select problem, next_at as next, found from discovery where connection_key = $1',
    [key],
  )
  return rows[0]
}

test('what a database holds becomes feeds by one rule, with the lineage of its views, and the next look is a day later', async () => {
  await discoverConnection.run(services, { connection: 'shop' })
  expect(await state('shop')).toEqual({ problem: null, next: new Date(START + MINUTE_MS + DAY_MS), found: 3 })
  expect(await isSyncDue(ctx.pool, clock.now())).toBe(true)
  await sync()
  expect(await inForce(ctx)).toEqual(['items', 'open', 'orders'].map((table) => `shop / shop-store / shop/store.${table}`))
  const { rows } = await ctx.pool.query(
    `select u.key as up, d.key as down, e.origin, e.told_by as by from lineage_edge e join subject u on u.id = e.upstream_id join subject d on d.id = e.downstream_id`,
  )
  expect(rows).toEqual([{ up: 'shop/store.orders', down: 'shop/store.open', origin: 'view', by: 'connection:shop' }])
})

test('a system that does not let us in says why, takes nothing away and is asked again in an hour', async () => {
  await discoverConnection.run(services, { connection: 'shop' })
  await sync()
  clock.set(START + 2 * DAY_MS)
  shopUrl = 'postgres://reader:canary-word@127.0.0.1:9/shop'
  await discoverConnection.run(services, { connection: 'shop' })
  expect(await state('shop')).toEqual({
    problem: expect.stringContaining('Nothing answers at that address and port.'),
    next: new Date(clock.now() + HOUR_MS),
    found: 3,
  })
  expect((await state('shop'))?.problem).not.toContain('canary')
  await sync()
  expect(await inForce(ctx)).toHaveLength(3)
})

test('a connector that cannot tell what there is is not asked again', async () => {
  await discoverConnection.run(services, { connection: 'files' })
  expect(await state('files')).toEqual({ problem: null, next: null, found: 0 })
})
