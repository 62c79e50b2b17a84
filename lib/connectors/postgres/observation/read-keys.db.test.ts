import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import postgres from '#lib/connectors/postgres.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { anAsset, createWatchedDatabase, good, type WatchedDatabase } from '#lib/testing/database/watched-database.ts'

let db: WatchedDatabase
const NOW = new FakeClock(Date.parse('2026-11-20T12:00Z'))
beforeAll(async () => {
  db = await createWatchedDatabase()
  await db.sql(`create table prices ("the ""shop""" text, loaded_at timestamptz, local timestamp, note text, n int);
    insert into prices values ('steam', '2026-11-20 11:00+00', '2026-11-20 06:00', '2026-11-20T11:00:00Z', 1), ('steam', '2026-11-19 11:00+00', null, null, 1),
      ('sony', '2026-11-20 04:10+00', '2026-11-19 23:10', null, 2), ('o''hara \\ co', '2026-11-20 01:00+00', null, null, 3),
      ('years ago', '2020-01-01+00', null, null, 4), ('steam', '9999-01-01+00', null, null, 5), (null, '2026-11-20 11:00+00', null, null, 6);
    create table daily (shop text, loaded_at date, at timestamptz, wall timestamp);
    insert into daily values ('steam', '2026-11-20', '2026-11-20 11:00+00', '2026-11-20 20:00'), ('steam', '2026-11-21', '2026-11-20 20:00+00', '2026-11-21 08:00'),
      ('sony', '2026-11-19', '2026-11-20 20:00+00', '2026-11-20 01:00'), ('epic', '2026-11-22', '2026-11-20 09:00+00', null);
    create table many as select n::text as shop, '2026-11-20 11:00+00'::timestamptz as loaded_at from generate_series(1, 201) n`)
})
afterAll(() => db.drop())

const SHOP = 'the "shop"'
const look = (own: object, more: Record<string, unknown> = {}, path = 'public.prices', previous?: Observation, connection = {}) =>
  db.probe(
    path,
    { column: 'loaded_at', expect: { key: SHOP, of: 'seen', each: '1d', ...own }, ...more },
    { clock: NOW, connection, ...(previous && { previous }) },
  )
const newest = (seen: Observation) => good(seen).keys?.found.map(({ key, at }) => `${key} ${new Date(at).toISOString().slice(8, 16)}`)

test('each key is told with its newest row, but for those of long ago and of years to come', async () => {
  const seen = await look({})
  expect(newest(seen)).toEqual(['steam 20T11:00', 'sony 20T04:10', "o'hara \\ co 20T01:00"])
  expect(good(seen).keys).toMatchObject({ column: SHOP, eachMs: 86_400_000, isWritten: true, expected: null })
})

test('keys are named as they are written, whatever is in them, and conditions hold', async () => {
  const named = await look({ of: ["o'hara \\ co", 'sony', 'epic'] })
  expect(newest(named)).toEqual(['sony 20T04:10', "o'hara \\ co 20T01:00"])
  expect(good(named).keys?.expected).toEqual(["o'hara \\ co", 'sony', 'epic'])
  expect(newest(await look({}, { where: 'n < 3' }))).toEqual(['steam 20T11:00', 'sony 20T04:10'])
  expect(newest(await look({ key: 'n', of: [2, 3] }))).toEqual(['2 20T04:10', '3 20T01:00'])
})

test('names are compared as what the column holds, and told as they are written', async () => {
  await db.sql(`create table typed as select 5.00::numeric(10, 2) as price, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid as id, true as flag, 'US'::char(4) as land,
    date '2026-11-01' as day, '2026-11-20 11:00+00'::timestamptz as loaded_at;
    create index on typed (price)`)
  const found = async (key: string, of: string[]) => newest(await look({ key, of }, {}, 'public.typed'))?.map((one) => one.split(' ')[0])
  expect(await found('price', ['5', '5.0', '6'])).toEqual(['5', '5.0'])
  expect(await found('id', ['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'])).toEqual(['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'])
  expect([await found('flag', ['TRUE']), await found('land', ['US']), await found('day', ['20261101'])]).toEqual([
    ['TRUE'],
    ['US'],
    ['20261101'],
  ])
})

test('a column without a zone is read in that of the asset, and one of events tells nothing of writing', async () => {
  const seen = await look({}, { column: 'local', zone: 'America/New_York', clock: 'dataThroughAt' })
  expect(newest(seen)).toEqual(['steam 20T11:00', 'sony 20T04:10'])
  expect(good(seen).keys?.isWritten).toBe(false)
})

test.each([
  ['a date of today is the newest, one of tomorrow is not', 'loaded_at', 'UTC', ['steam 20T23:59', 'sony 19T23:59']],
  ['a date is today where its zone is', 'loaded_at', 'Pacific/Auckland', ['steam 21T10:59', 'sony 19T10:59']],
  ['one row that lies some hours ahead hides no others of its key', 'at', 'UTC', ['steam 20T11:00', 'epic 20T09:00']],
  ['a time without a zone lies ahead by that of its zone', 'wall', 'Asia/Tokyo', ['steam 20T11:00', 'sony 19T16:00']],
])('%s', async (_, column, zone, found) => {
  expect(newest(await look({ key: 'shop' }, { column, zone }, 'public.daily'))).toEqual(found)
})

test('a table that stands still is not asked again', async () => {
  const first = await look({}, {}, 'public.prices')
  expect(good(await look({}, {}, 'public.prices', first)).keys).toBeUndefined()
  expect(newest(await look({ each: '2d' }, {}, 'public.prices', first))).toHaveLength(3)
})

test.each([
  [
    'too many keys',
    { key: 'shop' },
    {},
    'public.many',
    'Its column shop holds more than 200 values within 30 d. Name those that are expected: of: […].',
  ],
  ['a column of texts', {}, { column: 'note' }, 'public.prices', 'Its keys can be judged by a column of times or dates only.'],
  ['no such column', { key: 'seller' }, {}, 'public.prices', 'What reads the newest rows of each seller names a column that is not there.'],
  [
    'a name that the column cannot hold',
    { key: 'n', of: ['2', 'two'] },
    {},
    'public.prices',
    'What reads the newest rows of each n names or holds a value that does not read as its type.',
  ],
])('%s is no look at all, in words', async (_, own, more, path, words) => {
  expect(await look(own, more, path)).toMatchObject({ ok: false, publicMessage: words })
})

test('a statement that takes too long is broken off', async () => {
  await db.sql(`create function slow_name() returns text language sql stable as 'select pg_sleep(2)::text';
    create view slower as select slow_name() as shop, loaded_at from many limit 1`)
  const seen = await look({ key: 'shop' }, {}, 'public.slower', undefined, { statementTimeout: 300 })
  expect(seen).toMatchObject({ ok: false, publicMessage: expect.stringContaining('too long') })
})

test('check tries what reads the keys', async () => {
  const tried = (key: string, of: 'seen' | string[] = 'seen') =>
    withSession(postgres, db.connection({}), (session) =>
      Array.fromAsync(session.trySql?.([anAsset('public.prices', { column: 'loaded_at', expect: { key, of, each: '1d' } })]) ?? []),
    )
  expect([await tried(SHOP), await tried(SHOP, ['sony']), await tried('n', ['2'])]).toEqual([[], [], []])
  expect(await tried('n', ['two'])).toMatchObject([
    { at: ['expect'], isWrong: true, problem: expect.stringContaining('names or holds a value that does not read as its type') },
  ])
  expect(await tried('seller')).toMatchObject([
    { at: ['expect'], isWrong: true, problem: 'What reads the newest row of each key names a column that is not there.' },
  ])
})
