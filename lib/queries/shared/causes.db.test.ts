import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadCauseGraph } from '#lib/db/causes/cause-graph.ts'
import { asActor, type Context, type Sql } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { edgesInSql } from '#lib/testing/database/edges.ts'
import { causesAt, causesNow } from './causes.ts'

const NOON = Date.parse('2026-11-10T12:00:00Z')
const hour = (hours: number) => new Date(Date.parse('2026-11-10T00:00:00Z') + hours * 3_600_000)
let database: TestDatabase
let clock: FakeClock
let ctx: Context

/** SAP's people (3) are loaded into a table (4), a view is made of that (5), a dashboard of it (6), which another group shows. */
const CATALOGUE = `
  insert into subject (id, kind, key, name, created_at) values (1, 'group', 'people', 'People', '2026-01-01'), (2, 'feed', 'people', 'People', '2026-01-01'),
    (3, 'asset', 'sap/people', 'People in SAP', '2026-01-01'), (4, 'asset', 'lake/people', 'People', '2026-01-01'), (5, 'asset', 'lake/view', 'View', '2026-01-01'),
    (6, 'asset', 'bi/board', 'Board', '2026-01-01'), (11, 'group', 'boards', 'Boards', '2026-01-01'), (12, 'feed', 'boards', 'Boards', '2026-01-01');
  insert into feed (subject_id, group_id) values (2, 1), (12, 11);
  insert into connection_state (key, kind, probe_every_ms) values ('sap', 'sap', 1000), ('lake', 'postgres', 1000), ('bi', 'looker', 1000);
  insert into flow (name, zone, "after", settings) values ('people', 'UTC', '{}', '{"reads": ["sap/people"], "writes": ["lake/people"], "timeoutMs": 3600000}');
  insert into asset (subject_id, feed_id, asset_kind, connection_key, path, flow, job) values (3, 2, 'source', 'sap', 'people', null, null),
    (4, 2, 'table', 'lake', 'people', 'people', null), (5, 2, 'table', 'lake', 'view', null, 'dbt/build'), (6, 12, 'consumer', 'bi', 'board', null, null);
  ${edgesInSql([3, 4, 'flow'], [4, 5], [5, 6])};
  insert into audience_group values ('board', 11)`

beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(NOON))
  await ctx.whole.query(CATALOGUE)
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock.set(NOON)
  await ctx.whole.query('delete from status_span; delete from blind; delete from run; delete from external_run')
})

/** An asset stood so from an hour of the day to another. */
const stood = (id: number, status: string, from: number, to: number | null = null) =>
  ctx.whole.query(`insert into status_span (subject_id, status, reason, from_at, to_at) values ($1, $2, 'overdue', $3, $4)`, [
    ...[id, status, hour(from), to === null ? null : hour(to)],
  ])
const ran = (state: string, scheduled: number, ended: number | null, more: { problem?: string; parameters?: object } = {}) =>
  ctx.whole.query(
    `insert into run (id, flow, trigger, scheduled_for, created_at, state, started_at, ended_at, problem, parameters) values ($1, 'people', 'schedule', $2, $2, $3, $2, $4, $5, $6)`,
    [randomUUID(), hour(scheduled), state, ended === null ? null : hour(ended), more.problem ?? null, more.parameters ?? {}],
  )
const ranThere = (state: string, placed: number, writes: string[] | null = null) =>
  ctx.whole.query(
    `insert into external_run (connection_key, job, external_id, state, placed_at, started_at, ended_at, writes, told_by, told_at)
     values ('dbt', 'build', $1, $2, $3, $3, $3, $4, 'connection:dbt', $3)`,
    [randomUUID(), state, hour(placed), writes],
  )
const wasDown = (from: number, to: number | null = null, reason = 'source-unreachable') =>
  ctx.whole.query(`insert into blind (connection_key, from_at, to_at, reason) values ('sap', $1, $2, $3)`, [
    ...[hour(from), to === null ? null : hour(to), reason],
  ])

/** `root (what it holds)` of each, at an hour of the day or now. */
const told = async (at: number | null = null, reader = ctx) =>
  (await causesAt(reader, at === null ? null : hour(at).getTime())).all.map(
    ({ key, since, heldIds }) => `${key} ${new Date(since).getUTCHours()}h: ${heldIds}`,
  )

