import { afterAll, beforeAll, expect, test } from 'vitest'
import { atomFeed } from '#lib/queries/pages/atom-feed.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { makeChange, makeFeed } from '#lib/testing/history/feed-changes.ts'
import type { Context } from './context.ts'
import { getAddressedPage, getSetting, putSetting } from './settings.ts'

const HERE = 'http://localhost:4711'

let db: TestDatabase
let ctx: Context

beforeAll(async () => {
  db = await createTestDatabase()
  ctx = { ...db.context(new FakeClock('2026-11-29T06:00:00Z')), publicUrl: HERE }
  await makeChange(ctx, { feedId: await makeFeed(ctx, 'terms') })
})

afterAll(() => db.drop())

async function pageWith(url: string | null): Promise<void> {
  await putSetting(ctx.pool, 'page', { name: 'Campus', zone: 'UTC', readyBy: '08:00', url, demo: false })
}

test('where the catalogue names no address all links begin with the one of this installation', async () => {
  await pageWith(null)
  expect((await atomFeed(ctx))?.xml).toContain(`href="${HERE}/feeds/terms"`)
  expect((await getStatusJson(ctx))?.json).toContain(`"url":"${HERE}"`)
  expect((await getPageAccess(ctx)).url).toBe(HERE)
  expect((await getAddressedPage(ctx)).url).toBe(HERE)
})

test('the address of the catalogue wins', async () => {
  await pageWith('https://status.campus.example')
  expect((await atomFeed(ctx))?.xml).toContain('href="https://status.campus.example/feeds/terms"')
  expect((await getAddressedPage(ctx)).url).toBe('https://status.campus.example')
})

test('a setting is read as it was stored; undefined where there is none', async () => {
  expect(await getSetting(ctx.pool, 'a')).toBeUndefined()
  for (const value of [{ since: null, list: [1, { b: 'ü' }] }, 2, 'text', null]) {
    await putSetting(ctx.pool, 'a', value)
    expect(await getSetting(ctx.pool, 'a')).toEqual(value)
  }
})
