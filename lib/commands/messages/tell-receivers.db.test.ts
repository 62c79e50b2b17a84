import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { putRouting } from '#lib/db/settings.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import { SAME_INCIDENT_MS } from '#lib/domain/incidents/incident.ts'
import { GATHER_MS } from '#lib/domain/messages/pace.ts'
import type { Route } from '#lib/domain/messages/route.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { SendOutcome } from '#lib/notifiers/notifier.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { makeChange, makeFeed, makePage } from '#lib/testing/history/feed-changes.ts'
import { channelThat, declareRoutes, waitingIn } from '#lib/testing/worlds/told-receiver.ts'

const NOON = Date.parse('2026-11-20T17:00:00Z')
const NEW_YORK = 'America/New_York'
const clock = new FakeClock(NOON)
const FAILED: SendOutcome = { ok: false, kind: 'retry', problem: 'Busy.' }

let db: TestDatabase
let ctx: Context
const feeds = new Map<string, number>()
beforeAll(async () => {
  db = await createTestDatabase()
  ctx = db.context(clock)
  for (const key of ['terms', 'courses', 'people']) feeds.set(key, await makeFeed(ctx, key, { feed: key, group: `Group of ${key}` }))
})
beforeEach(async () => {
  clock.set(NOON)
  await ctx.pool.query('delete from outbox')
  await ctx.pool.query('delete from status_change')
  await makePage(ctx)
})
afterAll(() => db.drop())

const declare = (routes: readonly Partial<Route>[], budget: number | null = null) => declareRoutes(ctx, routes, budget)
const turn = (feed: string, from: Status, to: Status) => makeChange(ctx, { feedId: feeds.get(feed) ?? 0, from, to, channels: ['team'] })
const channel = (how: Parameters<typeof channelThat>[1] = {}) => channelThat(ctx, how)
const waiting = () => waitingIn(ctx)