describe('what is wrong comes down to', () => {
  it('nothing while nothing is', async () => {
    await stood(4, 'fresh', 0)
    await ran('completed', 2, 3)
    expect(await told()).toEqual([])
  })

  it('what has been unhealthy without a break, since it first was, whatever it was called', async () => {
    await stood(4, 'late', 1, 2)
    await stood(4, 'fresh', 2, 4)
    await stood(4, 'unknown', 4, 5)
    await stood(4, 'late', 5, 9)
    await stood(4, 'stale', 9)
    await stood(5, 'late', 6)
    expect(await told()).toEqual(['asset:4 4h: 4,5'])
  })

  it('a flow since the first of its failures that no success followed, and no dry run ends that', async () => {
    await ran('failed', 0, 1)
    await ran('completed', 1, 2)
    await ran('missed', 2, 2)
    await ran('failed', 3, 4, { problem: 'SAP did not answer' })
    await ran('completed', 4, 5, { parameters: { dryRun: true } })
    await stood(4, 'late', 5)
    expect(await told()).toEqual(['flow:people 2h: 4'])
    expect((await causesAt(ctx)).pathsTo(4)[0]?.steps).toMatchObject([{ key: 'flow:people' }, { key: 'asset:4' }])
    await ran('partial', 6, 7)
    expect(await told()).toEqual(['asset:4 5h: 4'])
  })

  it('a flow whose run hangs, from when on it does', async () => {
    await ran('running', 2, null)
    await stood(4, 'late', 3)
    expect(await told()).toEqual(['flow:people 2h: 4'])
    clock.set(hour(2.25).getTime())
    expect(await told()).toEqual(['asset:4 3h: 4'])
  })

  it('a job of another system, where its runs say what they wrote by those that are about the asset', async () => {
    await stood(5, 'late', 8)
    await ranThere('completed', 1)
    await ranThere('failed', 2)
    expect(await told()).toEqual(['job:dbt/build 2h: 5'])
    await ranThere('completed', 3, ['lake/other'])
    expect(await told()).toEqual(['job:dbt/build 2h: 5'])
    await ranThere('completed', 4, ['lake/view'])
    await ranThere('failed', 5, ['lake/other'])
    expect(await told()).toEqual(['asset:5 8h: 5'])
    await ranThere('failed', 6, ['lake/view'])
    expect(await told()).toEqual(['job:dbt/build 6h: 5'])
  })

  it('a connection that is down, by way of what lies behind it and of the flow', async () => {
    await wasDown(1)
    await ran('failed', 2, 3)
    for (const id of [4, 5, 6]) await stood(id, 'late', 4)
    expect(await told()).toEqual(['connection:sap 1h: 4,5,6'])
    expect((await causesAt(ctx)).pathsTo(6)[0]?.steps.map(({ key }) => key)).toEqual([
      ...['connection:sap', 'asset:3', 'flow:people', 'asset:4', 'asset:5', 'asset:6'],
    ])
    await ctx.whole.query("update connection_state set removed_at = $1 where key = 'sap'", [hour(9)])
    expect(await told()).toEqual(['flow:people 2h: 4,5,6'])
    expect(await told(8)).toEqual(['connection:sap 1h: 4,5,6'])
    await ctx.whole.query('update connection_state set removed_at = null')
  })

  it('what turns while it is read, since it turned', async () => {
    await stood(4, 'late', 4)
    const turns = [() => stood(3, 'late', 5)]
    const query = async (text: string, values: unknown[]) => {
      const result = await ctx.pool.query(text, values)
      await turns.pop()?.()
      return result
    }
    const { assets } = await loadCauseGraph({ query } as unknown as Sql, { at: NOON, withRisk: false })
    expect(assets.map(({ id, since }) => [id, since])).toContainEqual([3, hour(5).getTime()])
  })

  it('no connection where only what is told could not be heard', async () => {
    await wasDown(1, null, 'receiver-stopped')
    await stood(3, 'unknown', 4)
    expect(await told()).toEqual(['asset:3 4h: 3'])
  })

  it('what puts at risk what is still fresh', async () => {
    await wasDown(1)
    await stood(4, 'fresh', 0)
    await ctx.whole.query('update asset set verdict = $1 where subject_id = 4', [{ lateAt: hour(14).getTime() }])
    expect((await causesAt(ctx)).all).toMatchObject([
      { key: 'connection:sap', status: null, heldIds: [], atRisk: [{ id: 4, at: hour(14).getTime() }] },
    ])
  })

  it('not what is loaded anyway: by a flow that nothing holds up', async () => {
    await stood(3, 'late', 1)
    await stood(4, 'fresh', 0)
    await ctx.whole.query('update asset set verdict = $1 where subject_id = 4', [{ lateAt: hour(14).getTime() }])
    const risk = async () => (await causesAt(ctx)).all.map(({ key, atRisk }) => `${key}: ${atRisk.map(({ id }) => id)}`)
    expect(await risk()).toEqual(['asset:3: '])
    await ran('failed', 2, 3)
    expect(await risk()).toEqual(['asset:3: 4'])
    await ctx.whole.query("delete from run; insert into flow (name, zone, after) values ('before', 'UTC', '{}')")
    await ctx.whole.query("update asset set flow = 'before' where subject_id = 5; update flow set after = '{before}' where name = 'people'")
    await ctx.whole.query(
      "insert into run (id, flow, trigger, scheduled_for, created_at, state, started_at, ended_at) values (gen_random_uuid(), 'before', 'schedule', '2026-11-10', '2026-11-10', 'failed', '2026-11-10', '2026-11-10')",
    )
    expect(await risk()).toContain('asset:3: 4')
    await ctx.whole.query(
      "update asset set flow = null where subject_id = 5; update flow set after = '{}'; delete from run; delete from flow where name = 'before'",
    )
  })

  it('the same where what is at risk is not asked for', async () => {
    await wasDown(1)
    await stood(3, 'fresh', 0)
    for (const id of [4, 6]) await stood(id, 'late', id)
    await stood(5, 'maintenance', 5)
    const held = (await causesAt(ctx)).all.map((cause) => ({ ...cause, atRisk: [] }))
    expect(held.map(({ key, heldIds }) => `${key}: ${heldIds}`)).toEqual(['asset:4: 4', 'asset:6: 6'])
    expect((await causesNow(ctx)).all).toEqual(held)
    await ran('failed', 2, 3)
    expect((await causesNow(ctx)).all.map(({ key, heldIds }) => `${key}: ${heldIds}`)).toEqual(['connection:sap: 4', 'asset:6: 6'])
  })
})

