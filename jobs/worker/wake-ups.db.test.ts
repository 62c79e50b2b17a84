import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { type Log, silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import type { JobKind } from './job-kind.ts'
import { startWakeUps } from './wake-ups.ts'

const NOTHING: JobKind = { input: z.object({}), key: () => 'one', run: async () => undefined }
let database: TestDatabase

beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.drop())

it('says what could not be sent, but not when a worker that stops wants more done', async () => {
  const warned: string[] = []
  const log: Log = { ...silentLog, warn: (words) => void warned.push(words) }
  const stop = new AbortController()
  const services = testServices(database.context(new FakeClock('2026-03-01T07:00:00Z')), { signal: stop.signal })
  const wakeUps = await startWakeUps({ url: database.url, kinds: new Map([['nothing', NOTHING]]), services, log })
  await wakeUps.stop()
  await wakeUps.send('nothing')
  expect(warned).toEqual(['a wake-up could not be sent'])
  stop.abort()
  await wakeUps.send('nothing')
  expect(warned).toHaveLength(1)
})

it('says in words what goes wrong in the queue', async () => {
  const told = Promise.withResolvers<unknown>()
  const log: Log = { ...silentLog, warn: (_, fields) => told.resolve(fields?.['error']) }
  const ctx = database.context(new FakeClock('2026-03-01T07:00:00Z'))
  const wakeUps = await startWakeUps({ url: database.url, kinds: new Map([['nothing', NOTHING]]), services: testServices(ctx), log })
  await ctx.pool.query('alter schema pgboss rename to elsewhere')
  expect(await told.promise).toMatch(/pgboss\.\w+" does not exist/)
  await ctx.pool.query('alter schema elsewhere rename to pgboss')
  await wakeUps.stop()
})
