import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { pruneHistory } from '#lib/commands/status/prune-history.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { fileFlow } from '#lib/testing/runs/file-flow.ts'
import { retryFiles } from './retry-files.ts'
import { runInbox } from './run-inbox.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt('2026-11-30T12:00:00Z'))
  await fileFlow(ctx, 'prices')
  await fileFlow(ctx, 'posts')
})
afterAll(() => database.drop())

const STATES = ['arrived', 'taken', 'landed', 'failed', 'gone']
const insert = (flow: string, state: string, more: { dueInMs?: number; agoMs?: number; seenAgoMs?: number } = {}) =>
  ctx.pool.query(
    `insert into inbox_file (flow_key, source, bucket, key, key_hash, version, state, tries, reason, arrived_at, due_at, ended_at, seen_at)
     values ($1, 'bucket', 'shop', $2, gen_random_uuid()::text, '1', $2, 3, 'why', $3, $4, $5, $6)`,
    [
      ...[flow, state, new Date(clock.now() - (more.agoMs ?? 0)), new Date(clock.now() + (more.dueInMs ?? 0))],
      ['landed', 'failed', 'gone'].includes(state) ? new Date(clock.now() - (more.agoMs ?? 0)) : null,
      more.seenAgoMs === undefined ? null : new Date(clock.now() - more.seenAgoMs),
    ],
  )
const files = async (flow = 'prices') => {
  const { rows } = await ctx.pool.query(
    'select id::text, key, state, tries, reason, due_at <= $2 as due from inbox_file where flow_key = $1 order by inbox_file.id',
    [flow, new Date(clock.now())],
  )
  return rows
}

beforeEach(async () => {
  await ctx.pool.query('delete from inbox_file')
  for (const state of STATES) await insert('prices', state, { dueInMs: HOUR_MS })
})

it('all files that have failed wait again, from their first try on, and nothing else changes', async () => {
  await insert('posts', 'failed')
  const before = await files()
  expect(await retryFiles(ctx, { flow: 'prices', files: null })).toBe(1)
  const failed = { state: 'arrived', tries: 0, reason: null, due: true }
  expect(await files()).toEqual(before.map((row) => (row.key === 'failed' ? { ...row, ...failed } : row)))
  expect(await files('posts')).toMatchObject([{ state: 'failed' }])
  const { rows } = await ctx.pool.query("select target, after from audit where action = 'inbox.retry'")
  expect(rows).toEqual([{ target: 'flow:prices', after: { files: 1 } }])
})

it('what landed before an instant waits again for a run whose table was made anew then, and only while the run is in its hands', async () => {
  await ctx.pool.query("update inbox_file set key = 'early', arrived_at = $1, ended_at = $1 where state = 'landed'", [
    new Date(clock.now() - HOUR_MS),
  ])
  await insert('prices', 'landed')
  await ctx.pool.query("update inbox_file set key = 'late', arrived_at = $1 where key = 'landed'", [new Date(clock.now() - HOUR_MS)])
  await insert('posts', 'landed', { agoMs: HOUR_MS })
  const runId = '00000000-0000-4000-8000-000000000001'
  await ctx.pool.query(
    `insert into run (id, flow, scheduled_for, state, trigger, parameters, fence, started_at, created_at) values ($1, 'prices', $2, 'running', 'manual', '{}', 7, $2, $2)`,
    [runId, new Date(clock.now())],
  )
  const inbox = (fence: number) => runInbox(ctx, { flow: 'prices', runId, fence })
  expect(await inbox(6).landAgain(clock.now() - MINUTE_MS)).toBe(0)
  expect(await inbox(7).landAgain(clock.now() - 2 * HOUR_MS)).toBe(0)
  expect(await inbox(7).landAgain(clock.now() - MINUTE_MS)).toBe(1)
  const states = (await files()).filter(({ key }) => ['early', 'late'].includes(key))
  expect(states).toMatchObject([
    { key: 'early', state: 'arrived', tries: 0, reason: null, due: true },
    { key: 'late', state: 'landed' },
  ])
  expect(await files('posts')).toMatchObject([{ state: 'landed' }])
  await ctx.pool.query('delete from run')
})

it('a file that is named need not wait for its next try, unless it has landed, is under way or belongs to another flow', async () => {
  await insert('posts', 'failed')
  const ids = [...(await files()), ...(await files('posts'))].map(({ id }) => id)
  expect(await retryFiles(ctx, { flow: 'prices', files: ids })).toBe(2)
  expect((await files()).map(({ key, state }) => `${key} ${state}`)).toEqual([
    'arrived arrived',
    'taken taken',
    'landed landed',
    'failed arrived',
    'gone gone',
  ])
  expect((await files('posts'))[0].state).toBe('failed')
})

it('is for those who may order runs, and for flows there are', async () => {
  const reader = asActor(ctx, { ...ctx.actor, role: 'viewer' })
  await expect(retryFiles(reader, { flow: 'prices', files: null })).rejects.toMatchObject({ code: 'forbidden' })
  await expect(retryFiles(ctx, { flow: 'nobody', files: null })).rejects.toMatchObject({ code: 'not-found' })
  await expect(retryFiles(ctx, { flow: 'prices', files: ['1; drop table'] })).rejects.toThrow()
  expect((await files()).filter(({ state }) => state === 'failed')).toHaveLength(1)
})

it('files that have landed are forgotten after a month, but not while a listing sees them; failed ones later, what waits never', async () => {
  await ctx.pool.query('delete from inbox_file')
  for (const state of STATES) await insert('prices', state, { agoMs: 31 * DAY_MS })
  await insert('prices', 'landed', { agoMs: 31 * DAY_MS, seenAgoMs: DAY_MS })
  await insert('prices', 'landed', { agoMs: 29 * DAY_MS })
  await insert('prices', 'failed', { agoMs: 101 * DAY_MS })
  await insert('prices', 'arrived', { agoMs: 500 * DAY_MS })
  expect(await pruneHistory(ctx)).toMatchObject({ inbox_file: 3 })
  expect((await files()).map(({ state }) => state)).toEqual(['arrived', 'taken', 'failed', 'landed', 'landed', 'arrived'])
})
