import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { againFor } from '#lib/queries/api/again-answers.ts'
import { getApiPage, getListMark } from '#lib/queries/api/list.ts'
import { ASSET_LIST } from '#lib/queries/api/list-assets.ts'
import { FEED_LIST } from '#lib/queries/api/list-feeds.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { edgesInSql } from '#lib/testing/database/edges.ts'
import { openOrderWorld, turn } from '#lib/testing/runs/order-world.ts'
import { getGoodAgain } from './good-again.ts'

const NOW = Date.parse('2026-11-20T22:00:00Z')
const [TERM, COURSE, SEAT, BOARD] = [21, 22, 23, 24]
let database: TestDatabase
let clock: FakeClock
let ctx: Context
let grace: Context

beforeAll(async () => {
  ;({ database, clock, ctx, grace } = await openOrderWorld())
  await ctx.whole.query(`
    ${edgesInSql([COURSE, BOARD])};
    insert into subject_version (subject_id, from_at, settings) values (${BOARD}, '2026-01-01', '{"policies": [{"kind": "upstream"}]}');
    update flow set cron = '0 2 * * *' where name = 'term';
    update flow set cron = '1 2 * * *', after = '{term}' where name = 'course'`)
  for (const flow of ['term', 'course']) await ran(flow, 'completed', 24, 5)
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock.set(NOW)
  await ctx.whole.query("delete from run where state <> 'completed'; delete from blind; delete from status_span where subject_id > 20")
})

async function ran(
  flow: string,
  state: string,
  hoursAgo: number,
  minutes: number | null,
  more: Record<string, unknown> = {},
): Promise<void> {
  const at = NOW - hoursAgo * HOUR_MS
  const run = { problem: null, parameters: {}, eta_at: null, lease_until: null, trigger: 'schedule', ...more }
  await ctx.whole.query(
    `insert into run (id, flow, trigger, scheduled_for, created_at, started_at, ended_at, state, problem, parameters, eta_at, lease_until)
     values (gen_random_uuid(), $1, $9, $2, $2, $2, $3, $4, $5, $6, $7, $8)`,
    [
      ...[flow, new Date(at), minutes === null ? null : new Date(at + minutes * MINUTE_MS), state],
      ...[run.problem, run.parameters, run.eta_at, run.lease_until, run.trigger],
    ],
  )
}

/** Each has been late since so many hours, or unknown because its system cannot be reached. */
async function stands(hours: Record<number, number>, reason = 'overdue'): Promise<void> {
  for (const [id, ago] of Object.entries(hours))
    await ctx.whole.query('insert into status_span (subject_id, status, reason, from_at) values ($1, $2, $3, $4)', [
      ...[id, reason === 'overdue' ? 'late' : 'unknown', reason, new Date(NOW - ago * HOUR_MS)],
    ])
}

async function told(by: Context = ctx): Promise<Record<number, string>> {
  const words = [...(await getGoodAgain(by))].map(([id, again]) => {
    if (again.kind === 'no-date') return [id, `${again.because} > ${again.ask}`]
    return [id, [new Date(again.at).toISOString().slice(5, 16), ...again.ifAnswering, ...again.ifSucceeding].join(' ')]
  })
  return Object.fromEntries(words)
}

it('goes by schedules, what a flow comes after, usual durations and the lineage; what is fresh has no place in it', async () => {
  await stands({ [TERM]: 9, [COURSE]: 8, [SEAT]: 7, [BOARD]: 7 })
  expect(await told()).toEqual({
    [TERM]: '11-21T02:05',
    [COURSE]: '11-21T02:10',
    [SEAT]: 'nobody here knows when seat runs next > null',
    [BOARD]: '11-21T02:10',
  })
  await ctx.whole.query("update status_span set status = 'fresh' where subject_id <> $1", [COURSE])
  // It comes after the run of terms all the same.
  expect(await told()).toEqual({ [COURSE]: '11-21T02:10' })
})

it('what only follows comes after what blocks it now, also where that turned after it', async () => {
  await stands({ [COURSE]: 7, [BOARD]: 8 })
  await ctx.whole.query("update status_span set reason = 'blocked' where subject_id = $1", [BOARD])
  expect(await told()).toMatchObject({ [BOARD]: '11-21T02:10' })
  await stands({ [TERM]: 6 })
  await ctx.whole.query("update status_span set reason = 'blocked' where subject_id = $1", [COURSE])
  expect(await told(grace)).toMatchObject({ [COURSE]: 'it waits for a system you may not see > null' })
})

