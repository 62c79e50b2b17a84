import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { claimMessages } from '#lib/db/messages/messages.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { getApiPage, getListMark } from '#lib/queries/api/list.ts'
import { ASSET_LIST } from '#lib/queries/api/list-assets.ts'
import { FEED_LIST } from '#lib/queries/api/list-feeds.ts'
import { atomFeed } from '#lib/queries/pages/atom-feed.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { getStatusOverview } from '#lib/queries/pages/status-overview.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { makeChange, makePage } from '#lib/testing/history/feed-changes.ts'
import { openOrderWorld } from '#lib/testing/runs/order-world.ts'
import { getAssetsOfFeed } from './asset-rows.ts'
import { causesNow } from './causes.ts'
import { getFeedRows } from './feed-rows.ts'
import { getRootsOfAsset, getRootsOfFeeds } from './roots.ts'

const NOW = Date.parse('2026-11-20T22:00:00Z')
const [TERMS, COURSES, BOARD_FEED] = [11, 12, 14]
const [TERM, COURSE, BOARD] = [21, 22, 24]
const SAYS = 'Nobody was loaded, because the employees of SAP could not be read.'
let database: TestDatabase
let clock: FakeClock
let ctx: Context
let grace: Context

beforeAll(async () => {
  ;({ database, clock, ctx, grace } = await openOrderWorld())
  await makePage(ctx)
  await ctx.whole.query(`
    update asset set verdict = '{"blockedBy": [${TERM}]}' where subject_id = ${COURSE};
    update asset set job = 'looker/refresh' where subject_id = ${BOARD};
    update flow set zone = 'America/New_York'`)
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock.set(NOW)
  await ctx.whole.query('delete from run; delete from external_run; delete from status_span where subject_id > 10')
  for (const id of [TERMS, TERM]) await stands(id, 'run-failed')
})

const stands = (id: number, reason: string) =>
  ctx.whole.query("insert into status_span (subject_id, status, reason, from_at) values ($1, 'late', $2, $3)", [
    ...[id, reason, new Date(NOW - 3 * HOUR_MS)],
  ])

/** Runs of a flow at these instants, all ended so. */
async function ran(flow: string, state: string, problem: string | null, ...times: Instant[]): Promise<void> {
  await ctx.whole.query(
    `insert into run (id, flow, trigger, scheduled_for, created_at, started_at, ended_at, state, problem)
     select gen_random_uuid(), $1, 'schedule', t, t, t, t + interval '1 minute', $2, $3 from unnest($4::timestamptz[]) t`,
    [flow, state, problem, times.map((at) => new Date(at))],
  )
}

/** A run of a flow that lost its worker, and has no end since it goes on later. */
async function crashed(flow: string, leaseUntil: Instant): Promise<void> {
  await ctx.whole.query(
    `insert into run (id, flow, trigger, scheduled_for, created_at, started_at, lease_until, state, attempt)
     select gen_random_uuid(), $1, 'manual', t, t, t, t, 'crashed', 1 from cast($2 as timestamptz) t`,
    [flow, new Date(leaseUntil)],
  )
}

/** Runs of the job of the board that failed so many hours ago. */
async function failedThere(error: string, ...hoursAgo: number[]): Promise<void> {
  await ctx.whole.query(
    `insert into external_run (connection_key, job, external_id, state, placed_at, ended_at, error, told_by, told_at)
     select 'looker', 'refresh', t::text, 'failed', t, t, $1, 'connection:looker', t from unnest($2::timestamptz[]) t`,
    [error, hoursAgo.map((hours) => new Date(NOW - hours * HOUR_MS))],
  )
}

const nights = (count: number) => Array.from({ length: count }, (_, n) => NOW - 15 * HOUR_MS - n * DAY_MS)
const hours = (count: number) => Array.from({ length: count }, (_, n) => NOW - (n + 1) * HOUR_MS)

