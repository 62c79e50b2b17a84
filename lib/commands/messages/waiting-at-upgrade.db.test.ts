import { expect, test } from 'vitest'
import type { StatusMessage } from '#lib/notifiers/notifier.ts'
import webhook from '#lib/notifiers/webhook.ts'
import { applyMigrations } from '#lib/platform/migrate.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { migrateBefore } from '#lib/testing/database/migrate-before.ts'
import { makeChange, makeFeed, makePage } from '#lib/testing/history/feed-changes.ts'
import { sendMessages } from './send-messages.ts'

test('what waits at the upgrade goes out once, in its old form; what was sent before does not go out again', async () => {
  const database = await createTestDatabase({ empty: true })
  try {
    await migrateBefore(database.url, '20261130111000_messages_by_event')
    const clock = new FakeClock('2026-11-20T12:00:00Z')
    const ctx = database.context(clock)
    await makePage(ctx, { webhook: { url: 'https://receiver.example', secret: '${SECRET}' } })
    const feedId = await makeFeed(ctx, 'terms')
    await makeChange(ctx, { feedId, channels: ['webhook'] })
    await makeChange(ctx, { feedId, from: 'late', to: 'stale', channels: ['webhook'] })
    await ctx.pool.query('update outbox set delivered_at = created_at, next_attempt_at = null, attempts = 1 where id = 1')
    await applyMigrations(database.url, 'prisma/migrations')
    const sent: StatusMessage[] = []
    const channel = {
      ...webhook,
      async send(_settings: unknown, message: StatusMessage | object) {
        if ('feedKey' in message) sent.push(message)
        return { ok: true as const }
      },
    }
    const options = {
      notifiers: new Map([['webhook', channel]]),
      lookup: () => 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      signal: new AbortController().signal,
    }
    for (let round = 0; round < 3; round += 1) await sendMessages(ctx, options)
    expect(sent.map(({ feedKey, from, to }) => ({ feedKey, from, to }))).toEqual([{ feedKey: 'terms', from: 'late', to: 'stale' }])
    // Made from the change alone, as before: a receiver that got it knows it again.
    expect(sent[0]?.id).toBe('msg_4c9b9870c7d88f4a085e22bbe788bd85')
  } finally {
    await database.drop()
  }
})
