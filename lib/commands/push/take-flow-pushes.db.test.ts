import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { insertMessages } from '#lib/db/push/push-inbox.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { record, s3 } from '#lib/testing/files/told-files.ts'
import { snsMessage } from '#lib/testing/push/sns.ts'
import { fileFlow } from '#lib/testing/runs/file-flow.ts'
import { takeFlowPushes } from './take-flow-pushes.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context
beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(Date.parse('2026-12-05T04:00:00Z')))
  await fileFlow(ctx, 'prices', { by: 'push', place: 'landing' })
})
afterEach(() => database.drop())

const { signal } = new AbortController()
const believed = { verify: async () => {}, confirm: async () => {} }
const silent = {
  ...believed,
  verify: () => Promise.reject(new TidemarkError('unavailable', { publicMessage: 'SNS could not be reached.', retryable: true })),
}
const take = (notifications = believed) => takeFlowPushes(ctx, notifications, signal)

let count = 0
async function pushed(...sent: unknown[]) {
  const messages = sent.map((one) => {
    count += 1
    return { kind: 'flow' as const, dedupeKey: String(count), eventAt: clock.now(), body: { flow: 'prices', sent: one } }
  })
  return insertMessages(ctx.whole, { tokenId: 't', audience: null, now: clock.now() }, messages)
}
const rows = async (text: string) => (await ctx.whole.query(text)).rows

it('two workers at once carry each push over once', async () => {
  await pushed(...Array.from({ length: 150 }, (_, i) => s3(record({ key: `in/${i}.csv` }), record({ key: `in/${i + 1}.csv` }))))
  const taken = await Promise.all([take(), take(), take()])
  expect(taken.reduce((sum, one) => sum + one, 0)).toBe(150)
  expect(await rows('select count(*)::int as files from inbox_file')).toEqual([{ files: 151 }])
  expect(await take()).toBe(0)
})

it('what SNS does not vouch for within a day is given up, and taken when it comes again', async () => {
  await pushed(snsMessage(s3(record())))
  clock.set(clock.now() + DAY_MS)
  expect(await take(silent)).toBe(0)
  expect(await rows('select tries, problem from push_inbox')).toEqual([{ tries: 0, problem: null }])
  clock.set(clock.now() + MINUTE_MS)
  await take(silent)
  expect(await rows('select problem from push_inbox')).toEqual([{ problem: 'SNS could not be reached.' }])
  expect(await take()).toBe(0)
  count -= 1
  expect(await pushed(snsMessage(s3(record())))).toBe(1)
  expect([await take(), await rows('select tries, problem from push_inbox')]).toEqual([1, [{ tries: 0, problem: null }]])
  count -= 1
  expect(await pushed(snsMessage(s3(record())))).toBe(0)
})

it('a surprise is tried five times, and holds up nothing else', async () => {
  await pushed({ Type: 'Notification', TopicArn: 'not what the door lets in' }, s3(record()))
  for (let tries = 1; tries <= 6; tries += 1) expect(await take()).toBe(tries === 1 ? 1 : 0)
  expect(await rows('select tries, taken_at is not null as taken from push_inbox order by id')).toEqual([
    { tries: 5, taken: false },
    { tries: 0, taken: true },
  ])
})