async function words(): Promise<string | undefined> {
  return (await getFeedRows(ctx, [TERMS]))[0]?.failedRun?.words
}

describe('a feed whose promise is broken because a run failed', () => {
  it('says why in the words of the run, and how often it failed so', async () => {
    await ran('term', 'failed', SAYS, ...nights(1))
    expect(await words()).toBe(SAYS)
    await ran('term', 'failed', SAYS, ...nights(5).slice(1))
    expect(await words()).toBe(`${SAYS} Five nights in a row the same error.`)
    await ran('term', 'failed', SAYS, NOW - 14 * HOUR_MS)
    expect(await words()).toBe(`${SAYS} It failed in the same way for the sixth time in a row.`)
    await ran('term', 'failed', 'Another.', NOW - 13 * HOUR_MS)
    expect(await words()).toBe('Another.')
  })

  it('counts as far back as is known, and no dry run', async () => {
    await ran('term', 'failed', SAYS, ...hours(40))
    expect(await words()).toBe(`${SAYS} It has failed in the same way more than 30 times in a row.`)
    await ctx.whole.query('update run set parameters = \'{"dryRun": true}\' where scheduled_for < $1', [new Date(NOW - 2.5 * HOUR_MS)])
    expect(await words()).toBe(`${SAYS} It failed in the same way for the second time in a row.`)
  })

  it('goes by what was asked for last of runs for the same time', async () => {
    await ctx.whole.query(
      `insert into run (id, flow, trigger, scheduled_for, created_at, started_at, ended_at, state, problem) values
         ('00000000-0000-4000-8000-000000000001', 'term', 'manual', $1, $2, $2, $2, 'failed', 'By hand.'),
         ('ffffffff-0000-4000-8000-000000000001', 'term', 'schedule', $1, $1, $1, $1, 'failed', 'By schedule.')`,
      [new Date(NOW - HOUR_MS), new Date(NOW - HOUR_MS + MINUTE_MS)],
    )
    expect(await words()).toBe('By hand.')
  })

  it('says nothing of a run where that is not the reason, nor where the last one did not fail', async () => {
    await ran('term', 'completed', null, NOW - HOUR_MS)
    expect((await getFeedRows(ctx, [TERMS]))[0]?.failedRun).toBeNull()
    await ran('course', 'failed', SAYS, NOW - HOUR_MS)
    await ctx.whole.query("update status_span set reason = 'overdue' where subject_id = $1", [COURSES])
    expect((await getFeedRows(ctx, [COURSES]))[0]?.failedRun).toBeNull()
  })

  it('of a job of another system tells the error that told of it, on one line', async () => {
    for (const id of [BOARD_FEED, BOARD]) await stands(id, 'run-failed')
    await failedThere('Traceback (most recent call last):\n  File "/x.py"\nKeyError: term', 1)
    expect((await getFeedRows(grace, [BOARD_FEED]))[0]?.failedRun).toMatchObject({ says: 'KeyError: term', state: 'failed' })
    await ctx.whole.query("update external_run set writes = '{other}'")
    expect((await getFeedRows(ctx, [BOARD_FEED]))[0]?.failedRun).toBeNull()
  })

  it('of a job counts no run that came before one that failed as a whole and loaded what is promised', async () => {
    for (const id of [BOARD_FEED, BOARD]) await stands(id, 'run-failed')
    const told = async () => (await getFeedRows(ctx, [BOARD_FEED]))[0]?.failedRun?.inARow
    await failedThere('No.', 1, 3)
    expect(await told()).toBe(2)
    await failedThere('No.', 2)
    await ctx.whole.query("update external_run set writes = '{other}', loaded = '{board}' where placed_at = $1", [
      new Date(NOW - 2 * HOUR_MS),
    ])
    expect(await told()).toBe(1)
  })
})