it('goes by the run that goes on, unless nothing is heard of it; dry runs are none', async () => {
  await stands({ [TERM]: 9 })
  const signs = { lease_until: new Date(NOW + 20_000) }
  await ran('term', 'running', 0.05, null, { ...signs, parameters: { dryRun: true } })
  expect(await told()).toEqual({ [TERM]: '11-21T02:05' })
  await ctx.whole.query("delete from run where state = 'running'")
  await ran('term', 'running', 0.02, null, signs)
  expect(await told()).toEqual({ [TERM]: '11-20T22:03' })
  await ctx.whole.query("update run set eta_at = $1 where state = 'running'", [new Date(NOW + 30 * MINUTE_MS)])
  expect(await told()).toEqual({ [TERM]: '11-20T22:30' })
  await ctx.whole.query(`insert into run_task (run_id, attempt, name, state, started_at, detail)
    select id, 1, 'read', 'running', started_at, '{"waits": [{"from": 0, "until": ${NOW + HOUR_MS}}]}' from run where state = 'running'`)
  expect(await told()).toEqual({ [TERM]: '11-20T23:00' })
  clock.set(NOW + MINUTE_MS)
  expect(await told()).toEqual({ [TERM]: 'nobody knows when the run of term that goes on will end > Tess' })
  await ctx.whole.query('delete from run_task')
})

it('a run that is asked to stop is no hope, nor is a replay; both keep the next one waiting', async () => {
  await stands({ [TERM]: 9 })
  await ran('term', 'running', 0.02, null, { lease_until: new Date(NOW + 20_000) })
  await ctx.whole.query("update run set cancel_at = now() where state = 'running'")
  expect(await told()).toEqual({ [TERM]: '11-21T02:05' })
  await ctx.whole.query(`update run set cancel_at = null, parameters = '{"replay": "x"}' where state = 'running'`)
  expect(await told()).toEqual({ [TERM]: '11-21T02:05' })
  await ran('term', 'scheduled', -1, null, { trigger: 'manual', parameters: { replay: 'x' } })
  expect(await told()).toEqual({ [TERM]: '11-21T02:05' })
  await ran('term', 'completed', 1, 90, { parameters: { replay: 'x' } })
  expect(await told()).toEqual({ [TERM]: '11-21T02:05' })
  await ctx.whole.query("delete from run where parameters ? 'replay'")
})

it('names what has to come true before, and promises nothing of what keeps failing, is paused or waits for nobody', async () => {
  await stands({ [TERM]: 9 })
  await ran('term', 'failed', 3, 1, { problem: 'No.' })
  expect(await told()).toEqual({ [TERM]: '11-21T02:05 term' })
  await ctx.whole.query("insert into connection_state (key, name, kind, probe_every_ms) values ('sis', 'Student system', 'http', 1000)")
  await ctx.whole.query("insert into blind (connection_key, from_at, reason) values ('sis', now(), 'source-unreachable')")
  expect(await told()).toEqual({ [TERM]: '11-21T02:05 Student system' })
  for (const hours of [2, 1]) await ran('term', 'failed', hours, 1, { problem: 'No.' })
  expect(await told()).toEqual({ [TERM]: 'the last 3 runs of term failed in the same way: No. > Tess' })
  await ctx.whole.query(
    "delete from run where state = 'failed'; insert into maintenance_window (flow, kind, from_at) values ('term', 'paused', '2026-11-20')",
  )
  expect(await told()).toEqual({ [TERM]: 'term is paused > Tess' })
  await ran('term', 'scheduled', -1, null, { trigger: 'manual' })
  expect(await told()).toEqual({ [TERM]: '11-20T23:05 Student system' })
  await ctx.whole.query("delete from maintenance_window; delete from connection_state where key = 'sis'")
})

it('of a job goes by the runs that its system announces', async () => {
  await stands({ [BOARD]: 9 })
  await ctx.whole.query(`
    update asset set job = 'looker/refresh' where subject_id = ${BOARD}; update subject_version set settings = '{"policies": [{"kind": "age"}]}';
    insert into external_run (connection_key, job, external_id, state, placed_at, started_at, ended_at, told_by, told_at) values
      ('looker', 'refresh', '1', 'completed', '2026-11-19', '2026-11-19', '2026-11-19T00:10Z', 'connection:looker', now());`)
  expect(await told()).toEqual({ [BOARD]: 'nobody here knows when looker/refresh runs next > board@example.edu' })
  await ctx.whole.query(`insert into external_run (connection_key, job, external_id, state, placed_at, told_by, told_at)
    values ('looker', 'refresh', '2', 'scheduled', '2026-11-21T03:00Z', 'connection:looker', now())`)
  expect(await told()).toEqual({ [BOARD]: '11-21T03:10' })
  await ctx.whole.query("update external_run set state = 'running', started_at = $1 where external_id = '2'", [new Date(NOW - MINUTE_MS)])
  expect(await told()).toEqual({ [BOARD]: '11-20T22:09' })
})

