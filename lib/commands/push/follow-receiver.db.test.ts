import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { aCatalogue, anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { spansOf } from '#lib/testing/history/state-world.ts'
import { pusher, takeAll } from '#lib/testing/push/push-world.ts'
import { acceptHeartbeat } from './accept-messages.ts'
import { followReceiver, noteReceiving } from './follow-receiver.ts'

const START = Date.parse('2026-11-20T00:00:00Z')
const at = (hours: number) => START + hours * HOUR_MS

let database: TestDatabase
let clock: FakeClock
let ctx: Context
beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  const policies = [anAge(4 * HOUR_MS, 12 * HOUR_MS, 'loadedAt')]
  const plain = aCatalogue([
    anAsset('orders', { connection: 'etl', policies, blindAfterMs: null, job: 'etl/heartbeat/orders' }),
    anAsset('looked', { policies, blindAfterMs: null }),
  ])
  const connections = plain.connections.map((one) => (one.key === 'etl' ? { ...one, kind: 'push', settings: { from: 'cron' } } : one))
  const catalogue = { ...plain, connections }
  await syncCatalogue(ctx, { catalogue, document: {}, hash: 'one', schema: {} })
  clock.set(at(1))
  await beat(at(1), 'etl/orders')
  await beat(at(1), 'lake/looked')
})
afterEach(() => database.drop())

async function beat(instant: number, key: string): Promise<void> {
  await acceptHeartbeat(pusher(ctx), key, { state: 'success', at: new Date(instant).toISOString() }, null)
  await takeAll(ctx, [])
}
/** Somebody has received all the time until then. */
const receivedUntil = (hours: number) => putSetting(ctx.whole, 'receiver', { at: at(hours), gaps: [] })
const spans = async (key = 'etl/orders') => (await spansOf(ctx, key)).slice(1)

describe('while nobody receives what is pushed', () => {
  it('what is only ever told about is unknown from the last sign of the receiver on; what is also looked at is not', async () => {
    await receivedUntil(1.5)
    clock.set(at(1.5) + 80 * SECOND_MS)
    expect(await followReceiver(ctx)).toBe(false)
    clock.set(at(1.5) + 2 * MINUTE_MS)
    expect([await followReceiver(ctx), await followReceiver(ctx)]).toEqual([true, false])
    expect(await spans()).toEqual(['fresh/on-time 20 01:00–20 01:30', 'unknown/probe-failed 20 01:30–'])
    clock.set(at(6))
    await sweepDue(ctx)
    expect(await spans('lake/looked')).toEqual(['fresh/on-time 20 01:00–20 05:00', 'late/overdue 20 05:00–'])
  })

  it('it stays so afterwards for that time, and the promise judges the silence again once somebody receives', async () => {
    await receivedUntil(2)
    clock.set(at(3))
    await followReceiver(ctx)
    clock.set(at(7))
    await noteReceiving(ctx)
    await followReceiver(ctx)
    await sweepDue(ctx)
    expect(await spans()).toEqual(['fresh/on-time 20 01:00–20 02:00', 'unknown/probe-failed 20 02:00–20 07:00', 'late/overdue 20 07:00–'])
  })

  it('what is told of that time afterwards decides it, also where no worker noticed it meanwhile', async () => {
    await receivedUntil(2)
    clock.set(at(7))
    await noteReceiving(ctx)
    await followReceiver(ctx)
    await beat(at(4), 'etl/orders')
    expect(await spans()).toEqual(['fresh/on-time 20 01:00–20 02:00', 'unknown/probe-failed 20 02:00–20 04:00', 'fresh/on-time 20 04:00–'])
    const { rows } = await ctx.whole.query('select connection_key, reason, from_at, to_at from blind order by from_at')
    expect(rows).toEqual([{ connection_key: 'etl', reason: 'receiver-stopped', from_at: new Date(at(2)), to_at: new Date(at(7)) }])
  })

  it('it is noted once, however many workers notice it at once', async () => {
    await receivedUntil(2)
    clock.set(at(3))
    await Promise.all(Array.from({ length: 4 }, () => followReceiver(ctx)))
    expect((await ctx.whole.query('select from blind')).rowCount).toBe(1)
  })

  it('it is over once somebody receives, also when that one does not take it for a silence: their clocks differ', async () => {
    await receivedUntil(2)
    clock.set(at(3))
    await followReceiver(ctx)
    await receivedUntil(3)
    clock.set(at(3) + MINUTE_MS)
    expect([await followReceiver(ctx), await followReceiver(ctx)]).toEqual([true, false])
    expect(await spans()).toEqual(['fresh/on-time 20 01:00–20 02:00', 'unknown/probe-failed 20 02:00–20 03:01', 'fresh/on-time 20 03:01–'])
  })
})
