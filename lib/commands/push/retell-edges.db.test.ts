import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pruneHistory } from '#lib/commands/status/prune-history.ts'
import type { Context } from '#lib/db/context.ts'
import type { IdentityIndex } from '#lib/domain/lineage/identity.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declarePushed, handIn, takeAll, toldEvent } from '#lib/testing/push/push-world.ts'
import { jobsToRetell } from './retell-edges.ts'

const START = Date.parse('2026-11-20T00:00:00Z')

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let index: IdentityIndex
beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  index = await declarePushed(ctx, ['raw.a', 'raw.b', 'raw.c', 'raw.made'])
  await ctx.whole.query("insert into audience_group (audience, group_id) select 'some', id from subject where kind = 'group'")
})
afterEach(() => database.drop())

/** Tells that a run of the one job made `made` from these, an hour after the one before; null: with a token that sees everything. */
async function madeFrom(audience: string | null, ...inputs: string[]): Promise<void> {
  clock.set(clock.now() + HOUR_MS)
  const run = (clock.now() - START) / HOUR_MS
  await handIn(
    ctx,
    [toldEvent({ type: 'COMPLETE', at: clock.now(), run, inputs: inputs.map((name) => `raw.${name}`), outputs: ['raw.made'] })],
    { audience },
  )
  await takeAll(ctx, index)
}
const madeOf = async () => {
  const { rows } = await ctx.whole.query<{ key: string }>(
    'select s.key from lineage_edge e join subject s on s.id = e.upstream_id where e.to_at is null order by 1',
  )
  return rows.map(({ key }) => key.replace('lake/raw.', '')).join(' ')
}

describe('what a job is made from, told by tokens of several audiences', () => {
  it('does not end because one of them no longer says it', async () => {
    await madeFrom(null, 'a')
    await madeFrom('some', 'b')
    expect(await madeOf()).toBe('a b')
    await madeFrom('some', 'c')
    expect(await madeOf()).toBe('a c')
    await madeFrom('others', 'b')
    expect(await madeOf()).toBe('a c')
  })

  it('ends when who sees everything says otherwise later', async () => {
    await madeFrom('some', 'a')
    await madeFrom(null, 'b')
    expect(await madeOf()).toBe('b')
    await madeFrom('some', 'c')
    await madeFrom(null, 'c')
    expect(await madeOf()).toBe('c')
  })

  it('is not worked out anew because another of them told the same last', async () => {
    await madeFrom('some', 'a')
    await madeFrom('others', 'b')
    const { rows: jobs } = await ctx.whole.query<{ namespace: string; job: string }>('select distinct namespace, job from push_run')
    const retold = await jobsToRetell(ctx.whole, jobs, async () => {
      await ctx.whole.query("update push_run set last_at = last_at + interval '9 hours' where audience = 'some'")
    })
    expect([jobs.length, retold]).toEqual([1, []])
  })

  it('is kept for each of them however long ago it was told', async () => {
    await madeFrom(null, 'a')
    clock.set(clock.now() + 2000 * DAY_MS)
    await madeFrom('some', 'b')
    await pruneHistory(ctx)
    await madeFrom('some', 'c')
    expect(await madeOf()).toBe('a c')
  })
})
