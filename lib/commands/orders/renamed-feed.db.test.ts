import { afterEach, beforeEach, expect, it } from 'vitest'
import { getRenamed, renameSubjects } from '#lib/db/catalogue/renames.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { getOrder, getReload } from '#lib/queries/runs/reload-order.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { openOrderWorld, playRun, readOrder } from '#lib/testing/runs/order-world.ts'
import { orderReload } from './order-reload.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let ada: Context

beforeEach(async () => {
  ;({ database, clock, ctx, ada } = await openOrderWorld())
})
afterEach(() => database.drop())

/** Courses are called lectures from now on. */
const rename = () => withTransaction(ctx, (sql) => renameSubjects(sql, 'feed', [{ key: 'lectures', was: 'courses' }]))

/** They left the catalogue, and lectures came into it without a word that they are the same. */
const replace = () =>
  ctx.whole.query(`
    update subject set removed_at = created_at where id = 12;
    insert into subject (id, kind, key, name, created_at) values (15, 'feed', 'lectures', 'Lectures', now());
    insert into feed (subject_id, group_id) values (15, 2);
    update asset set feed_id = 15 where subject_id = 22`)

it('an open order goes on with a feed that is renamed, is joined and reached under its new key, and ends', async () => {
  const { orderId } = await orderReload(ada, { feed: 'courses', reason: 'back' })
  await rename()
  expect(await getRenamed(ctx.whole, 'feed', 'courses')).toBe('lectures')
  expect(await orderReload(ada, { feed: 'lectures' })).toEqual({ orderId, isJoined: true })
  expect((await getReload(ada, 'lectures')).order).toMatchObject({ id: orderId, reason: 'back', feed: { key: 'lectures' } })
  await playRun(ctx, 'course', 'completed')
  expect(await readOrder(ctx, orderId)).toBe('done: course done')
  expect(await getOrder(ada, orderId)).toMatchObject({ state: 'done', feed: { key: 'lectures' } })
})

it('so do those of a new key whose feed is told only later to be an old one', async () => {
  const { orderId: past } = await orderReload(ada, { feed: 'courses' })
  await playRun(ctx, 'course', 'completed')
  clock.set(clock.now() + 60_000)
  await replace()
  const { orderId } = await orderReload(ada, { feed: 'lectures' })
  await rename()
  expect([await readOrder(ctx, past), await readOrder(ctx, orderId)]).toEqual(['done: course done', 'open: course running'])
  expect((await getReload(ada, 'lectures')).order?.id).toBe(orderId)
  await playRun(ctx, 'course', 'completed')
  expect(await readOrder(ctx, orderId)).toBe('done: course done')
})

it('what was asked to be told of the new key and reported of it stays with the feed', async () => {
  await replace()
  await ctx.whole.query(`
    insert into subscriber (id, email, token, created_at) values (1, 'eve@example.org', 'e', now()), (2, 'ada@example.edu', 'a', now());
    insert into subscription (subscriber_id, subject_id, asked_at, confirmed_at) values (1, 15, now(), now()), (2, 15, now(), now()), (2, 12, now(), null);
    insert into report (feed_id, asset_id, at, text, reported_by) values (15, 22, now(), 'Marks are missing.', 'Eve')`)
  await rename()
  const { rows: asked } = await ctx.whole.query(
    'select subscriber_id as who, subject_id as what, confirmed_at is not null as sure from subscription',
  )
  expect(asked.toSorted((a, b) => a.who - b.who)).toEqual([1, 2].map((who) => ({ who, what: 12, sure: true })))
  expect((await ctx.whole.query('select feed_id as feed, asset_id as asset from report')).rows).toEqual([{ feed: 12, asset: 22 }])
  await ctx.whole.query(`
    update subject set removed_at = created_at where id = 22;
    insert into subject (id, kind, key, name, created_at) values (26, 'asset', 'lake/lecture', 'lecture', now());
    insert into asset (subject_id, feed_id, asset_kind, connection_key, path) values (26, 12, 'table', 'lake', 'lecture');
    update report set asset_id = 26`)
  await withTransaction(ctx, (sql) => renameSubjects(sql, 'asset', [{ key: 'lake/lecture', was: 'lake/course' }]))
  expect((await ctx.whole.query('select feed_id as feed, asset_id as asset from report')).rows).toEqual([{ feed: 12, asset: 22 }])
})

it('of two open ones the one whose feed had left the catalogue ends, and the other goes on', async () => {
  const { orderId: left } = await orderReload(ada, { feed: 'courses' })
  await replace()
  const { orderId } = await orderReload(ada, { feed: 'lectures' })
  await rename()
  expect([await readOrder(ctx, left), await readOrder(ctx, orderId)]).toEqual(['failed: course skipped', 'open: course running'])
  await playRun(ctx, 'course', 'completed')
  expect(await readOrder(ctx, orderId)).toBe('done: course done')
})
