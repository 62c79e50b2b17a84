import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeWindow } from '#lib/commands/windows/change-window.ts'
import { closeWindow } from '#lib/commands/windows/close-window.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import { planSeries } from '#lib/commands/windows/plan-series.ts'
import type { Context } from '#lib/db/context.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { makeChange, makeFeed, makePage } from '#lib/testing/history/feed-changes.ts'
import { addEvent, endIncident, makeBrokenAsset, openIncident, sayOf } from '#lib/testing/incidents/stored-incidents.ts'
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

test('announced work has one entry, renewed when it is changed and when it ends, by itself or by somebody', async () => {
  const entry = async (feedKey = 'terms & dates') => {
    const { xml = '' } = (await atomFeed(ctx, { feedKey })) ?? {}
    return /<entry>\n<id>[^<]*:work[\s\S]*?<\/entry>/.exec(xml)?.[0].split('\n') ?? []
  }
  const subject = { kind: 'feed' as const, key: 'terms & dates' }
  const from = clock.now() + 3_600_000
  const windowId = await openWindow(ctx, { subject, kind: 'maintenance', from, to: from + 3_600_000, note: 'SIS moves.' })
  const announced = await entry()
  expect(announced).toEqual([
    '<entry>',
    `<id>tag:status.campus.example,2026:work/${windowId}</id>`,
    '<title>Maintenance of Terms &lt;all&gt;</title>',
    '<updated>2026-11-20T12:00:05.000Z</updated>',
    '<published>2026-11-20T13:00:05.000Z</published>',
    '<link rel="alternate" type="text/html" href="https://status.campus.example/feeds/terms%20%26%20dates"/>',
    '<category term="maintenance"/>',
    '<summary>From Fri 20 Nov 08:00 EST to Fri 20 Nov 09:00 EST. SIS moves.</summary>',
    '</entry>',
  ])
  expect(await entry('courses')).toEqual([])
  clock.set(clock.now() + 60_000)
  expect(await entry()).toEqual(announced)
  await changeWindow(ctx, { windowId, from: null, to: from + 7_200_000, note: 'SIS moves slowly.' })
  const changed = await entry()
  expect([changed[1], changed[3], changed[7]]).toEqual([
    announced[1],
    '<updated>2026-11-20T12:01:05.000Z</updated>',
    '<summary>From Fri 20 Nov 08:00 EST to Fri 20 Nov 10:00 EST. SIS moves slowly.</summary>',
  ])
  clock.set(from + 60_000)
  expect(await entry()).toEqual(changed)
  await closeWindow(ctx, { windowId })
  const ended = await entry()
  expect([ended[1], ...ended.slice(2, 4)]).toEqual([
    announced[1],
    '<title>Maintenance of Terms &lt;all&gt; has ended</title>',
    '<updated>2026-11-20T13:01:05.000Z</updated>',
  ])

  await openWindow(ctx, { subject: null, kind: 'maintenance', from: clock.now(), to: clock.now() + 60_000, note: null })
  expect([(await entry('courses'))[2], titles((await atomFeed(ctx))?.xml)[0]]).toEqual([
    '<title>Maintenance of everything</title>',
    'Maintenance of everything',
  ])
  clock.set(clock.now() + 60_000)
  expect((await entry('courses'))[2]).toBe('<title>Maintenance of everything has ended</title>')
})

test('an incident has one entry, renewed with its news and over in the end', async () => {
  const entry = async () => {
    const { xml = '' } = (await atomFeed(ctx, { feedKey: 'courses' })) ?? {}
    return /<entry>\n<id>[^<]*:incident[\s\S]*?<\/entry>/.exec(xml)?.[0].split('\n') ?? []
  }
  const { rows } = await ctx.pool.query<{ id: number }>(`select id from subject where key = 'courses'`)
  const asset = await makeBrokenAsset(ctx, rows[0]?.id ?? 0, 'lake/courses')
  const id = await openIncident(ctx, ['connection:lake'], [asset])
  const at = new Date(clock.now()).toISOString()
  const opened = await entry()
  expect(opened.slice(1, 5)).toEqual([
    `<id>tag:status.campus.example,2026:incident/${id}</id>`,
    '<title>lake does not answer</title>',
    `<updated>${at}</updated>`,
    `<published>${at}</published>`,
  ])
  expect(opened.slice(5, 8).join()).toMatch(
    /incidents\/\d+"\/>,<category term="late"\/>,<summary>Since .* It holds back Courses \(Student records\)\./,
  )
  clock.set(clock.now() + 60_000)
  await sayOf(ctx, id, 'updated', { text: 'We are on it.' })
  await addEvent(ctx, id, 'updated', { kind: 'updated' })
  expect((await entry())[7]).toContain('Ada says: We are on it.')
  clock.set(clock.now() + 60_000)
  await endIncident(ctx, id)
  const over = await entry()
  expect(over.slice(1, 4)).toEqual([
    opened[1],
    '<title>Over: lake did not answer</title>',
    `<updated>${new Date(clock.now()).toISOString()}</updated>`,
  ])
  expect(titles((await atomFeed(ctx, { feedKey: 'terms & dates' }))?.xml).join()).not.toContain('lake')
})

test('an incident that goes on in another is not over, and one that turns out never to have been is taken back', async () => {
  const brokenOf = async (key: string) => makeBrokenAsset(ctx, await makeFeed(ctx, key), `lake/${key}`)
  const [older, younger] = [
    await openIncident(ctx, ['connection:one'], [await brokenOf('loads')]),
    await openIncident(ctx, ['connection:two'], [await brokenOf('copies')]),
  ]
  clock.set(clock.now() + 60_000)
  await endIncident(ctx, younger, older)
  const entry = async (id: number) => {
    const { xml = '' } = (await atomFeed(ctx)) ?? {}
    return new RegExp(`incident/${id}</id>[\\s\\S]*?</entry>`).exec(xml)?.[0] ?? ''
  }
  expect(await entry(younger)).toMatch(/<title>two does not answer<[\s\S]*It goes on in an older incident/)
  await ctx.pool.query('update incident set withdrawn_at = $2 where id = $1', [older, new Date(clock.now())])
  expect(await entry(older)).toMatch(/<title>Over: one did not answer<[\s\S]*It held back [\s\S]*this never was one/)
})

test('work that comes again is told each time two weeks ahead', async () => {
  const subject = { kind: 'group' as const, key: 'courses-group' }
  const recurrence = {
    ...{ days: { every: 'week' as const, interval: 1, weekdays: [7] }, from: '02:00', to: '03:00' },
    ...{ firstDay: '2026-11-20', lastDay: null, zone: 'America/New_York' },
  }
  await planSeries(ctx, { subject, recurrence, note: null })
  const told = titles((await atomFeed(ctx, { feedKey: 'courses' }))?.xml).filter((title) => title === 'Maintenance of Student records')
  expect(told).toHaveLength(2)
})

test('only the hundred newest are told', async () => {
  for (let i = 0; i < 110; i += 1) await makeChange(ctx, { feedId: terms, from: i % 2 ? 'late' : 'fresh', to: i % 2 ? 'fresh' : 'late' })
  expect(titles((await atomFeed(ctx))?.xml)).toHaveLength(100)
})
