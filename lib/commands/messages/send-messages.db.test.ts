import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Context } from '#lib/db/context.ts'
import { claimMessages } from '#lib/db/messages/messages.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { defineNotifier, type Notifier, type SendOutcome, type StatusMessage } from '#lib/notifiers/notifier.ts'
import webhook from '#lib/notifiers/webhook.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { makeChange, makeFeed, makePage } from '#lib/testing/history/feed-changes.ts'
import { answerWith, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { sendMessages } from './send-messages.ts'

const NOON = Date.parse('2026-11-20T12:00:00Z')
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const clock = new FakeClock(NOON)
const secrets = new Map([['WEBHOOK_SECRET', SECRET]])
const webhookTo = (url: string) => ({ webhook: { url, secret: '${WEBHOOK_SECRET}' } })

let db: TestDatabase
let ctx: Context
let feedId: number
beforeAll(async () => {
  db = await createTestDatabase()
  ctx = db.context(clock)
  feedId = await makeFeed(ctx, 'terms')
})
beforeEach(async () => {
  clock.set(NOON)
  await ctx.pool.query('delete from outbox')
  await ctx.pool.query('delete from status_change')
  await ctx.pool.query(`delete from setting where key like 'channel-gone%'`)
  await makePage(ctx, webhookTo('https://receiver.example'))
})
afterAll(() => db.drop())

/** A channel in the webhook's place that answers what it is told and keeps what it got. */
function channelThat(...answers: SendOutcome[]) {
  const sent: StatusMessage[] = []
  const settings: unknown[] = []
  const channel = defineNotifier<unknown>({
    kind: 'webhook',
    settings: z.object({ url: z.string(), secret: z.string() }),
    wants: ({ to }) => to !== 'maintenance',
    async send(to, message) {
      settings.push(to)
      if (!('type' in message)) sent.push(message)
      return answers[sent.length - 1] ?? { ok: true }
    },
  })
  return { sent, settings, channel }
}

const deliver = (channel: Notifier, context = ctx) =>
  sendMessages(context, {
    notifiers: new Map([['webhook', channel]]),
    lookup: (name) => secrets.get(name),
    signal: new AbortController().signal,
  })

const outbox = async () =>
  (await ctx.pool.query(`select attempts, delivered_at, given_up_at, next_attempt_at, problem from outbox order by change_id`)).rows

const FAILED: SendOutcome = { ok: false, kind: 'retry', problem: 'The receiver answered 503.' }
const failures = (count: number, more: Partial<Extract<SendOutcome, { ok: false }>> = {}) =>
  Array.from({ length: count }, () => ({ ...FAILED, ...more }))

describe('a message', () => {
  test('is sent once, and says what was expected, what is, why and where to look', async () => {
    const { sent, settings, channel } = channelThat()
    await makeChange(ctx, { feedId, channels: ['webhook'], explanation: 'the last run failed' })
    expect(await deliver(channel)).toEqual({ delivered: 1, retried: 0, givenUp: 0, nextAt: null })
    expect(await deliver(channel)).toMatchObject({ delivered: 0 })
    expect(sent).toEqual([
      {
        id: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
        feedKey: 'terms',
        feedName: 'Terms',
        groupName: 'Student records',
        from: 'fresh',
        to: 'late',
        reason: 'run-failed',
        since: NOON,
        explanation: 'Expected: every day at 01:00.\nThe last run failed.',
        owner: 'owner@campus.example',
        link: 'https://status.campus.example/feeds/terms',
        pageName: 'Campus data',
        zone: 'America/New_York',
      },
    ])
    expect(settings).toEqual([{ url: 'https://receiver.example', secret: SECRET }])
    expect((await outbox())[0]).toMatchObject({ attempts: 1, delivered_at: new Date(NOON), problem: null })
  })

  test('names the assets at fault and when they were expected', async () => {
    const { sent, channel } = channelThat()
    await ctx.pool.query(
      `with s as (insert into subject (kind, key, name, created_at) values ('asset', 'lake/t', 'Term table', now()) returning id),
         a as (insert into asset (subject_id, feed_id, asset_kind, connection_key, path, verdict) select id, $1, 'table', 'lake', 't', $2 from s)
       insert into status_span (subject_id, status, reason, from_at) select id, 'late', 'run-hung', $3 from s`,
      [feedId, JSON.stringify({ dueAt: NOON - HOUR_MS }), new Date(NOON)],
    )
    await makeChange(ctx, { feedId, channels: ['webhook'] })
    await deliver(channel)
    await ctx.pool.query('delete from status_span')
    await ctx.pool.query('delete from asset')
    expect(sent[0]?.explanation).toContain('Because of Term table (the run that should load it takes far longer than it should).')
    expect(sent[0]?.explanation).toContain('It was expected: Fri 20 Nov, 06:00 (America/New_York).')
  })

  test('that is nothing for its channel ends there', async () => {
    const { sent, channel } = channelThat()
    await makeChange(ctx, { feedId, to: 'maintenance', channels: ['webhook'] })
    expect(await deliver(channel)).toEqual({ delivered: 0, retried: 0, givenUp: 0, nextAt: null })
    expect(sent).toEqual([])
  })

  test('two workers never send at the same time', async () => {
    const { sent, channel } = channelThat()
    const feeds = await Promise.all(Array.from({ length: 20 }, (_, i) => makeFeed(ctx, `many-${i}`)))
    for (const id of feeds) await makeChange(ctx, { feedId: id, channels: ['webhook'] })
    const other = db.context(clock)
    const counts = await Promise.all([deliver(channel), deliver(channel, other), deliver(channel), deliver(channel, other)])
    expect(counts.reduce((sum, c) => sum + c.delivered, 0)).toBe(20)
    expect(new Set(sent.map((m) => m.feedKey)).size).toBe(20)
    expect(sent).toHaveLength(20)
  })

  test('of one feed follow one another in order, also when the first has to be tried again', async () => {
    const { sent, channel } = channelThat(FAILED)
    await makeChange(ctx, { feedId, to: 'late', channels: ['webhook'] })
    await makeChange(ctx, { feedId, from: 'late', to: 'stale', channels: ['webhook'] })
    await deliver(channel)
    expect(sent.map((m) => m.to)).toEqual(['late'])
    clock.set(NOON + 5 * SECOND_MS)
    await deliver(channel)
    expect(sent.map((m) => m.to)).toEqual(['late', 'late', 'stale'])
  })
})

describe('a message that fails', () => {
  test('is tried ten times over three days, always with the same id, and then given up in words', async () => {
    const { sent, channel } = channelThat(...failures(20))
    await makeChange(ctx, { feedId, channels: ['webhook'] })
    const waits: number[] = []
    for (let tries = 0; tries < 10; tries += 1) {
      const { nextAt } = await deliver(channel)
      if (nextAt === null) break
      waits.push(nextAt - clock.now())
      clock.set(nextAt - 1)
      expect(await deliver(channel)).toMatchObject({ retried: 0 })
      clock.set(nextAt)
    }
    const [s, m, h] = [SECOND_MS, MINUTE_MS, HOUR_MS]
    expect(waits).toEqual([5 * s, 5 * m, 30 * m, 2 * h, 5 * h, 10 * h, 14 * h, 20 * h, 24 * h])
    expect(sent).toHaveLength(10)
    expect(new Set(sent.map((message) => message.id)).size).toBe(1)
    expect((await outbox())[0]).toMatchObject({
      delivered_at: null,
      given_up_at: new Date(clock.now()),
      next_attempt_at: null,
      problem: expect.stringMatching(/^Given up after 10 tries in .*The receiver answered 503\.$/),
    })
  })

  test('waits as long as the receiver asks, within a day', async () => {
    await makeChange(ctx, { feedId, channels: ['webhook'] })
    expect((await deliver(channelThat({ ...FAILED, retryAfterMs: HOUR_MS }).channel)).nextAt).toBe(NOON + HOUR_MS)
    clock.set(NOON + HOUR_MS)
    expect((await deliver(channelThat({ ...FAILED, retryAfterMs: 400 * DAY_MS }).channel)).nextAt).toBe(clock.now() + DAY_MS)
  })

  test('for good is not tried again', async () => {
    await makeChange(ctx, { feedId, channels: ['webhook'] })
    expect(await deliver(channelThat({ ok: false, kind: 'rejected', problem: 'No.' }).channel)).toMatchObject({ givenUp: 1, nextAt: null })
    expect((await outbox())[0]).toMatchObject({ problem: 'No.', delivered_at: null })
  })

  test('because a secret is missing says which, and goes out once it is there', async () => {
    const { channel } = channelThat()
    await makeChange(ctx, { feedId, channels: ['webhook'] })
    secrets.delete('WEBHOOK_SECRET')
    await deliver(channel)
    secrets.set('WEBHOOK_SECRET', SECRET)
    expect((await outbox())[0]?.problem).toContain('WEBHOOK_SECRET')
    clock.set(NOON + 5 * SECOND_MS)
    expect(await deliver(channel)).toMatchObject({ delivered: 1 })
  })

  test('because the channel threw is tried again', async () => {
    const { channel } = channelThat()
    await makeChange(ctx, { feedId, channels: ['webhook'] })
    const broken = { ...channel, send: () => Promise.reject(new Error('bug')) }
    expect(await deliver(broken)).toMatchObject({ retried: 1 })
  })

  test('because the catalogue dropped the channel is given up', async () => {
    await makePage(ctx)
    await makeChange(ctx, { feedId, channels: ['webhook'] })
    expect(await deliver(channelThat().channel)).toMatchObject({ givenUp: 1 })
  })
})

test('a receiver that is gone gets nothing more until its settings change', async () => {
  const gone = channelThat({ ok: false, kind: 'gone', problem: 'The receiver answered 410.' })
  await makeChange(ctx, { feedId, channels: ['webhook'] })
  await deliver(gone.channel)
  const { sent, channel } = channelThat()
  await makeChange(ctx, { feedId, to: 'stale', channels: ['webhook'] })
  expect(await deliver(channel)).toMatchObject({ givenUp: 1 })
  expect(sent).toEqual([])
  await makePage(ctx, webhookTo('https://other.example'))
  await makeChange(ctx, { feedId, to: 'fresh', channels: ['webhook'] })
  expect(await deliver(channel)).toMatchObject({ delivered: 1 })
})

test('a worker that died after sending leaves a row that is sent again under the same id', async () => {
  const { sent, channel } = channelThat()
  await makeChange(ctx, { feedId, channels: ['webhook'] })
  const [lost] = await claimMessages(ctx.pool, clock.now(), 3 * MINUTE_MS, 1)
  expect(lost?.attempts).toBe(1)
  expect(await deliver(channel)).toMatchObject({ delivered: 0, nextAt: NOON + 3 * MINUTE_MS })
  clock.set(NOON + 3 * MINUTE_MS)
  expect(await deliver(channel)).toMatchObject({ delivered: 1 })
  expect(sent).toHaveLength(1)
})

test('over the real wire: refused for now, then taken, with one id', async () => {
  const http = await startHttpReceiver()
  await makePage(ctx, webhookTo(http.url))
  await makeChange(ctx, { feedId, channels: ['webhook'] })
  http.behave(answerWith(429, { 'retry-after': '60' }))
  expect((await deliver(webhook)).nextAt).toBe(NOON + MINUTE_MS)
  http.behave(answerWith(200))
  clock.set(NOON + MINUTE_MS)
  expect(await deliver(webhook)).toMatchObject({ delivered: 1 })
  await http.close()
  expect(new Set(http.requests.map((r) => r.headers['webhook-id'])).size).toBe(1)
  expect(http.requests).toHaveLength(2)
})