it('of what cannot be seen goes by the next look, if its system answers', async () => {
  await stands({ [BOARD]: 1 }, 'source-unreachable')
  await ctx.whole.query("insert into blind (connection_key, from_at, reason) values ('looker', now(), 'source-unreachable')")
  await ctx.whole.query("update connection_state set next_probe_at = $1 where key = 'looker'", [new Date(NOW + 5 * MINUTE_MS)])
  expect(await told()).toEqual({ [BOARD]: '11-20T22:05 looker' })
})

it('tells who does not see all of it neither a name nor a date of the rest', async () => {
  await stands({ [TERM]: 9, [COURSE]: 8, [BOARD]: 7 })
  expect(await told(grace)).toMatchObject({ [COURSE]: 'it waits for a system you may not see > null' })
  await ctx.whole.query("update status_span set status = 'fresh' where subject_id <> $1", [COURSE])
  // Its flow comes after one that she does not see, and reads what that writes.
  expect(await told(grace)).toEqual({ [COURSE]: 'nothing that you may see loads course > Cora' })
  await ctx.whole.query(`update flow set settings = settings || '{"reads": []}' where name = 'course'`)
  expect(await told(grace)).toEqual({ [COURSE]: '11-21T02:06 a system you may not see' })
  await ctx.whole.query("update status_span set status = 'late' where subject_id = $1", [BOARD])
  await ctx.whole.query("update status_span set status = 'fresh' where subject_id <> $1", [BOARD])
  await ctx.whole.query('update asset set job = null where subject_id = $1', [BOARD])
  expect(await told(grace)).toMatchObject({ [BOARD]: 'nothing that you may see loads board > board@example.edu' })
})

it('goes by since when something is in trouble, whatever that was called meanwhile', async () => {
  await ctx.whole.query(`insert into status_span (subject_id, status, reason, from_at, to_at) values
    (${TERM}, 'fresh', 'on-time', '2026-11-18', '2026-11-19'), (${TERM}, 'late', 'overdue', '2026-11-19', '2026-11-20T20:00Z'),
    (${TERM}, 'stale', 'overdue', '2026-11-20T20:00Z', null)`)
  await stands({ [SEAT]: 9 })
  await ctx.whole.query(edgesInSql([TERM, SEAT]))
  await ctx.whole.query("update flow set cron = '3 2 * * *' where name = 'seat'")
  await ran('seat', 'completed', 30, 1)
  expect(await told()).toEqual({ [TERM]: '11-21T02:05', [SEAT]: '11-22T02:04' })
})

it('is told by the API of feeds and assets, in words, too; who has its answer hears when that moves', async () => {
  await stands({ [TERM]: 9, [COURSE]: 8 })
  await turn(ctx, 'late', 11, 12)
  const toldBy = async (by: Context) => {
    const feeds = (await getApiPage(by, FEED_LIST, {})).items.flatMap((one) =>
      'goodAgain' in one ? [[one.key, one.goodAgain?.words]] : [],
    )
    const assets = (await getApiPage(by, ASSET_LIST, {})).items.flatMap((one) =>
      'verdict' in one ? [[one.key, one.verdict.goodAgain]] : [],
    )
    return { ...Object.fromEntries(feeds), ...Object.fromEntries(assets) }
  }
  const [at, tryAt] = ['2026-11-21T02:05:00.000Z', '2026-11-21T02:00:00.000Z']
  const words = 'good by about Sat 21 Nov 02:05 UTC'
  const certain = { kind: 'by', isLook: false, ifAnswering: [], ifSucceeding: [] }
  expect(await toldBy(ctx)).toMatchObject({ terms: words, 'lake/term': { ...certain, at, tryAt, words }, 'lake/seat': null })
  const because = 'it waits for a system you may not see'
  const seen = { courses: `no date: ${because}`, 'lake/course': { kind: 'no-date', because, ask: null, words: `no date: ${because}` } }
  expect(await toldBy(grace)).toEqual({ ...seen, seats: undefined, board: undefined, 'lake/seat': null, 'looker/board': null })

  const answer = againFor(ctx)
  expect(await answer.assets([{ status: 'fresh' }, { status: null }])).toEqual(new Map())
  expect(await answer.assets([{ status: 'late' }])).toBe(await answer.assets([{ status: 'unknown' }]))

  const marks = () => Promise.all([getListMark(ctx, FEED_LIST, {}), getListMark(ctx, ASSET_LIST, { include: 'columns' })])
  const before = await marks()
  expect(await marks()).toEqual(before)
  await ran('term', 'scheduled', -1, null, { trigger: 'manual' })
  expect((await marks()).filter((mark) => before.includes(mark))).toEqual([])
  expect(await toldBy(ctx)).toMatchObject({ terms: 'good by about Fri 20 Nov 23:05 UTC' })
  await ctx.whole.query("delete from run where state = 'scheduled'")
  await ran('term', 'running', 1, null)
  const going = await marks()
  clock.set(clock.now() + 7_000)
  expect(await marks()).toEqual(going)
})
