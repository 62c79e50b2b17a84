import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresAssetSchema } from '#lib/connectors/postgres/settings.ts'
import postgres from '#lib/connectors/postgres.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { anAsset, createWatchedDatabase, good, type WatchedDatabase } from '#lib/testing/database/watched-database.ts'

let db: WatchedDatabase
beforeAll(async () => {
  db = await createWatchedDatabase()
  await db.sql(`create table orders (loaded_at timestamptz); insert into orders values ('2026-11-20 05:00+00');
    create table loads (name text, ended timestamptz, local_end timestamp, day date, state text);
    insert into loads values ('orders', '2026-11-20 06:41+00', '2026-11-20 01:41', '2026-11-19', 'ok'), ('orders', '2026-11-20 07:00+00', null, null, 'failed');
    create sequence counted;
    create function fails_by(code text) returns timestamptz language plpgsql as 'begin raise ''hunter2'' using errcode = code; end'`)
})
afterAll(() => db.drop())

const LOADED = { loadedAt: { sql: `select max(ended) from loads where name = 'orders' and state = 'ok' -- of ours;` } }
const told = (sql: string, more: Record<string, unknown> = {}) => db.probe('public.orders', { loadedAt: { sql }, ...more })

describe('a statement', () => {
  test('tells a clock by its one time, strongly, beside what a column tells of another', async () => {
    const evidence = expect.objectContaining({ method: 'statement', strength: 'strong' })
    const loadedAt = { clock: 'loadedAt', at: Date.parse('2026-11-20T06:41Z'), precision: 'instant', evidence }
    expect(good(await db.probe('public.orders', LOADED))).toMatchObject({ readings: [loadedAt], evidence, warnings: [] })
    const both = good(await db.probe('public.orders', { ...LOADED, column: 'loaded_at' }))
    expect(both.readings).toMatchObject([{ clock: 'writtenAt', at: Date.parse('2026-11-20T05:00Z') }, loadedAt])
  })

  test('is run at each look, also where the counters of its table stand still, and says when all is as before', async () => {
    const first = await db.probe('public.orders', { ...LOADED, column: 'loaded_at' })
    const second = await db.probe('public.orders', { ...LOADED, column: 'loaded_at' }, { previous: first })
    expect(good(second)).toMatchObject({ isSame: true, evidence: { method: 'counters' } })
    await db.sql(`insert into loads values ('orders', '2026-11-20 08:00+00', null, null, 'ok')`)
    const third = good(await db.probe('public.orders', { ...LOADED, column: 'loaded_at' }, { previous: second }))
    expect(third).toMatchObject({
      isSame: false,
      readings: [{ clock: 'writtenAt' }, { clock: 'loadedAt', at: Date.parse('2026-11-20T08:00Z') }],
    })
    await db.sql(`delete from loads where ended = '2026-11-20 08:00+00'`)
  })

  test('that gives a wall time or a day is read in the zone of the asset, and a day is its last instant', async () => {
    const zone = { zone: 'America/New_York' }
    expect(good(await told('select max(local_end) from loads', zone))).toMatchObject({
      readings: [{ at: Date.parse('2026-11-20T06:41Z') }],
      warnings: [],
    })
    expect(good(await told('select max(local_end) from loads')).warnings.join()).toContain('taken as UTC')
    const day = good(await told('select max(day) from loads', zone)).readings[0]
    expect(day).toMatchObject({ at: Date.parse('2026-11-20T05:00Z') - 1, precision: 'day' })
  })

  test('that gives nothing says that nothing was loaded, one from the future is kept with a warning', async () => {
    for (const sql of [`select max(ended) from loads where name = 'other'`, `select ended from loads where name = 'other'`])
      expect(good(await told(sql)).readings).toMatchObject([{ clock: 'loadedAt', at: null }])
    const ahead = good(await told(`select now() + interval '3 hours 7 minutes'`))
    expect(ahead.readings[0]?.at).toBeGreaterThan(systemClock.now() + HOUR_MS)
    expect(ahead.warnings.join()).toContain('lies in the future')
  })

  test.each([
    ['several rows', 'select ended from loads', 'several rows', 'no-time'],
    ['two columns', 'select ended, state from loads limit 1', '2 columns', 'no-time'],
    ['text', `select '2026-11-20'::text`, 'no time or date', 'no-time'],
    ['a number', 'select 1795000000', 'no time or date', 'no-time'],
    ['the year 1', `select '0001-01-01 00:00+00'::timestamptz`, 'no time', 'no-time'],
    ['no SQL', 'select from where', 'does not read as SQL', 'no-time'],
    ['a table that is not there', 'select max(ended) from nowhere', 'a table that is not there', 'no-time'],
    ['a write', `select to_timestamp(nextval('counted'))`, 'never does', 'no-time'],
    ['an error of its own', `select fails_by('P0001')`, 'was refused', 'no-time'],
    ['a sleep', 'select now() from pg_sleep(5)', 'took too long', undefined],
    ['a full disk', `select fails_by('53100')`, 'was refused', undefined],
    ['another server that is away', `select fails_by('08001')`, 'cannot be reached', undefined],
  ])('that gives %s is no look, in words', async (_, sql, words, lasting) => {
    const statementTimeout = lasting === undefined ? 200 : 10_000
    const seen = await db.probe('public.orders', { column: 'loaded_at', loadedAt: { sql } }, { connection: { statementTimeout } })
    expect(seen).toMatchObject({ ok: false, publicMessage: expect.stringContaining(words), lasting })
  })

  test('tells nobody its literals, nor the values it stumbles over', async () => {
    const seen = await told(`select 'hunter2'::timestamptz`)
    expect(seen).toMatchObject({ ok: false, publicMessage: 'The statement of loadedAt holds a value that does not read as a time.' })
    expect(JSON.stringify(seen)).not.toContain('hunter2')
  })

  test('leaves nothing behind in the session, whatever it sets', async () => {
    await told(`select now() from set_config('default_transaction_read_only', 'off', false)`)
    expect(await told(`select to_timestamp(nextval('counted'))`)).toMatchObject({ ok: false })
    expect(await told(`select now()) as told; drop table loads; select * from (select now()`)).toMatchObject({ ok: false })
    expect(good(await db.probe('public.orders', LOADED)).readings).toHaveLength(1)
  })

  test('and a condition leave nothing behind for those that are asked after them over the same line', async () => {
    const [setting, writing] = [`set_config('default_transaction_read_only', 'off', false) is not null`, `nextval('counted') is not null`]
    const assets = [setting, writing].map((where, n) => ({ ...anAsset('public.orders', { column: 'loaded_at', where }), key: `db/${n}` }))
    const seen = await Array.fromAsync(askOnce(postgres).observe(db.connection({ connections: 1 }), assets))
    expect(seen.map(({ assetKey, ok }) => `${assetKey} ${ok}`)).toEqual(['db/0 true', 'db/1 false'])
    expect(seen[1]).toMatchObject({ publicMessage: expect.stringContaining('never does') })
  })

  test('that breaks its line fails alone: the others are asked over a new one', async () => {
    const breaking = { loadedAt: { sql: 'select now() from generate_series(1, 100) where pg_terminate_backend(pg_backend_pid())' } }
    const assets = [breaking, LOADED].map((settings, n) => ({ ...anAsset('public.orders', settings), key: `db/${n}` }))
    const seen = await Array.fromAsync(askOnce(postgres).observe(db.connection({ connections: 1 }), assets))
    expect(seen.map(({ assetKey, ok }) => `${assetKey} ${ok}`).sort()).toEqual(['db/0 false', 'db/1 true'])
    expect(seen.find(({ ok }) => !ok)).toMatchObject({ publicMessage: expect.stringContaining('line broke'), lasting: undefined })
  })

  test('of a table that is gone is not asked', async () => {
    expect(await db.probe('public.no_orders', LOADED)).toMatchObject({ ok: false, lasting: 'gone' })
  })

  test('is refused in the catalogue where it cannot be one, or feeds what a column feeds', () => {
    const why = (settings: object) =>
      postgresAssetSchema.safeParse(settings).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
    expect(why({ loadedAt: { sql: 'delete from loads' } })?.join()).toContain('begins with select')
    expect(why({ loadedAt: { sql: 'select 1; select 2' } })?.join()).toContain('one statement')
    expect(why({ column: 'c', writtenAt: { sql: 'select now()' } })).toEqual([
      'writtenAt is what column feeds already; keep one of the two',
    ])
    expect(why({ column: 'c', dataThrough: 'd', dataThroughAt: { sql: 'select now()' } })).toHaveLength(1)
    expect(why({ column: 'c', loadedAt: { sql: 'select now()' } })).toBeUndefined()
  })
})
