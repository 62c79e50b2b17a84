import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listDueDiscoveries } from '#lib/db/catalogue/discoveries.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { FOLDERS, write } from '#lib/testing/worlds/found-world.ts'
import { claimDiscovery, DISCOVERY_LIMIT_MS, paceDiscovery } from './claim-discovery.ts'

let db: TestDatabase
let clock: FakeClock
let ctx: Context
const START = Date.parse('2026-11-10T12:00:00Z')

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
})
afterEach(() => db.drop())

describe('when a connection is looked into', () => {
  const due = (at: number) => listDueDiscoveries(ctx.pool, at)

  test('is soon after it was written, and then once a day', async () => {
    await write(ctx, FOLDERS)
    expect([await due(START), await due(START + MINUTE_MS)]).toEqual([[], ['lake', 'looker']])
    clock.set(START + MINUTE_MS)
    const claimed = await claimDiscovery(ctx, 'looker')
    expect(await claimDiscovery(ctx, 'looker')).toBeNull()
    if (claimed !== null) await paceDiscovery(ctx, claimed, 'well')
    expect([await due(START + DAY_MS), await due(START + DAY_MS + MINUTE_MS)]).toEqual([['lake'], ['lake', 'looker']])
  })

  test('is after an hour where it did not see everything, and never where its connector cannot tell', async () => {
    await write(ctx, FOLDERS)
    clock.set(START + MINUTE_MS)
    for (const [key, ended] of [
      ['lake', 'cannot'],
      ['looker', 'badly'],
    ] as const) {
      const claimed = await claimDiscovery(ctx, key)
      if (claimed !== null) await paceDiscovery(ctx, claimed, ended)
    }
    expect([await due(START + HOUR_MS), await due(START + 2 * HOUR_MS), await due(START + 90 * DAY_MS)]).toEqual([
      [],
      ['looker'],
      ['looker'],
    ])
  })

  test('is again when a worker died in the middle of it', async () => {
    await write(ctx, FOLDERS)
    clock.set(START + MINUTE_MS)
    await claimDiscovery(ctx, 'looker')
    expect(await due(START + DISCOVERY_LIMIT_MS)).toEqual(['lake'])
    expect(await due(START + DISCOVERY_LIMIT_MS + 2 * MINUTE_MS)).toEqual(['lake', 'looker'])
  })
})