describe('what was wrong', () => {
  it('comes down to what it did then, by what was made from what and written by what then', async () => {
    await wasDown(1, 3)
    await stood(4, 'late', 2, 6)
    await stood(5, 'late', 2, 8)
    await ran('failed', 1.5, 2)
    await ran('completed', 5, 6)
    expect(await told(2.5)).toEqual(['connection:sap 1h: 4,5'])
    expect(await told(4)).toEqual(['flow:people 1h: 4,5'])
    expect(await told(7)).toEqual(['asset:5 2h: 5'])
    expect(await told(9)).toEqual([])
    await ctx.whole.query("update lineage_edge set to_at = '2026-11-10T04:00:00Z' where downstream_id = 5")
    expect(await told(4)).toEqual(['flow:people 1h: 4', 'asset:5 2h: 5'])
    await ctx.whole.query('update lineage_edge set to_at = null')
    await ctx.whole.query(`insert into subject_version values (4, '2026-01-01', '{"flow": "another"}')`)
    expect(await told(4)).toEqual(['asset:4 2h: 4,5'])
    await ctx.whole.query('delete from subject_version')
  })
})

describe('who sees a part', () => {
  it('is told of a root without a name where what they see is made from what they do not', async () => {
    for (const id of [4, 5, 6]) await stood(id, 'late', id)
    const board = asActor(ctx, visitor('board'))
    expect(await told(null, board)).toEqual(['unseen:1794301200000 5h: 6'].map((text) => text.replace(/\d{13}/, String(hour(5).getTime()))))
    expect((await causesAt(board)).pathsTo(6)[0]?.steps).toHaveLength(2)
    await ctx.whole.query('delete from status_span where subject_id = 5')
    expect(await told(null, board)).toEqual(['asset:6 6h: 6'])
  })
})
