import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { followIncidents } from '#lib/commands/incidents/follow-incidents.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { asActor } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, link, look, runIs, seen } from '#lib/testing/history/state-world.ts'
import { type DayStory, getDayPage } from './day-page.ts'
import { getSubjectDay } from './subject-day.ts'

/** Midnight of the page's zone. */
const MIDNIGHT = Date.parse('2026-11-10T05:00Z')
const DAY = '2026-11-10'
const SAYS = 'SAP could not be read.'
const at = (hours: number): Instant => MIDNIGHT + hours * HOUR_MS
const run = (n: number) => `01980000-0000-7000-8000-00000000000${n}`
let database: TestDatabase
let clock: FakeClock
let ctx: Context

/** The flow `nightly` writes the intake of feed `terms`; the board of another group is made from it. */
beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(at(-7)))
  const known = { blindAfterMs: null }
  await declare(
    ctx,
    [
      anAsset('intake', { ...known, policies: [anAge(12 * HOUR_MS, 30 * HOUR_MS, 'loadedAt')], flow: 'nightly' }),
      anAsset('board', { ...known, feed: 'board', policies: [{ kind: 'upstream' }] }),
      anAsset('other', { ...known, feed: 'other', policies: [] }),
    ],
    { board: 'boards' },
  )
  await link(ctx, ['intake → board'])
  await loads(1, 'completed', -7)
  await loads(2, 'failed', 5)
  await ctx.whole.query('update run set problem = $1 where id = $2', [SAYS, run(2)])
  clock.set(at(6.5))
  await sweepDue(ctx)
  await looksAtOther(20)
  await reloads(12)
  await loads(3, 'completed', 12)
  clock.set(at(40))
  await sweepDue(ctx)
  await followIncidents(ctx)
})
afterAll(() => database.drop())

async function loads(n: number, state: 'completed' | 'failed', hours: number): Promise<void> {
  clock.set(at(hours) + MINUTE_MS)
  const [startedAt, endedAt] = [at(hours), clock.now()]
  await runIs(ctx, { id: run(n), flow: 'nightly', state, scheduledFor: startedAt, startedAt, endedAt })
}

async function looksAtOther(hours: number): Promise<void> {
  await look(ctx, [seen('lake/other', { writtenAt: at(hours), dataThroughAt: at(hours - 24) })])
}

const reloads = (hours: number) =>
  ctx.whole.query(
    `insert into reload_order (feed_id, state, created_at, ended_at, actor_kind, ordered_by, reason)
     select id, 'done', $1, $2, 'person', 'Grace', 'SAP is back' from subject where kind = 'feed' and key = 'terms'`,
    [new Date(at(hours)), new Date(at(hours) + MINUTE_MS)],
  )

async function story(day = DAY, as = ctx): Promise<DayStory> {
  const found = await getDayPage(as, day)
  if (found?.story == null) throw new Error('that day has no story')
  return found.story
}

const keyOf = ({ feeds }: DayStory, id: number) => feeds.find((feed) => feed.id === id)?.key

describe('the page of a day', () => {
  it('tells what broke and why by its cause, in the words of the run, with all that it held back from when until when', async () => {
    const told = await story()
    const [cause] = told.causes
    expect(told.causes.map(({ kind, key, since, says, run }) => ({ kind, key, since, says, run }))).toEqual([
      {
        ...{ kind: 'flow', key: 'nightly', since: at(5) },
        ...{ says: SAYS, run: run(2) },
      },
    ])
    expect(cause?.held.map(({ id, trouble }) => [keyOf(told, id), trouble])).toEqual([
      ['terms', { from: at(5) + MINUTE_MS + 1, to: at(12) + MINUTE_MS, worst: 'late' }],
      ['board', { from: at(5) + MINUTE_MS + 1, to: at(12) + MINUTE_MS, worst: 'late' }],
    ])
  })

  it('leads to the incident of each cause', async () => {
    const { rows } = await ctx.pool.query<{ id: number }>("select id from incident where 'flow:nightly' = any(causes)")
    expect((await story()).causes.map(({ incident }) => incident)).toEqual(rows.map(({ id }) => id))
    expect(rows).toHaveLength(1)
  })

  it('tells who mended it, what came, and what ran', async () => {
    const told = await story()
    expect(told.reloads).toMatchObject([{ by: 'Grace', reason: 'SAP is back', feedKey: 'terms', state: 'done' }])
    expect(told.feeds.map(({ key, arrivals }) => [key, arrivals?.count ?? 0, arrivals?.lastAt, arrivals?.dataThroughAt])).toEqual([
      ['terms', 1, at(12) + MINUTE_MS, null],
      ['other', 1, at(6.5), at(-4)],
      ['board', 0, undefined, undefined],
    ])
    expect(told.runs).toMatchObject({ total: 2, completed: 1, problemCount: 1, problems: [{ id: run(2), says: SAYS }] })
    expect(told.runs.work).toMatchObject([{ name: 'nightly', runs: 2, completed: 1, firstAt: at(5), lastAt: at(12) }])
  })

  it('of a day that goes on tells what has passed', async () => {
    const { passed, end, feeds } = await story('2026-11-11')
    expect([passed.until, end]).toEqual([at(40), at(48)])
    expect(Math.max(...feeds.flatMap(({ spans }) => spans.map(({ to }) => to)))).toBe(at(40))
  })

  it('refuses a day that has not come or is not kept, and what is no day', async () => {
    expect(await getDayPage(ctx, '2026-11-12')).toMatchObject({ story: null })
    expect(await getDayPage(ctx, '2026-08-13')).toMatchObject({ story: null })
    expect(await getDayPage(ctx, '2026-02-30')).toBeNull()
  })
})

describe('what broke on a day, as the API tells it', () => {
  it.each([
    ['feed', 'terms'],
    ['feed', 'board'],
    ['group', 'boards'],
    ['asset', 'lake/board'],
  ] as const)('of a %s is what held that back', async (kind, key) => {
    const told = await getSubjectDay(ctx, DAY, { kind, key })
    expect(told?.causes.map(({ words }) => words)).toEqual([`The flow nightly did not succeed: ${SAYS}`])
    expect(told?.causes[0]?.heldBack).toMatchObject([{ subject: `${kind}:${key}`, status: 'late' }])
  })

  it('is nothing where nothing was wrong, and no answer where there is no such thing or day', async () => {
    expect((await getSubjectDay(ctx, DAY, { kind: 'feed', key: 'other' }))?.causes).toEqual([])
    expect(await getSubjectDay(ctx, DAY, { kind: 'feed', key: 'nothing' })).toBeNull()
    expect(await getSubjectDay(ctx, '2026-11-12', null)).toBeNull()
  })

  it('names nothing that its reader does not see', async () => {
    await ctx.whole.query(`insert into audience_group select 'readers', id from subject where kind = 'group' and key = 'boards'`)
    const reader = asActor(ctx, visitor('readers'))
    const told = await getSubjectDay(reader, DAY, null)
    expect(told?.causes.map(({ kind, name, words }) => [kind, name, words])).toEqual([
      ['unseen', 'a system you may not see', 'A system you may not see was not fresh.'],
    ])
    expect(JSON.stringify([told, await story(DAY, reader)])).not.toMatch(/nightly|intake|SAP|terms/)
  })
})
