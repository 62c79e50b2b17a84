import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clearDueSyncs, isSyncDue } from '#lib/db/catalogue/discoveries.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { look, seen, spansOf, unseen } from '#lib/testing/history/state-world.ts'
import { aTile, discovers, FOLDERS, inForce, write } from '#lib/testing/worlds/found-world.ts'
import { keepFound } from './keep-found.ts'

let db: TestDatabase
let clock: FakeClock
let ctx: Context
const START = Date.parse('2026-11-10T12:00:00Z')
const three = [aTile('1'), aTile('2'), aTile('3')]
const TILE = (path: string, more = '') => `finance / finance-revenue / looker/${path}${more}`

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
})
afterEach(() => db.drop())

async function found() {
  const { rows } = await ctx.pool.query<{ path: string; gone: boolean }>(
    'select path, gone_at is not null as gone from found_asset order by path',
  )
  return rows.map(({ path, gone }) => (gone ? `${path} gone` : path))
}
const state = async () => (await ctx.pool.query(`select found, problem, whole_at from discovery where connection_key = 'looker'`)).rows[0]

describe('a discovery', () => {
  beforeEach(() => write(ctx, FOLDERS))

  test('keeps what it saw with all that is known of it', async () => {
    const columns = [{ name: 'net', type: 'number', description: ' what is left ' }]
    const url = 'javascript:alert(1)'
    const upstream = [
      { path: '2', hint: 'bi' as const },
      { name: 'db.public.orders', namespace: 'postgres://h:5432', hint: 'bi' as const },
    ]
    await discovers(ctx, [aTile('1', { columns, owner: 'Ada', url, description: ' ', labels: { folder: ' F ', empty: '' }, upstream })])
    const { rows } = await ctx.pool.query('select name, columns, owner, url, description, labels from found_asset')
    expect(rows).toEqual([
      {
        name: 'Tile 1',
        columns: [{ name: 'net', type: 'number', description: 'what is left' }],
        owner: 'Ada',
        url: null,
        description: null,
        labels: { folder: 'F' },
      },
    ])
    const edges = await ctx.pool.query('select upstream, namespace, is_outside as outside from found_edge order by 1')
    expect(edges.rows).toEqual([
      { upstream: '2', namespace: '', outside: false },
      { upstream: 'db.public.orders', namespace: 'postgres://h:5432', outside: true },
    ])
  })

  test('that sees the same again writes no row of it', async () => {
    const linked = [aTile('1', { upstream: [{ path: '2', hint: 'bi' }] }), aTile('2')]
    expect(await discovers(ctx, linked)).toMatchObject({ found: 2, changed: 3, gone: 0, problem: null })
    const rows = async () =>
      (await ctx.pool.query(`select xmin::text, path from found_asset union all select xmin::text, path from found_edge order by 2, 1`))
        .rows
    const before = await rows()
    clock.set(START + DAY_MS)
    expect(await discovers(ctx, linked)).toEqual({ found: 2, changed: 0, gone: 0, problem: null })
    expect(await rows()).toEqual(before)
    expect(await state()).toMatchObject({ found: 2, whole_at: new Date(START + DAY_MS) })
  })

  test('takes over ten thousand in few statements', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => aTile(String(i).padStart(5, '0')))
    expect(await discovers(ctx, many)).toMatchObject({ found: 10_000, changed: 10_000, problem: null })
    expect(await discovers(ctx, many)).toMatchObject({ found: 10_000, changed: 0, gone: 0 })
  })

  test('that names a thing twice keeps the first', async () => {
    expect(await discovers(ctx, [aTile('1'), aTile('1', { name: 'Other' })])).toMatchObject({ found: 1 })
    expect((await ctx.pool.query('select name from found_asset')).rows).toEqual([{ name: 'Tile 1' }])
  })

  test('marks as gone what it does not see any more, and lets it come back', async () => {
    await discovers(ctx, three)
    clock.set(START + DAY_MS)
    expect(await discovers(ctx, three.slice(0, 2))).toMatchObject({ changed: 0, gone: 1 })
    expect(await found()).toEqual(['1', '2', '3 gone'])
    const { rows } = await ctx.pool.query(`select seen_at, gone_at from found_asset where path = '3'`)
    expect(rows).toEqual([{ seen_at: new Date(START), gone_at: new Date(START + DAY_MS) }])
    expect(await discovers(ctx, three)).toMatchObject({ changed: 1, gone: 0 })
    expect(await found()).toEqual(['1', '2', '3'])
  })

  test.each([
    ['breaks off', { thenFails: new Error('the line broke') }, 'It broke off after 1: '],
    ['sees far less than the one before', {}, 'It saw 1, the one before 3. That is too few to be true'],
  ])('that %s keeps what it saw and takes nothing away', async (_, how, words) => {
    await discovers(ctx, three)
    await discovers(ctx, [aTile('4')], how).catch(() => null)
    expect(await found()).toEqual(['1', '2', '3', '4'])
    expect(await state()).toMatchObject({ found: 3, problem: expect.stringContaining(words) })
  })

  test('that sees nothing at all takes nothing away, unless somebody says that it is right', async () => {
    await discovers(ctx, three)
    expect((await discovers(ctx, [])).problem).toContain('It saw nothing, the one before 3.')
    expect(await discovers(ctx, [], { mayShrink: true })).toMatchObject({ gone: 3, problem: null })
    expect(await found()).toEqual(['1 gone', '2 gone', '3 gone'])
  })

  test('that began before another ended takes nothing away that the other saw', async () => {
    await discovers(ctx, three)
    clock.set(START + HOUR_MS)
    async function* slow() {
      yield* three
      clock.set(START + 2 * HOUR_MS)
      await discovers(ctx, [...three, aTile('4')])
    }
    await keepFound(ctx, 'looker', slow())
    expect(await found()).toEqual(['1', '2', '3', '4'])
    expect(await state()).toMatchObject({ found: 4 })
  })
})

