import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { type ClaimedProbe, claimProbe, paceProbe, putBackProbe } from './claim-probe.ts'

let database: TestDatabase
let ctx: Context
let clock: FakeClock
beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(Date.parse('2026-11-29T04:00:00Z')))
  await ctx.pool.query(
    "insert into connection_state (key, kind, probe_every_ms, next_probe_at) values ('slow', 'test', 60000, '2026-11-29T04:00:00Z')",
  )
})
afterAll(() => database.drop())

async function claim(): Promise<ClaimedProbe> {
  const probe = await claimProbe(ctx, 'slow')
  if (probe === null) throw new Error('it is not due')
  return probe
}

it('a look that is put back is due as before, and none of those that have their turn every so many looks miss theirs', async () => {
  const looks: (number | null)[] = []
  for (let round = 0; round < 3; round += 1) {
    const hanging = await claim()
    await clock.advance(30 * SECOND_MS)
    expect(await claimProbe(ctx, 'slow')).toBeNull()
    await putBackProbe(ctx, hanging)
    const good = await claim()
    looks.push(hanging.look, good.look)
    await paceProbe(ctx, good, 0.5)
    await clock.advance(2 * MINUTE_MS)
  }
  expect(looks).toEqual([1, 1, 2, 2, 3, 3])
})

it('a look that is put back when another has begun meanwhile makes it neither due nor the same again', async () => {
  const hanging = await claim()
  await clock.advance(2 * MINUTE_MS)
  const other = await claim()
  await putBackProbe(ctx, hanging)
  expect(await claimProbe(ctx, 'slow')).toBeNull()
  await clock.advance(2 * MINUTE_MS)
  expect([hanging.look, other.look, (await claim()).look]).toEqual([4, 5, 6])
})
