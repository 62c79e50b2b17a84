import { expect, test } from 'vitest'
import { z } from 'zod'
import { putRouting } from '#lib/db/settings.ts'
import { defineNotifier, isNews } from '#lib/notifiers/notifier.ts'
import { FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { makeChange, makeFeed, makePage } from '#lib/testing/history/feed-changes.ts'
import { aRoute } from '#lib/testing/worlds/told-receiver.ts'
import { tellReceivers } from './tell-receivers.ts'

test('a receiver that hangs holds up no other, also of what comes meanwhile', async () => {
  const database = await createTestDatabase()
  try {
    const clock = new FakeClock('2026-11-20T12:00:00Z')
    const ctx = database.context(clock)
    await makePage(ctx)
    const channels = ['slow', 'quick'].map((kind) => ({ key: `the-${kind}`, kind, budget: null, settings: {} }))
    await putRouting(ctx.pool, { channels, routes: [aRoute({ to: ['the-slow', 'the-quick'] })] })
    const told: string[] = []
    const hangs = Promise.withResolvers<void>()
    const heard = Promise.withResolvers<void>()
    const notifier = (kind: string, hear: () => Promise<void>) =>
      defineNotifier<unknown>({
        kind,
        settings: z.object({}),
        wants: isNews,
        async send() {
          await hear()
          told.push(kind)
          heard.resolve()
          return { ok: true }
        },
      })
    const notifiers = new Map([
      ['slow', notifier('slow', () => hangs.promise)],
      ['quick', notifier('quick', async () => {})],
    ])
    const turnOf = async (key: string) =>
      makeChange(ctx, { feedId: await makeFeed(ctx, key), channels: key === 'terms' ? ['the-slow', 'the-quick'] : ['the-quick'] })
    await turnOf('terms')
    const telling = tellReceivers(ctx, {
      notifiers,
      lookup: () => undefined,
      signal: new AbortController().signal,
      goodAgain: async () => new Map(),
    })
    await heard.promise
    await turnOf('courses')
    // Two minutes after the message before, in steps in which the worker looks again.
    while (told.length < 2) {
      await clock.advance(1000)
      await turns()
    }
    expect(told).toEqual(['quick', 'quick'])
    hangs.resolve()
    expect(await telling).toEqual({ delivered: 3, retried: 0, givenUp: 0 })
  } finally {
    await database.drop()
  }
})