describe('what was adopted', () => {
  test('is in the catalogue from the next sync on, which is due when a discovery changed something', async () => {
    await write(ctx, FOLDERS)
    expect(await isSyncDue(ctx.pool, START)).toBe(false)
    await discovers(ctx, three)
    expect([await inForce(ctx), await isSyncDue(ctx.pool, START)]).toEqual([[], true])
    const { rows: before } = await ctx.pool.query('select id from catalogue_version')
    await write(ctx, FOLDERS)
    expect(await inForce(ctx)).toEqual([TILE('1'), TILE('2'), TILE('3')])
    expect(await isSyncDue(ctx.pool, START)).toBe(false)
    expect((await ctx.pool.query('select id from catalogue_version')).rows).toEqual(before)
  })

  test('of a connection that no rule takes from asks for no sync', async () => {
    await write(ctx, FOLDERS)
    await discovers(ctx, [aTile('x')], { connection: 'lake' })
    expect(await isSyncDue(ctx.pool, START)).toBe(false)
  })

  test('is taken over all the same when the worker was killed between discovery and sync, or within the discovery', async () => {
    await write(ctx, FOLDERS)
    await discovers(ctx, three, { thenFails: new Error('killed') }).catch(() => null)
    expect(await isSyncDue(ctx.pool, START)).toBe(true)
    await write(ctx, FOLDERS)
    expect(await inForce(ctx)).toHaveLength(3)
    expect(await discovers(ctx, three)).toMatchObject({ changed: 0, gone: 0, problem: null })
  })

  test('is there again, and its catalogue synced before long, also when the worker is killed in the midst of a large discovery', async () => {
    for (const seen of [three, three.slice(0, 2)]) {
      await write(ctx, FOLDERS)
      await discovers(ctx, seen)
    }
    await write(ctx, FOLDERS)
    const isGone = async () => (await ctx.pool.query(`select from blind where reason = 'gone' and to_at is null`)).rowCount === 1
    const told: boolean[] = [await isGone()]
    await keepFound(ctx, 'looker', large())
    expect(told).toEqual([true, false, false, true])
    async function* large() {
      for (let path = 1; path <= 500; path += 1) yield aTile(String(path))
      told.push(await isGone(), await isSyncDue(ctx.pool, START), await isSyncDue(ctx.pool, START + HOUR_MS))
    }
  })

  test('is gone with its source, never green, and goes on when it is there again', async () => {
    await write(ctx, FOLDERS)
    await discovers(ctx, three)
    await write(ctx, FOLDERS)
    await look(ctx, [seen('looker/3', { writtenAt: START })], 'looker')
    clock.set(START + 5 * MINUTE_MS)
    await discovers(ctx, three.slice(0, 2))
    await write(ctx, FOLDERS)
    expect(await inForce(ctx)).toEqual([TILE('1'), TILE('2'), TILE('3', ' (gone)')])
    expect(await spansOf(ctx, 'looker/3')).toEqual(['fresh/on-time 10 12:00–10 12:05', 'unknown/gone 10 12:05–'])
    clock.set(START + 10 * MINUTE_MS)
    await discovers(ctx, three)
    await write(ctx, FOLDERS)
    expect(await inForce(ctx)).toEqual([TILE('1'), TILE('2'), TILE('3')])
    expect(await spansOf(ctx, 'looker/3')).toEqual([
      'fresh/on-time 10 12:00–10 12:05',
      'unknown/gone 10 12:05–10 12:10',
      'fresh/on-time 10 12:10–',
    ])
  })

  test('is gone once, whoever sees it first: a look or the discovery', async () => {
    await write(ctx, FOLDERS)
    await discovers(ctx, three)
    await write(ctx, FOLDERS)
    await look(ctx, [seen('looker/3', { writtenAt: START })], 'looker')
    for (const seconds of [60, 105]) {
      clock.set(START + seconds * 1000)
      await look(ctx, [unseen('looker/3', 'gone')], 'looker')
    }
    clock.set(START + 5 * MINUTE_MS)
    await discovers(ctx, three.slice(0, 2))
    const { rows } = await ctx.pool.query(`select reason, to_at from blind where asset_id is not null`)
    expect(rows).toEqual([{ reason: 'gone', to_at: null }])
  })

  test('leaves the catalogue when it has been gone for as long as its rule says, and keeps its history', async () => {
    await write(ctx, FOLDERS)
    await discovers(ctx, three)
    await write(ctx, FOLDERS)
    await look(ctx, [seen('looker/3', { writtenAt: START })], 'looker')
    await discovers(ctx, three.slice(0, 2))
    await write(ctx, FOLDERS)
    clock.set(START + 30 * DAY_MS - 1)
    expect(await isSyncDue(ctx.pool, clock.now())).toBe(false)
    clock.set(START + 30 * DAY_MS)
    expect(await isSyncDue(ctx.pool, clock.now())).toBe(true)
    await write(ctx, FOLDERS)
    expect(await inForce(ctx)).toEqual([TILE('1'), TILE('2')])
    expect((await spansOf(ctx, 'looker/3')).length).toBeGreaterThan(0)
    await discovers(ctx, three)
    await write(ctx, FOLDERS)
    expect(await inForce(ctx)).toHaveLength(3)
    expect((await ctx.pool.query(`select 1 from blind where reason = 'gone' and to_at is null`)).rowCount).toBe(0)
  })

  test('and written now stays what is written when its source is deleted and comes back', async () => {
    const text = `groups: { mine: { feeds: { own: { owner: Grace, assets: { looker/3: { name: Third } } } } } }\n${FOLDERS}`
    await write(ctx, text)
    await discovers(ctx, three)
    await write(ctx, text)
    await discovers(ctx, three.slice(0, 2))
    await write(ctx, text)
    await discovers(ctx, three)
    await write(ctx, text)
    expect(await inForce(ctx)).toEqual([TILE('1'), TILE('2'), 'mine / own / looker/3'])
    const named = await ctx.pool.query(
      `select s.name, f.owner from subject s, feed f join subject o on o.id = f.subject_id where s.key = 'looker/3' and o.key = 'own'`,
    )
    expect(named.rows).toEqual([{ name: 'Third', owner: 'Grace' }])
  })

  test('waits for a file with problems to be mended, without asking again and again', async () => {
    await write(ctx, FOLDERS)
    await discovers(ctx, three)
    await clearDueSyncs(ctx.pool, START)
    expect(await isSyncDue(ctx.pool, START)).toBe(false)
    await write(ctx, FOLDERS)
    expect(await inForce(ctx)).toHaveLength(3)
  })
})
