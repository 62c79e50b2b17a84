import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Found } from '#lib/connectors/kit/connector.ts'
import type { PostgresSettings } from '#lib/connectors/postgres/settings.ts'
import postgres from '#lib/connectors/postgres.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { anAsset, createWatchedDatabase, type WatchedDatabase } from '#lib/testing/database/watched-database.ts'

const { discover, observe, check } = askOnce(postgres)

let db: WatchedDatabase
beforeAll(async () => {
  db = await createWatchedDatabase()
})
afterAll(() => db.drop())

async function found(settings: Partial<PostgresSettings> = {}, zone = 'UTC'): Promise<Map<string, Found>> {
  return new Map((await Array.fromAsync(discover(db.connection(settings), zone))).map((one) => [one.path.replace(/^public\./, ''), one]))
}
/** A row for each of so many days, the newest so many days ago. */
const days = (count: number, newest = 0, every = 1) => `generate_series(${newest}, ${newest + (count - 1) * every}, ${every}) g`
/** The first moment of that day. */
const at = "date_trunc('day', now() at time zone 'UTC') - g * interval '1 day'"

describe('databases that others made', () => {
  let all = new Map<string, Found>()
  beforeAll(async () => {
    await db.sql(`
      create domain whole as bigint; create domain stamp as whole;
      create table salesorderheader (id int, orderdate timestamp default now(), duedate timestamp, modifieddate timestamp default now());
      insert into salesorderheader select g, ${at}, ${at} + interval '12 days', ${at} from ${days(40)};
      create table product (id int, sellstartdate timestamp, sellenddate timestamp);
      insert into product select g, ${at}, ${at} + interval '900 days' from ${days(3, 600)};
      create table offer (id int, zeitraum_a date, zeitraum_b date); insert into offer select g, current_date + 30, current_date + 60 from ${days(5)};
      create table archive (id int, lastupdate timestamptz); insert into archive select g, now() - g * interval '1 day' from ${days(30, 500)};
      create view archive_report as select id, lastupdate from archive;
      create view orders_report as select orderdate, modifieddate from salesorderheader;
      create view names as select id from product;
      create materialized view counts as select count(*) from product;
      create table category (id int primary key, updated_at timestamptz default now());
      insert into category select g, now() - interval '70 days' from ${days(5)};
      create table nobody (id int, created_at timestamptz);
      create table seconds (clock int, value int); insert into seconds select extract(epoch from ${at}), 1 from ${days(20)};
      create table millis (event_time stamp); insert into millis select extract(epoch from ${at}) * 1000 from ${days(12, 1, 7)};
      create table written (load_date int); insert into written select to_char(${at}, 'YYYYMMDD')::int from ${days(20)};
      create table texts (updated text); insert into texts select to_char(${at}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from ${days(20)};
      create table candidate_of (candidate bigint); insert into candidate_of select 1700000000 + g from ${days(20)};
      create table irregular (changed timestamptz);
      insert into irregular select now() - d * interval '1 day' from unnest(array[15, 16, 17, 18, 22, 23, 24, 25, 37, 38, 39]) d;
      create table afternoon (updated_at timestamptz); insert into afternoon select date_trunc('day', now()) - g * interval '1 day' - interval '9 hours' from ${days(30)};
      create table local_times (updated_at timestamp); insert into local_times select (now() at time zone 'Asia/Tokyo') - g * interval '1 day' from ${days(20)};
      create table planned (event_time timestamptz); insert into planned select now() + interval '6 hours' - g * interval '1 day' from ${days(20)};
      create table never_ends (updated_at timestamp); insert into never_ends select ${at} from ${days(20)}; insert into never_ends values ('9999-12-31');
      create table planned_seconds (event_time int); insert into planned_seconds select extract(epoch from now() + interval '6 hours' - g * interval '1 day') from ${days(20)};
      create table large (id int, updated_at timestamptz, note text);
      insert into large select g, now() - (150000 - g) * interval '40 seconds', 'invented' from generate_series(1, 150000) g;
      create table large_archive (id int, updated_at timestamptz);
      insert into large_archive select g, now() - interval '600 days' - (150000 - g) * interval '40 seconds' from generate_series(1, 150000) g;
      analyze`)
    all = await found()
  })

  test.each([
    ['salesorderheader', { column: 'modifieddate' }],
    ['product', {}],
    ['offer', {}],
    ['archive_report', { column: 'lastupdate' }],
    ['orders_report', { column: 'modifieddate' }],
    ['seconds', { column: 'clock', clock: 'dataThroughAt' }],
    ['millis', { column: 'event_time', clock: 'dataThroughAt' }],
    ['written', { column: 'load_date' }],
    ['texts', { column: 'updated' }],
    ['candidate_of', {}],
    ['large', { column: 'updated_at' }],
    ['planned', { column: 'event_time', clock: 'dataThroughAt', where: '"event_time" <= now()' }],
    ['never_ends', { column: 'updated_at', where: `"updated_at" <= now() at time zone 'UTC'` }],
  ])('the column that tells of writes in %s is %j', (path, settings) => {
    expect(all.get(path)?.settings).toEqual(settings)
  })

  test.each([
    ['salesorderheader', { kind: 'calendar-days' }, 'never more than 1 day apart'],
    ['product', { kind: 'none' }, 'sellstartdate, sellenddate'],
    ['offer', { kind: 'none' }, 'in the future'],
    ['archive', { kind: 'none' }, 'nothing was written for 500 days'],
    ['archive_report', { kind: 'none' }, 'nothing was written for 500 days'],
    ['orders_report', { kind: 'calendar-days' }, 'never more than 1 day apart'],
    ['names', { kind: 'none' }, 'nothing counts writes to a view'],
    ['counts', { kind: 'none' }, 'refreshes are counted'],
    ['category', { kind: 'none' }, '70 days ago: loaded once, or static'],
    ['nobody', { kind: 'none' }, 'it is empty'],
    ['seconds', { kind: 'calendar-days' }, 'never more than 1 day apart'],
    ['millis', { kind: 'calendar-days', lateAfterDays: 7, staleAfterDays: 100 }, 'never more than 7 days apart'],
    ['written', { kind: 'calendar-days' }, 'never more than 1 day apart'],
    ['texts', { kind: 'calendar-days' }, 'never more than 1 day apart'],
    ['candidate_of', { kind: 'none' }, 'no column tells a time'],
    ['irregular', { kind: 'calendar-days', lateAfterDays: 23, staleAfterDays: 100 }, 'irregularly'],
    ['afternoon', { kind: 'calendar-days', by: '16:00' }, 'by 16:00'],
    ['large', { kind: 'calendar-days', lateAfterDays: 2, staleAfterDays: 100 }, 'by a sample'],
    ['planned', { kind: 'calendar-days' }, 'rows that lie in the future are left out'],
    ['never_ends', { kind: 'calendar-days' }, 'rows that lie in the future are left out'],
    ['planned_seconds', { kind: 'none' }, 'lie in the future'],
    ['large_archive', { kind: 'none' }, 'it looks finished'],
  ])('%s is promised %j', (path, input, because) => {
    const policy = all.get(path)?.policy
    expect(policy?.input, policy?.because).toEqual(input)
    expect(policy?.because.toLowerCase()).toContain(because.toLowerCase())
  })
})

