import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { makeChange, makeFeed, makePage } from '#lib/testing/history/feed-changes.ts'
import { atomFeed } from './atom-feed.ts'

const NOON = Date.parse('2026-11-20T12:00:00Z')
const clock = new FakeClock(NOON)
let db: TestDatabase
let ctx: Context
let terms: number
beforeAll(async () => {
  db = await createTestDatabase()
  ctx = db.context(clock)
  await makePage(ctx)
  terms = await makeFeed(ctx, 'terms & dates', { feed: 'Terms <all>' })
})
afterAll(() => db.drop())

const titles = (xml: string | undefined) => [...(xml ?? '').matchAll(/<entry>\n<id>(.*?)<\/id>\n<title>(.*?)<\/title>/g)].map((m) => m[2])

test('a page without changes has a document, a feed that is not there has none', async () => {
  const empty = await atomFeed(ctx)
  expect(empty?.xml).toContain('<updated>2026-11-20T12:00:00.000Z</updated>')
  expect(await atomFeed(ctx, { feedKey: 'nowhere' })).toBeNull()
})

test('a document says where it is itself', async () => {
  const self = '<link rel="self" type="application/atom+xml" href="https://status.campus.example'
  expect((await atomFeed(ctx))?.xml).toContain(`${self}/feed.atom"/>`)
  expect((await atomFeed(ctx, { feedKey: 'terms & dates' }))?.xml).toContain(`${self}/feeds/terms%20%26%20dates/feed.atom"/>`)
})

test('changes of feeds are told newest first, restated history is not', async () => {
  const courses = await makeFeed(ctx, 'courses', { feed: 'Courses' })
  clock.set(NOON + 1000)
  await makeChange(ctx, { feedId: terms, at: NOON, explanation: 'The last run failed.' })
  await makeChange(ctx, { feedId: terms, from: 'late', to: 'fresh', rewrite: true })
  await makeChange(ctx, { feedId: courses, to: 'stale' })
  const whole = await atomFeed(ctx)
  expect(titles(whole?.xml)).toEqual(['Courses is stale', 'Terms &lt;all&gt; is late'])
  expect(whole?.xml).toContain('<summary>Student records – Terms &lt;all&gt;: late. The last run failed. It was fresh.</summary>')
  expect(whole?.xml).toContain('<published>2026-11-20T12:00:00.000Z</published>')
  expect(whole?.xml).toMatch(/<id>tag:status\.campus\.example,2026:change\/\d+-\d+<\/id>/)
  const one = await atomFeed(ctx, { feedKey: 'terms & dates' })
  expect(titles(one?.xml)).toEqual(['Terms &lt;all&gt; is late'])
  expect(one?.xml).toContain('href="https://status.campus.example/feeds/terms%20%26%20dates"')
})

test('the ETag changes with the content and only with it', async () => {
  const before = await atomFeed(ctx)
  clock.set(NOON + 5000)
  expect((await atomFeed(ctx))?.etag).toBe(before?.etag)
  await makeChange(ctx, { feedId: terms, from: 'late', to: 'fresh' })
  expect((await atomFeed(ctx))?.etag).not.toBe(before?.etag)
})

test('only the hundred newest are told', async () => {
  for (let i = 0; i < 110; i += 1) await makeChange(ctx, { feedId: terms, from: i % 2 ? 'late' : 'fresh', to: i % 2 ? 'fresh' : 'late' })
  expect(titles((await atomFeed(ctx))?.xml)).toHaveLength(100)
})
