import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Listener } from '#app/_lib/event-stream.ts'
import { movedFrame } from '#app/_lib/page-events.ts'
import type { Context } from '#lib/db/context.ts'
import { insertArrivals, type NewArrival } from '#lib/db/history/arrivals.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { gateSchema, toGateAnswer } from '#lib/queries/api/feed-gate.ts'
import { anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { type FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, seen } from '#lib/testing/history/state-world.ts'
import { awaitGate } from './await-gate.ts'

const START = Date.parse('2026-11-20T12:00:00Z')
const FRESH = { kind: 'fresh' } as const
let database: TestDatabase
let clock: FakeClock
let ctx: Context
let listeners: Set<Listener>
let gone: AbortController

beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  await declare(ctx, [anAsset('terms'), anAsset('notes', { feed: 'notes', policies: [] })])
  listeners = new Set()
  gone = new AbortController()
})
afterEach(() => database.drop())

const wait = (feed = 'terms', waitMs = MINUTE_MS) =>
  awaitGate({ listeners }, ctx, { feed, condition: FRESH, waitMs, sessionId: 'session-1', gone: gone.signal })
const tell = (...topics: string[]) => {
  for (const listener of listeners) listener.tell(movedFrame(topics))
}
const isWaiting = async (waiting: Promise<unknown>) =>
  (await Promise.race([waiting.then(() => 'answered'), turns(50).then(() => 'waiting')])) === 'waiting'

async function load(): Promise<void> {
  await look(ctx, [seen('lake/terms', { writtenAt: clock.now() })])
}

test('a gate opens for all who wait when the process is told that the feed moved, and is looked at once for them together', async () => {
  let looks = 0
  const { query } = ctx.pool
  ctx.pool.query = ((...args: Parameters<typeof query>) => {
    looks += 1
    return query.apply(ctx.pool, args)
  }) as typeof query
  const waiting = [wait(), wait(), wait()]
  expect(await isWaiting(Promise.any(waiting))).toBe(true)
  await load()
  looks = 0
  tell('feed:terms')
  for (const found of await Promise.all(waiting)) {
    expect(found).toMatchObject({ isOpen: true, reason: 'terms is fresh: arrived as promised.' })
    expect(gateSchema.parse(found && toGateAnswer('terms', FRESH, found, 1))).toMatchObject({
      open: true,
      until: 'fresh',
      askAgainAfterSeconds: null,
    })
  }
  expect(looks).toBe(1)
  expect(listeners.size).toBe(0)
})

test('what moved elsewhere wakes nobody, and what is told between the first look and the wait is not lost', async () => {
  const waiting = wait()
  tell('feed:terms')
  expect(await isWaiting(waiting)).toBe(true)
  await load()
  tell('feed:others', 'group:records')
  expect(await isWaiting(waiting)).toBe(true)
  tell('*')
  expect(await waiting).toMatchObject({ isOpen: true })
})

test('a gate that stays closed is answered when the time is over, with why and when something is due', async () => {
  await load()
  clock.set(START + SECOND_MS)
  await ctx.whole.query("update status_span set status = 'late', reason = 'overdue' where to_at is null")
  const waiting = wait()
  expect(await isWaiting(waiting)).toBe(true)
  await clock.advance(MINUTE_MS)
  const found = await waiting
  expect(found).toMatchObject({ isOpen: false, reason: 'terms is late: nothing has arrived since it was due.', status: 'late' })
  expect(gateSchema.parse(found && toGateAnswer('terms', FRESH, found, 30))).toMatchObject({
    open: false,
    dueAt: '2026-11-20T15:00:00.000Z',
    askAgainAfterSeconds: 30,
  })
})

test('nobody waits for what is not there or can never be', async () => {
  expect(await wait('nothing')).toBeNull()
  expect(await wait('notes')).toMatchObject({ isOpen: false, isHopeless: true })
})

test('whoever goes away, or is let go with the process, holds nothing any more', async () => {
  const first = wait()
  expect(await isWaiting(first)).toBe(true)
  gone.abort()
  expect(await first).toMatchObject({ isOpen: false })
  expect(listeners.size).toBe(0)
  gone = new AbortController()
  const second = wait()
  expect(await isWaiting(second)).toBe(true)
  for (const listener of listeners) listener.end()
  expect(await second).toMatchObject({ isOpen: false })
})

test('whoever may see a feed no more, because their token has ended, is told nothing that was found out later', async () => {
  const waiting = wait()
  expect(await isWaiting(waiting)).toBe(true)
  await load()
  for (const listener of listeners) listener.end()
  expect(await waiting).toMatchObject({ isOpen: false })
})

test('those who wait by a token or a session are known as theirs, so that they end with it', async () => {
  ctx = { ...ctx, actor: { kind: 'token', id: 'token-1', name: 'loader', role: 'viewer', audience: null } }
  const waiting = wait()
  expect(await isWaiting(waiting)).toBe(true)
  expect([...listeners]).toMatchObject([{ tokenId: 'token-1', sessionId: 'session-1', audience: null }])
  gone.abort()
  await waiting
})

test('the load that happened last opens it, although an earlier one was told after it', async () => {
  const { rows } = await ctx.whole.query<{ id: number }>("select id from subject where kind = 'asset' and key = 'lake/terms'")
  const loadedAt = (at: number, recordedAt: number): NewArrival => ({
    ...{ assetId: rows[0]?.id ?? 0, clock: 'loadedAt', at, happenedAt: at, recordedAt, witness: 'ledger', kind: 'arrival' },
    ...{ precision: 'instant', rows: 1, evidence: null, runId: null },
  })
  await insertArrivals(ctx.pool, [loadedAt(START - MINUTE_MS, START - MINUTE_MS), loadedAt(START - 60 * MINUTE_MS, START)])
  const condition = { kind: 'loaded-after', at: START - 30 * MINUTE_MS } as const
  const found = await awaitGate({ listeners }, ctx, { feed: 'terms', condition, waitMs: 0, sessionId: 'session-1', gone: gone.signal })
  expect(found).toMatchObject({ isOpen: true })
})