test('what is proposed can be looked at, and starts with data that is not from the future', async () => {
  const all = await Array.fromAsync(discover(db.connection(), 'UTC'))
  const looks = await Array.fromAsync(
    observe(
      db.connection(),
      all.map((one) => anAsset(one.path, one.settings)),
    ),
  )
  const judged = new Set(all.filter((one) => one.policy?.input['kind'] !== 'none').map((one) => `db/${one.path}`))
  for (const probe of looks.filter((one) => judged.has(one.assetKey))) {
    expect(probe, probe.assetKey).toMatchObject({ ok: true, readings: [{ at: expect.any(Number) }] })
    if (probe.ok) expect(probe.warnings.join(' '), probe.assetKey).not.toMatch(/future|ahead/)
  }
})

test('times of a place ahead of UTC are read as that place means them, and not as the future', async () => {
  const one = (await found({}, 'Asia/Tokyo')).get('local_times')
  expect(one?.settings).toEqual({ column: 'updated_at', zone: 'Asia/Tokyo' })
  expect(one?.policy?.input['kind']).toBe('calendar-days')
})

test('a day is one of the page, wherever the database stands: rows around its midnight are no gap', async () => {
  const rows =
    'select current_date - g + make_interval(hours => case g % 3 when 0 then 13 when 1 then 22 else 23 end, mins => 50) as t from generate_series(1, 40) g'
  await db.sql(`create table around (updated_at timestamptz); insert into around select t at time zone 'UTC' from (${rows}) r;
    create table around_local (updated_at timestamp); insert into around_local ${rows};
    create table around_seconds (updated_at bigint); insert into around_seconds select extract(epoch from t) from (${rows}) r`)
  const [one, local, seconds] = await Promise.all(
    ['around', 'around_local', 'around_seconds'].map(async (name) => (await found({}, 'Europe/Berlin')).get(name)),
  )
  await db.sql(`drop table around, around_local, around_seconds`)
  expect(one?.policy?.input['kind']).toBe('calendar-days')
  expect([local?.policy?.input, seconds?.policy?.input]).toEqual([one?.policy?.input, one?.policy?.input])
})

