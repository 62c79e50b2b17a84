import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listSubjectIds } from '#lib/db/catalogue/subjects.ts'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { declareCampus, history, Play, START } from '#lib/testing/history/state-history.ts'
import { type NextChange, stateOf } from '#lib/testing/history/state-world.ts'
import { rebuild } from './rebuild.ts'
import { rollUpDays } from './roll-up-days.ts'
import { sweepDue } from './sweep-due.ts'

/** No two spans of a subject overlap (the database forbids it), none is empty, and touching ones differ. */
async function expectNeatSpans(ctx: Context): Promise<void> {
  const { rows } = await ctx.pool.query(
    `select * from (
       select *, lag(to_at) over w as before_to, lag(status || reason) over w as before from status_span window w as (partition by subject_id order by from_at)
     ) s where to_at <= from_at or before_to > from_at or (before_to = from_at and before = status || reason)`,
  )
  expect(rows).toEqual([])
}

/** Every asset with a promise has a status at every instant since it came. */
async function expectNoGaps(ctx: Context): Promise<void> {
  const { rows } = await ctx.pool.query(
    `select s.subject_id, s.to_at from status_span s join asset a on a.subject_id = s.subject_id
     where s.to_at is not null and not exists (select 1 from status_span n where n.subject_id = s.subject_id and n.from_at = s.to_at)
       and not exists (select 1 from subject_version v where v.subject_id = s.subject_id and v.from_at = s.to_at and v.settings is null)`,
  )
  expect(rows).toEqual([])
}

/** The announced changes of each subject lead from one to the next and end at what is so now. */
async function expectHonestLog(ctx: Context): Promise<void> {
  const { rows } = await ctx.pool.query(
    `select c.subject_id, c.to_status, s.status from (
       select distinct on (subject_id) * from status_change where not rewrite order by subject_id, id desc
     ) c left join status_span s on s.subject_id = c.subject_id and s.to_at is null
     where c.to_status is distinct from s.status`,
  )
  expect(rows).toEqual([])
  const broken = await ctx.pool.query(
    `select * from (select *, lag(to_status) over (partition by subject_id order by id) as before from status_change where not rewrite) c
     where from_status is distinct from before`,
  )
  expect(broken.rows).toEqual([])
}

/** The sweep may look once too often, never too late. */
function expectNoneMissed(live: NextChange[], rebuilt: NextChange[]): void {
  const due = new Map(live.map((one) => [one.id, one.next_change_at]))
  for (const { id, next_change_at } of rebuilt) {
    if (next_change_at !== null) expect(due.get(id)?.getTime()).toBeLessThanOrEqual(next_change_at.getTime())
  }
}

test('what the live path wrote is what one full rebuild writes, whatever happened', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (happenings) => {
      const db = await createTestDatabase()
      try {
        const fakeClock = new FakeClock(START)
        const ctx = db.context(fakeClock)
        const play = new Play(ctx, fakeClock)
        await declareCampus(ctx)
        for (const [ms, isSwept, happening] of happenings) {
          await play.goTo(fakeClock.now() + ms, isSwept)
          await play.happen(happening)
        }
        await play.goTo(fakeClock.now() + HOUR_MS, true)
        await sweepDue(ctx)
        const live = await stateOf(ctx)
        await expectNeatSpans(ctx)
        await expectNoGaps(ctx)
        await expectHonestLog(ctx)
        await ctx.pool.query('delete from status_span; delete from day_status; delete from setting where key = $$rolled-up-through$$')
        await rebuild(ctx, { assetIds: await listSubjectIds(ctx.whole, 'asset'), from: 0, isThorough: true, limit: 4 })
        await rollUpDays(ctx)
        const rebuilt = await stateOf(ctx)
        expect({ ...rebuilt, next: [] }).toEqual({ ...live, next: [] })
        expectNoneMissed(live.next, rebuilt.next)
      } finally {
        await db.drop()
      }
    }),
    { numRuns: 25, seed: 20261120, endOnFailure: true },
  )
}, 240_000)