describe('a receiver of turns', () => {
  test('is told at once, and of the next within two minutes together with what else came', async () => {
    await declare([{}])
    const { tell, titles, sent, linesOf } = channel()
    await turn('terms', 'fresh', 'late')
    expect(await tell()).toMatchObject({ delivered: 1 })
    expect(sent[0]).toMatchObject({ feedKey: 'terms', from: 'fresh', to: 'late', link: 'https://status.campus.example/feeds/terms' })
    await clock.advance(SECOND_MS)
    await turn('courses', 'fresh', 'late')
    await turn('people', 'fresh', 'stale')
    await tell()
    expect(await waiting()).toEqual([1, 2].map(() => ({ at: NOON + GATHER_MS, hold: 'gather' })))
    clock.set(NOON + GATHER_MS)
    await tell()
    expect(titles()).toEqual(['terms is late', 'courses is late, and 1 more'])
    expect(linesOf(1)).toEqual([
      'courses is late: https://status.campus.example/feeds/courses',
      'people is stale: https://status.campus.example/feeds/people',
    ])
    expect(await waiting()).toEqual([])
  })

  test('that is a program gets one message for each, a moment later and within its budget', async () => {
    await declare([{}], 3)
    const { tell, titles } = channel({ isAlone: true })
    await turn('terms', 'fresh', 'late')
    await tell()
    for (const key of ['courses', 'people', 'terms']) await turn(key, 'fresh', 'stale')
    await clock.advance(GATHER_MS)
    await tell()
    expect(titles()).toEqual(['terms is late', 'courses is stale', 'people is stale'])
    expect(await waiting()).toEqual([{ at: Date.parse('2026-11-21T05:00:00Z'), hold: 'budget' }])
  })

  test('hears nothing of what flaps twenty times but that it broke and that it is well', async () => {
    await declare([{}])
    const { tell, titles } = channel()
    for (let n = 0; n < 20; n += 1) {
      await turn('terms', 'fresh', 'late')
      await tell()
      await clock.advance(MINUTE_MS)
      await turn('terms', 'late', 'fresh')
      await tell()
      await clock.advance(2 * MINUTE_MS)
    }
    await clock.advance(SAME_INCIDENT_MS)
    await tell()
    expect(titles()).toEqual(['terms is late', 'terms is fresh'])
  })

  test('hears only what its routes lead to, and what becomes of that', async () => {
    await declare([
      { groups: ['terms-group'], severity: 'stale' },
      { groups: ['people-group'], events: ['incidents'] },
    ])
    const { tell, sent } = channel()
    await turn('courses', 'fresh', 'stale')
    await turn('people', 'fresh', 'stale')
    await turn('terms', 'fresh', 'late')
    await tell()
    expect(sent).toEqual([])
    await turn('terms', 'late', 'stale')
    await tell()
    await clock.advance(GATHER_MS)
    await turn('terms', 'stale', 'late')
    await tell()
    expect(sent.map((one) => 'to' in one && [one.from, one.to])).toEqual([
      ['late', 'stale'],
      ['stale', 'late'],
    ])
    expect(await waiting()).toEqual([])
  })

  test('hears of roots only, or of what is held back only', async () => {
    await ctx.pool.query(
      `with made as (
         insert into subject (kind, key, name, created_at) select 'asset', 'lake/' || k, k, $1 from unnest(array['terms', 'courses']) k returning id, name
       ), a as (
         insert into asset (subject_id, feed_id, asset_kind, connection_key, path, promised)
         select made.id, f.id, 'table', 'lake', made.name, true from made join subject f on f.kind = 'feed' and f.key = made.name returning subject_id
       ), sp as (
         insert into status_span (subject_id, status, reason, from_at) select id, 'late', 'overdue', $1 from made returning subject_id
       )
       insert into lineage_edge (upstream_id, downstream_id, origin, told_by, from_at)
       select u.id, d.id, 'declared', 'catalogue', $1 from made u, made d where u.name = 'terms' and d.name = 'courses'`,
      [new Date(NOON - HOUR_MS)],
    )
    for (const [place, told] of [['root', 'terms is late'] as const, ['dependant', 'courses is late'] as const]) {
      await ctx.pool.query('delete from outbox')
      await declare([{ place }])
      const { tell, titles } = channel()
      await turn('terms', 'fresh', 'late')
      await turn('courses', 'fresh', 'late')
      await tell()
      expect(titles()).toEqual([told])
    }
    await ctx.pool.query('truncate lineage_edge, status_span; delete from asset')
  })

  test('is left in peace in its quiet hours, also in the night that is an hour longer, and then told what still matters', async () => {
    const night = Date.parse('2026-11-01T02:30:00Z')
    clock.set(night)
    await declare([{ quiet: { from: '22:00', to: '07:00' } }])
    const { tell, titles, sent, linesOf } = channel()
    await turn('terms', 'fresh', 'late')
    await turn('courses', 'fresh', 'late')
    await tell()
    await clock.advance(HOUR_MS)
    await turn('courses', 'late', 'fresh')
    await tell()
    expect(await waiting()).toEqual([{ at: Date.parse('2026-11-01T12:00:00Z'), hold: 'quiet' }])
    clock.set('2026-11-01T11:59:59Z')
    await tell()
    expect(sent).toEqual([])
    clock.set('2026-11-01T12:00:00Z')
    await tell()
    expect(titles()).toEqual(['terms is late'])
    expect(linesOf(0)).toContain(`Held back by quiet hours since Sat 31 Oct, 22:30 (${NEW_YORK}).`)
  })

  test('gets its digest at its time, of all that came since', async () => {
    await declare([{ digest: ['16:00'] }])
    const { tell, titles } = channel()
    await turn('terms', 'fresh', 'late')
    await tell()
    await clock.advance(HOUR_MS)
    await turn('people', 'fresh', 'late')
    await tell()
    expect(titles()).toEqual([])
    clock.set(Date.parse('2026-11-20T21:00:00Z'))
    await tell()
    expect(titles()).toEqual(['terms is late, and 1 more'])
  })

  test('gets no more than its budget, is told which is the last, and the next day what was held back', async () => {
    await declare([{}], 2)
    const { tell, titles, linesOf } = channel()
    for (const key of ['terms', 'courses', 'people']) {
      await turn(key, 'fresh', 'late')
      await tell()
      await clock.advance(GATHER_MS)
    }
    expect(titles()).toEqual(['terms is late', 'courses is late'])
    expect(linesOf(1)).toContain('This is the last of today’s 2 messages: what comes until tomorrow is told then.')
    const midnight = Date.parse('2026-11-21T05:00:00Z')
    expect(await waiting()).toEqual([{ at: midnight, hold: 'budget' }])
    clock.set(midnight)
    await tell()
    expect(titles()[2]).toBe('people is late')
    expect(linesOf(2)).toContain(`Held back since Fri 20 Nov, 12:04 (${NEW_YORK}): the 2 messages of that day were sent.`)
  })

  test('that fails is tried again with the same things under the same id, whatever came meanwhile', async () => {
    await declare([{}])
    const { tell, titles, ids } = channel({ answers: [FAILED] })
    await turn('terms', 'fresh', 'late')
    await turn('courses', 'fresh', 'late')
    expect(await tell()).toMatchObject({ retried: 1 })
    await turn('people', 'fresh', 'late')
    await clock.advance(5 * SECOND_MS)
    expect(await tell()).toMatchObject({ delivered: 1 })
    await clock.advance(GATHER_MS)
    await tell()
    expect(titles()).toEqual(['terms is late, and 1 more', 'terms is late, and 1 more', 'people is late'])
    expect(ids()[1]).toBe(ids()[0])
    expect(ids()[2]).not.toBe(ids()[0])
  })

  test('is not told any more how something was, where it heard later how it is', async () => {
    await declare([{}])
    const { tell, titles } = channel({ answers: [FAILED, FAILED] })
    await turn('terms', 'fresh', 'late')
    await tell()
    await clock.advance(5 * SECOND_MS)
    await tell()
    await clock.advance(GATHER_MS)
    await turn('terms', 'late', 'stale')
    await tell()
    await clock.advance(HOUR_MS)
    await tell()
    expect(titles()).toEqual(['terms is late', 'terms is late', 'terms is stale'])
    expect(await waiting()).toEqual([])
  })

  test('is written to by one worker at a time, and loses nothing by one that dies', async () => {
    await declare([{}])
    const other = db.context(clock)
    const { tell, ids, titles } = channel({ isAlone: true })
    for (const key of feeds.keys()) await turn(key, 'fresh', 'late')
    await Promise.all([tell(), tell(other), tell(), tell(other)])
    expect(titles().sort()).toEqual(['courses is late', 'people is late', 'terms is late'])
    await ctx.pool.query('update outbox set delivered_at = null, next_attempt_at = $1 where attempts = 1', [new Date(NOON + 3 * MINUTE_MS)])
    await clock.advance(3 * MINUTE_MS)
    await tell(other)
    expect(new Set(ids()).size).toBe(3)
    expect(ids()).toHaveLength(6)
  })

  test('that the catalogue names no more ends, whatever waits', async () => {
    await declare([{}])
    const { tell, sent } = channel()
    await turn('terms', 'fresh', 'late')
    await putRouting(ctx.pool, {})
    await tell()
    expect([sent, await waiting()]).toEqual([[], []])
  })
})