test('a view too large to be read for its past is promised what its table is', async () => {
  await db.sql(
    `update pg_class set reltuples = 2e6 where relname = 'large'; create view large_view as select id, updated_at from large; create view of_view as select * from large_view`,
  )
  const all = await found()
  expect(all.get('of_view')).toMatchObject({
    settings: { column: 'updated_at' },
    policy: { because: expect.stringContaining('As public.large, whose updated_at it shows') },
  })
  expect(all.get('of_view')?.policy?.input).toEqual(all.get('large')?.policy?.input)
})

test('a table that is being rebuilt is found and holds up no other', async () => {
  const holder = new Client({ connectionString: db.url })
  await holder.connect()
  await holder.query('begin; lock table salesorderheader in access exclusive mode')
  const all = await found()
  await holder.end()
  expect(all.get('salesorderheader')).toMatchObject({
    settings: { column: 'modifieddate' },
    policy: { input: { kind: 'none' }, because: expect.stringContaining('Its past was not read: it is locked') },
  })
  expect(all.get('seconds')?.policy?.input).toEqual({ kind: 'calendar-days' })
})

test('what may be read in part, or not at all, says what to grant', async () => {
  const reader = `column_reader_${process.pid}`
  await db.sql(`create role ${reader} login password 'look'; create schema hidden; create table hidden.away (loaded_at timestamptz);
    grant select (id, lastupdate) on archive to ${reader}; grant select (modifieddate) on salesorderheader to ${reader}`)
  const url = new URL(db.url)
  url.username = reader
  url.password = 'look'
  const all = await found({ url: url.href })
  const health = await check(db.connection({ url: url.href }))
  await db.sql(`drop schema hidden cascade; drop owned by ${reader}; drop role ${reader}`)
  expect(all.get('salesorderheader')).toMatchObject({ settings: { column: 'modifieddate' }, policy: { input: { kind: 'calendar-days' } } })
  expect(all.get('archive')?.policy?.because).toContain('500 days')
  expect(health).toMatchObject({ ok: true, detail: expect.stringContaining('it may read 2 of') })
  expect(all.get('hidden.away')).toMatchObject({ isReadable: false, policy: { because: expect.stringContaining('GRANT USAGE') } })
  expect(all.get('seconds')).toMatchObject({ isReadable: false, policy: { because: expect.stringContaining('GRANT SELECT') } })
})

test('a database that stopped as a whole is a copy: nothing in it is promised', async () => {
  const copy = await createWatchedDatabase()
  await copy.sql(
    ['a', 'b', 'c']
      .map(
        (name) =>
          `create table ${name} (updated_at timestamptz); insert into ${name} select now() - g * interval '1 day' from ${days(30, 12)};`,
      )
      .join(''),
  )
  const all = await Array.fromAsync(discover(copy.connection(), 'UTC'))
  await copy.drop()
  expect(all.map((one) => one.policy?.input)).toEqual([{ kind: 'none' }, { kind: 'none' }, { kind: 'none' }])
  expect(all[0]?.policy?.because).toContain('it looks like a copy or an archive')
})
