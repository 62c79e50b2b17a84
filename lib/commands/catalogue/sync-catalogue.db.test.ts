import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recompute } from '#lib/commands/status/recompute.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import { loadConnectionNames } from '#lib/db/catalogue/connection-names.ts'
import { lockConnection } from '#lib/db/catalogue/connections.ts'
import { lockAllSubjects } from '#lib/db/catalogue/subjects.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { aCatalogue, anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { changesOf, declare, look, seen, spansOf, stateOf } from '#lib/testing/history/state-world.ts'
import { noteCatalogueProblems, syncCatalogue } from './sync-catalogue.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
const START = Date.parse('2026-11-10T12:00:00Z')
const patient = { blindAfterMs: 1000 * HOUR_MS }

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
})

afterEach(() => db.drop())

async function tables(): Promise<unknown> {
  const names = [
    'subject',
    'feed',
    'asset',
    'subject_version',
    'lineage_edge',
    'connection_state',
    'flow',
    'catalogue_version',
    'status_change',
  ]
  return Promise.all(names.map(async (name) => (await ctx.pool.query(`select * from ${name} t order by t::text`)).rows))
}

describe('syncing a catalogue', () => {
  test('waits for a look at a connection that leaves it, which locks assets, too', async () => {
    await declare(ctx, [anAsset('a'), anAsset('b', { connection: 'other', key: 'other/b' })])
    const waits = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    let synced: Promise<unknown> = Promise.resolve()
    await withTransaction(ctx, async (sql) => {
      expect(await lockConnection(sql, 'other')).toBeDefined()
      synced = declare(ctx, [anAsset('a')])
      while ((await ctx.pool.query(waits)).rowCount === 0);
      await lockAllSubjects(sql)
    })
    await synced
    expect((await ctx.pool.query('select key from connection_state where removed_at is not null')).rows).toEqual([{ key: 'other' }])
  })

  test('the same again changes nothing', async () => {
    const assets = [anAsset('a', { flow: 'term' }), anAsset('b', { upstream: [{ key: 'lake/a', origin: 'declared' }] })]
    const first = await declare(ctx, assets)
    expect(first).toMatchObject({ isNew: true, changedAssets: 2 })
    const before = await tables()
    clock.set(START + HOUR_MS)
    expect(await declare(ctx, assets)).toEqual({ versionId: first.versionId, isNew: false, renamed: [], changedAssets: 0 })
    expect(await tables()).toEqual(before)
  })

  test('an edited policy acts from its load on and leaves the past alone until it is recomputed', async () => {
    await declare(ctx, [anAsset('a', { ...patient, policies: [anAge(3 * HOUR_MS)] })])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(START + 2 * HOUR_MS)
    await declare(ctx, [anAsset('a', { ...patient, policies: [anAge(HOUR_MS)] })])
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–10 14:00', 'late/overdue 10 14:00–'])
    await recompute(ctx, { withCurrentPolicy: false })
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–10 14:00', 'late/overdue 10 14:00–'])
    await recompute(ctx, { withCurrentPolicy: true })
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–10 13:00', 'late/overdue 10 13:00–'])
  })

  test('recolouring the past announces nothing', async () => {
    await declare(ctx, [anAsset('a', { ...patient, policies: [anAge(3 * HOUR_MS)] })])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(START + 2 * HOUR_MS)
    await look(ctx, [seen('lake/a', { writtenAt: START + 2 * HOUR_MS })])
    await declare(ctx, [anAsset('a', { ...patient, policies: [anAge(HOUR_MS)] })])
    await recompute(ctx, { withCurrentPolicy: true })
    expect(await spansOf(ctx, 'terms', 'feed')).toEqual([
      'fresh/on-time 10 12:00–10 13:00',
      'late/overdue 10 13:00–10 14:00',
      'fresh/on-time 10 14:00–',
    ])
    expect((await changesOf(ctx, 'terms', 'feed')).slice(-2)).toEqual(['(10 13:00 fresh → late)', '(10 14:00 late → fresh)'])
    expect((await ctx.pool.query('select 1 from outbox')).rowCount).toBe(0)
  })

  test('a removed asset ends and keeps its history; back again, it goes on', async () => {
    await declare(ctx, [anAsset('a', patient), anAsset('b', { feed: 'other' })])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(START + HOUR_MS)
    await declare(ctx, [anAsset('b', { feed: 'other' })])
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–10 13:00'])
    expect(await spansOf(ctx, 'terms', 'feed')).toEqual(['fresh/on-time 10 12:00–10 13:00'])
    clock.set(START + 2 * HOUR_MS)
    await declare(ctx, [anAsset('a', patient), anAsset('b', { feed: 'other' })])
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–10 13:00', 'fresh/on-time 10 14:00–'])
    expect((await ctx.pool.query('select 1 from subject where removed_at is not null')).rowCount).toBe(0)
  })

  test('a renamed asset keeps its id and its history', async () => {
    await declare(ctx, [anAsset('a', patient)])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    const { rows: before } = await ctx.pool.query(`select id from subject where key = 'lake/a'`)
    const renamed = [anAsset('z', { ...patient, was: 'lake/a' })]
    expect(await declare(ctx, renamed)).toMatchObject({ renamed: ['lake/z'], changedAssets: 0 })
    expect(await declare(ctx, renamed)).toMatchObject({ renamed: [] })
    const { rows: after } = await ctx.pool.query(`select id from subject where key = 'lake/z'`)
    expect(after).toEqual(before)
    expect(await spansOf(ctx, 'lake/z')).toEqual(['fresh/on-time 10 12:00–'])
  })

  test('an asset that moves takes its status to its new feed, and its past stays where it was', async () => {
    const assets = (feed: string) => [anAsset('a', { ...patient, feed }), anAsset('b', { ...patient, feed: 'other' })]
    await declare(ctx, assets('terms'), { other: 'finance' })
    await look(ctx, [seen('lake/a', { writtenAt: START - 4 * HOUR_MS }), seen('lake/b', { writtenAt: START })])
    clock.set(START + HOUR_MS)
    await declare(ctx, assets('other'), { other: 'finance' })
    expect(await spansOf(ctx, 'terms', 'feed')).toEqual(['late/overdue 10 12:00–10 13:00'])
    expect(await spansOf(ctx, 'other', 'feed')).toEqual(['fresh/on-time 10 12:00–10 13:00', 'late/overdue 10 13:00–'])
    expect(await spansOf(ctx, 'finance', 'group')).toEqual(['fresh/on-time 10 12:00–10 13:00', 'late/overdue 10 13:00–'])
    const before = await stateOf(ctx)
    await recompute(ctx, { withCurrentPolicy: false })
    expect(await stateOf(ctx)).toEqual(before)
  })

  test('a feed that moves to another group turns both', async () => {
    await declare(ctx, [anAsset('a', patient), anAsset('b', { ...patient, feed: 'other' })], { other: 'finance' })
    await look(ctx, [seen('lake/a', { writtenAt: START - 4 * HOUR_MS }), seen('lake/b', { writtenAt: START })])
    clock.set(START + HOUR_MS)
    await declare(ctx, [anAsset('a', patient), anAsset('b', { ...patient, feed: 'other' })], { other: 'finance', terms: 'finance' })
    expect(await spansOf(ctx, 'records', 'group')).toEqual(['late/overdue 10 12:00–10 13:00'])
    expect((await spansOf(ctx, 'finance', 'group')).at(-1)).toBe('late/overdue 10 13:00–')
  })

  test('an asset that only helps does not colour its feed', async () => {
    await declare(ctx, [anAsset('a', { ...patient, promised: false }), anAsset('b', patient)])
    await look(ctx, [seen('lake/a', { writtenAt: START - 4 * HOUR_MS }), seen('lake/b', { writtenAt: START })])
    expect(await spansOf(ctx, 'terms', 'feed')).toEqual(['fresh/on-time 10 12:00–'])
  })

  test('problems are noted beside the good one, and a good one clears them', async () => {
    await declare(ctx, [anAsset('a')])
    const problem = { file: 'tidemark.yaml', line: 3, column: 1, path: 'groups', problem: 'is empty', remedy: 'name one' }
    await noteCatalogueProblems(ctx, [problem], 'bad')
    const state = async () => (await ctx.pool.query('select hash, problems from catalogue_state')).rows
    expect(await state()).toEqual([{ hash: 'bad', problems: [problem] }])
    const catalogue = aCatalogue([anAsset('a')])
    await syncCatalogue(ctx, { catalogue, document: {}, hash: 'good', schema: {} })
    expect(await state()).toEqual([{ hash: 'good', problems: [] }])
  })

  test('no secret is stored with a connection', async () => {
    await declare(ctx, [anAsset('a')])
    const { rows } = await ctx.pool.query('select settings from connection_state')
    expect(rows).toEqual([{ settings: { timeoutSeconds: 30, rotatedOn: null, maxAgeMs: 365 * DAY_MS } }])
  })

  test('a connection is called as the catalogue says, by its key where that says nothing', async () => {
    const nameIs = async (more: object) => {
      const catalogue = aCatalogue([anAsset('a')])
      const connections = catalogue.connections.map((one) => ({ ...one, ...more }))
      await syncCatalogue(ctx, { catalogue: { ...catalogue, connections }, document: {}, hash: JSON.stringify(more), schema: {} })
      return [...(await loadConnectionNames(ctx.pool, ['lake', 'nowhere']))]
    }
    expect(await nameIs({ name: 'The lake' })).toEqual([['lake', 'The lake']])
    expect(await nameIs({})).toEqual([['lake', 'lake']])
  })

  test('two syncs at once end as one does', async () => {
    const other = db.context(clock)
    const assets = [anAsset('a'), anAsset('b', { feed: 'other' })]
    await Promise.all([declare(ctx, assets), declare(other, assets), sweepDue(ctx)])
    expect((await ctx.pool.query('select 1 from catalogue_version')).rowCount).toBe(1)
    expect(await changesOf(ctx, 'lake/a')).toEqual(['10 12:00 – → unknown'])
  })
})
