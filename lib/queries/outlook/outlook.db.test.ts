import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { openOrderWorld } from '#lib/testing/runs/order-world.ts'
import { getOutlook } from './outlook.ts'

const NOW = Date.parse('2026-11-20T22:00:00Z')
const [TERM, COURSE, BOARD] = [21, 22, 24]
let database: TestDatabase
let clock: FakeClock
let ctx: Context
let grace: Context

beforeAll(async () => {
  ;({ database, clock, ctx, grace } = await openOrderWorld())
  await ctx.whole.query(`
    update flow set cron = '0 2 * * *' where name = 'term';
    update flow set cron = '1 2 * * *', after = '{term}' where name = 'course'`)
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock.set(NOW)
  await ctx.whole.query(`delete from run; delete from blind; delete from status_span;
    insert into status_span (subject_id, status, reason, from_at) select id, 'fresh', 'on-time', '2026-11-01' from subject where kind <> 'group'`)
})

const ago = (hours: number) => new Date(NOW - hours * HOUR_MS)
const turned = (status: string, reason: string, hours: number, ...ids: number[]) =>
  ctx.whole.query('update status_span set status = $1, reason = $2, from_at = $3 where subject_id = any($4)', [
    status,
    reason,
    ago(hours),
    ids,
  ])
const ran = (flow: string, state: string, hours: number, problem: string | null = null) =>
  ctx.whole.query(
    `insert into run (id, flow, trigger, scheduled_for, created_at, started_at, ended_at, state, problem)
     values (gen_random_uuid(), $1, 'schedule', $2, $2, $2, $3, $4, $5)`,
    [flow, ago(hours), ago(hours - 0.1), state, problem],
  )
const limit = (id: number, at: Instant) => ctx.whole.query('update asset set verdict = $1 where subject_id = $2', [{ lateAt: at }, id])

async function outlook(by: Context = ctx) {
  const { lines, again, risk, ...counts } = await getOutlook(by, await getFeedRows(by))
  const told = lines.map(({ of, why, owners, focus, held, atRisk }) => {
    const feeds = [held.map(({ key }) => key), atRisk.map(({ key }) => key)].map(String)
    return [of === null ? null : `${of.kind} ${of.name}`, why, ...feeds, String(owners), focus]
  })
  return { told, counts: [counts.total, counts.holding], again: [...again.keys()], risk: [...risk] }
}

it('is nothing where nothing is wrong', async () => {
  expect(await outlook()).toEqual({ told: [], counts: [0, 0], again: [], risk: [] })
})

it('tells of a flow that fails, in its own words, what it holds back, and the owner of what it loads', async () => {
  await turned('late', 'run-failed', 2, TERM, 11)
  await turned('late', 'run-failed', 1, COURSE, 12)
  await ran('term', 'failed', 3, 'The terms could not be read.')
  expect((await outlook()).told).toEqual([['flow term', 'The terms could not be read.', 'terms,courses', '', 'Tess', 'lake/term']])
})

it('of an asset that its feed is judged by, tells by the name of the feed; else by its own', async () => {
  await turned('stale', 'overdue', 2, BOARD, 14)
  await turned('late', 'overdue', 1, TERM)
  await turned('late', 'blocked', 0.5, COURSE, 12)
  expect((await outlook()).told).toEqual([
    ['asset term', 'Nothing has arrived since it was due.', 'courses', '', 'Tess', 'lake/course'],
    ['feed Board', 'Nothing has arrived since it was due.', 'board', '', 'board@example.edu', 'looker/board'],
  ])
  expect((await outlook()).counts).toEqual([2, 2])
  expect((await outlook()).again).toEqual(expect.arrayContaining([12, 14]))
})

it('says of a broken contract what breaks it and to whom that was promised, and that no load mends it', async () => {
  await turned('stale', 'contract-broken', 2, BOARD, 14)
  await ctx.whole.query(
    `insert into contract_break (asset_id, from_at, to_at, status, version, words) values ($1, $2, null, 'stale', '1', 'the field "id" is gone (read by "Finance")'),
       ($1, $3, $2, 'late', '1', 'of before')`,
    [BOARD, ago(2), ago(3)],
  )
  const { told, again } = await outlook()
  await ctx.whole.query('delete from contract_break')
  expect(told).toEqual([['feed Board', 'The field "id" is gone (read by "Finance").', 'board', '', 'board@example.edu', 'looker/board']])
  expect(again).toEqual(expect.arrayContaining([14]))
})

it('what is down and holds nothing back is told for what is at risk within a week', async () => {
  await ctx.whole.query("insert into blind (connection_key, from_at, reason) values ('looker', $1, 'source-unreachable')", [ago(1)])
  await ctx.whole.query(
    "update connection_state set name = 'Looker of the campus', problem = 'Nothing answers there.', next_probe_at = $1 where key = 'looker'",
    [new Date(NOW + HOUR_MS)],
  )
  await limit(BOARD, NOW + 8 * 24 * HOUR_MS)
  expect((await outlook()).told).toEqual([])
  await limit(BOARD, NOW + HOUR_MS)
  expect(await outlook()).toEqual({
    told: [['connection Looker of the campus', 'Nothing answers there.', '', 'board', 'board@example.edu', 'looker/board']],
    ...{ counts: [1, 0], again: [], risk: [[14, NOW + HOUR_MS]] },
  })
  expect((await getOutlook(ctx, await getFeedRows(ctx))).lines).toMatchObject([{ status: null, nextLookAt: NOW + HOUR_MS }])
  await ctx.whole.query('update asset set verdict = null; update connection_state set name = null, problem = null, next_probe_at = null')
})

it('what the reader does not see has no name, and holds back only what they do', async () => {
  await turned('late', 'overdue', 2, TERM, 11)
  await turned('late', 'blocked', 1, COURSE, 12)
  expect((await outlook(grace)).told).toEqual([[null, null, 'courses', '', '', 'lake/course']])
})

it('the newest twenty are told, all are counted', async () => {
  await ctx.whole.query(`
    insert into subject (id, kind, key, name, created_at) select n, 'asset', 'lake/x' || n, 'X', now() from generate_series(100, 124) n;
    insert into asset (subject_id, feed_id, asset_kind, connection_key, path) select n, 14, 'table', 'lake', 'x' || n from generate_series(100, 124) n;
    insert into status_span (subject_id, status, reason, from_at) select n, 'late', 'overdue', '2026-11-20'::timestamptz + n * interval '1 min' from generate_series(100, 124) n`)
  await turned('late', 'overdue', 2, 14)
  const found = await getOutlook(ctx, await getFeedRows(ctx))
  expect([found.lines.length, found.total, found.holding]).toEqual([20, 25, 25])
  expect(found.lines[0]).toMatchObject({ focus: 'lake/x124', of: { kind: 'feed', key: 'board' } })
})