it('all that shows the feed, its assets or what it holds back says the same', async () => {
  await ran('term', 'failed', SAYS, ...nights(2))
  await stands(COURSES, 'blocked')
  await stands(COURSE, 'blocked')
  const told = `${SAYS} Two nights in a row the same error.`
  expect((await getAssetsOfFeed(ctx, TERMS))[0]?.failedRun?.words).toBe(told)
  expect((await getRootsOfAsset(ctx, COURSE, ''))[0]?.failedRun?.words).toBe(told)
  const held = await getRootsOfFeeds(ctx, [{ id: COURSES, status: 'late' }], await causesNow(ctx))
  expect(held.get(COURSES)?.[0]?.failedRun?.words).toBe(told)
  // Whatever the reason of the feed itself is: the overview gets it too.
  await ctx.whole.query("update status_span set reason = 'overdue' where subject_id = $1", [COURSES])
  const shown = (await getStatusOverview(ctx)).groups.flatMap(({ feeds }) => feeds).find(({ id }) => id === COURSES)
  expect(shown).toMatchObject({ reason: 'overdue', heldBy: [{ failedRun: { words: told } }] })
  const run = { id: expect.any(String), state: 'failed', says: SAYS, inARow: 2, words: told }
  expect((await getApiPage(ctx, FEED_LIST, { key: 'terms' })).items).toMatchObject([{ failedRun: run }])
  expect((await getApiPage(ctx, ASSET_LIST, { key: 'lake/term' })).items).toMatchObject([{ verdict: { failedRun: run } }])
  expect(JSON.parse((await getStatusJson(ctx))?.json ?? '').feeds[0]).toMatchObject({ key: 'terms', failedRun: run })
  expect(JSON.stringify([await getFeedRows(grace), await getAssetsOfFeed(grace, COURSES)])).not.toContain('SAP')
})

it.each([
  ['failed anew', () => ran('term', 'failed', SAYS, NOW - HOUR_MS / 2), { state: 'failed', inARow: 2 }],
  ['crashed', () => crashed('term', NOW - 1.5 * HOUR_MS), { state: 'crashed', inARow: 1 }],
])('the API tells who asks for what has changed of a run that %s, which makes it another answer', async (_, happens, failedRun) => {
  await ran('term', 'failed', SAYS, NOW - 2 * HOUR_MS)
  await ctx.whole.query("update subject set created_at = '2026-01-01'")
  const changedSince = new Date(NOW - HOUR_MS)
  const marks = () => Promise.all([getListMark(ctx, FEED_LIST, {}), getListMark(ctx, ASSET_LIST, {}), getListMark(grace, FEED_LIST, {})])
  const changed = async () => [
    ...(await getApiPage(ctx, FEED_LIST, { key: 'terms', changedSince })).items,
    ...(await getApiPage(ctx, ASSET_LIST, { key: 'lake/term', changedSince })).items,
  ]
  const [feeds, assets, unseen] = await marks()
  expect(await changed()).toEqual([])
  await happens()
  expect(await changed()).toMatchObject([{ failedRun }, { verdict: { failedRun } }])
  const after = await marks()
  expect(after.map((mark, at) => mark === [feeds, assets, unseen][at])).toEqual([false, false, true])
})

it('what is told of a change is what the runs had said by then', async () => {
  await ran('term', 'failed', SAYS, ...nights(1))
  const changeAt = NOW - 2 * HOUR_MS
  clock.set(changeAt)
  await makeChange(ctx, { feedId: TERMS, at: changeAt, channels: ['webhook'], explanation: 'Late.' })
  clock.set(NOW)
  await ran('term', 'failed', 'Another.', NOW - HOUR_MS)
  expect((await atomFeed(ctx))?.xml).toContain(`Terms: late. Late. ${SAYS} It was fresh.`)
  const [message] = await claimMessages(ctx.whole, NOW, MINUTE_MS, 5)
  expect(message?.failedRun?.words).toBe(SAYS)
  await ctx.whole.query('update run set problem = null')
  expect((await atomFeed(ctx))?.xml).toContain('Terms: late. Late. It was fresh.')
})
