import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createWatchedDatabase, good, type WatchedDatabase } from '#lib/testing/database/watched-database.ts'
import { NEVER } from './read-instant.ts'

let db: WatchedDatabase
beforeAll(async () => {
  db = await createWatchedDatabase()
})
afterAll(() => db.drop())

const NOVEMBER = new FakeClock(Date.parse('2026-11-29T06:00Z'))
const BY_COLUMN = { column: 'loaded_at' }
const at = (observation: Awaited<ReturnType<WatchedDatabase['probe']>>) => good(observation).readings[0]?.at
const method = (observation: Awaited<ReturnType<WatchedDatabase['probe']>>) => good(observation).evidence.method

describe('a time column', () => {
  test('is read through its index, and otherwise by reading the table, which the evidence says', async () => {
    await db.sql(`create table quick (loaded_at timestamptz); create index on quick (loaded_at desc);
      create table slow (loaded_at timestamptz); insert into quick values ('2026-11-20 06:41:00.5+00'); insert into slow select * from quick`)
    const quick = good(await db.probe('public.quick', BY_COLUMN))
    expect(quick.readings).toEqual([{ clock: 'writtenAt', at: Date.parse('2026-11-20T06:41:00.500Z'), precision: 'instant' }])
    expect(quick.evidence).toMatchObject({ method: 'column', strength: 'strong' })
    const slow = good(await db.probe('public.slow', BY_COLUMN))
    expect(slow.evidence.method).toBe('scan')
    expect(slow.evidence.detail).toContain('no index')
  })

  test('a partial index does not count as one', async () => {
    await db.sql(`create table part_indexed (loaded_at timestamptz, good bool); create index on part_indexed (loaded_at) where good`)
    expect(method(await db.probe('public.part_indexed', BY_COLUMN))).toBe('scan')
  })

  test('an empty table is known to be empty, and is no failure', async () => {
    await db.sql('create table hollow (loaded_at timestamptz)')
    expect(good(await db.probe('public.hollow', BY_COLUMN)).readings).toEqual([{ clock: 'writtenAt', at: null, precision: 'instant' }])
  })

  test('of rows without a value tells no time, and does not make them an empty table', async () => {
    await db.sql('create table nulls (loaded_at timestamptz); insert into nulls values (null)')
    const seen = await db.probe('public.nulls', BY_COLUMN)
    expect(seen).toMatchObject({ ok: false, publicMessage: expect.stringContaining('none with a value') })
  })

  test('a wall clock is read in the zone of the asset, and in UTC with a warning when nobody said', async () => {
    await db.sql(`create table naive (loaded_at timestamp); insert into naive values ('2026-07-01 08:00')`)
    const told = good(await db.probe('public.naive', { ...BY_COLUMN, zone: 'America/New_York' }))
    expect(told.readings[0]?.at).toBe(Date.parse('2026-07-01T12:00:00Z'))
    expect(told.warnings).toEqual([])
    const untold = good(await db.probe('public.naive', BY_COLUMN))
    expect(untold.readings[0]?.at).toBe(Date.parse('2026-07-01T08:00:00Z'))
    expect(untold.warnings.join()).toContain('UTC')
    const byConnection = await db.probe('public.naive', BY_COLUMN, { connection: { zone: 'Europe/Berlin' } })
    expect(at(byConnection)).toBe(Date.parse('2026-07-01T06:00:00Z'))
  })

  test('a date is the last instant of that day in its zone', async () => {
    await db.sql(`create table daily (order_date date); insert into daily values ('2026-11-01')`)
    const seen = good(await db.probe('public.daily', { column: 'order_date', clock: 'dataThroughAt', zone: 'America/New_York' }))
    expect(seen.readings).toEqual([{ clock: 'dataThroughAt', at: Date.parse('2026-11-02T05:00:00Z') - 1, precision: 'day' }])
  })

  test.each([
    ['seconds', '1795000000'],
    ['milliseconds', '1795000000000'],
    ['microseconds', '1795000000000000'],
  ])('whole numbers are recognised as %s by their size', async (unit, value) => {
    await db.sql(`create table epoch_${unit} (loaded_at int8); insert into epoch_${unit} values (${value})`)
    expect(at(await db.probe(`public.epoch_${unit}`, BY_COLUMN, { clock: NOVEMBER }))).toBe(1_795_000_000_000)
  })

  test('a load id of dlt, seconds as text, is a time; a small number is none', async () => {
    await db.sql(`create table dlt (_dlt_load_id text); insert into dlt values ('1795000000.25');
      create table counter (loaded_at int); insert into counter values (7)`)
    expect(at(await db.probe('public.dlt', { column: '_dlt_load_id' }, { clock: NOVEMBER }))).toBe(1_795_000_000_250)
    expect(await db.probe('public.counter', BY_COLUMN)).toMatchObject({ ok: false, publicMessage: expect.stringContaining('holds 7') })
  })

  test('infinity and the year 9999 are in the future, the year 1 and before are no time at all', async () => {
    await db.sql(`create table endless (loaded_at timestamptz); insert into endless values ('infinity'), (now());
      create table beginless (loaded_at timestamptz); insert into beginless values ('0001-01-01 00:00+00'), ('-infinity');
      create table far (loaded_at date); insert into far values ('20266-01-01')`)
    const endless = good(await db.probe('public.endless', BY_COLUMN))
    expect(endless.readings[0]?.at).toBe(NEVER)
    expect(endless.warnings.join()).toContain('infinity')
    expect(at(await db.probe('public.far', BY_COLUMN))).toBe(NEVER)
    const beginless = await db.probe('public.beginless', BY_COLUMN)
    expect(beginless).toMatchObject({ ok: false, publicMessage: expect.stringContaining('no time') })
  })

  test('values ahead of us by whole hours are reported as a wrong zone, again and again as a constant one', async () => {
    const write = (ahead: number) => db.sql(`insert into ahead values (to_timestamp(${(systemClock.now() + ahead) / 1000}))`)
    await db.sql('create table ahead (loaded_at timestamptz)')
    await write(5 * HOUR_MS)
    const first = await db.probe('public.ahead', BY_COLUMN)
    expect(good(first).warnings.join()).toContain('is 5 h ahead')
    await write(5 * HOUR_MS + 1000)
    const second = good(await db.probe('public.ahead', BY_COLUMN, { previous: first }))
    expect(second.warnings.join()).toContain('is always 5 h ahead')
  })

  test('a second column of events feeds its own clock, by evidence of its own', async () => {
    const knownBy = (how: string) => expect.objectContaining({ method: how, strength: 'strong' })
    await db.sql(`create table twofold (loaded_at timestamptz, event_date date);
      create index on twofold (loaded_at); insert into twofold values ('2026-11-20 05:00+00', '2026-11-17'), ('2026-11-19 05:00+00', '2026-11-18')`)
    const seen = good(await db.probe('public.twofold', { ...BY_COLUMN, dataThrough: 'event_date', zone: 'UTC' }))
    expect(seen.readings).toEqual([
      { clock: 'writtenAt', at: Date.parse('2026-11-20T05:00Z'), precision: 'instant', evidence: knownBy('column') },
      { clock: 'dataThroughAt', at: Date.parse('2026-11-19T00:00Z') - 1, precision: 'day', evidence: knownBy('scan') },
    ])
  })

  test('views, materialised views and partitioned tables are read by their column', async () => {
    await db.sql(`create table base (loaded_at timestamptz); insert into base values ('2026-11-20 05:00+00');
      create view seen_view as select * from base; create materialized view seen_mat as select * from base;
      create table parted (loaded_at timestamptz) partition by range (loaded_at);
      create table parted_26 partition of parted for values from ('2026-01-01') to ('2027-01-01'); create index on parted (loaded_at);
      insert into parted select * from base`)
    for (const path of ['public.seen_view', 'public.seen_mat', 'public.parted']) {
      expect(at(await db.probe(path, BY_COLUMN)), path).toBe(Date.parse('2026-11-20T05:00Z'))
    }
    const before = await db.probe('public.parted', BY_COLUMN)
    expect(method(before)).toBe('column')
    await db.sql(`insert into parted values ('2026-11-21 05:00+00')`)
    expect(at(await db.probe('public.parted', BY_COLUMN, { previous: before }))).toBe(Date.parse('2026-11-21T05:00Z'))
  })

  test('names of any kind are found', async () => {
    await db.sql(`create schema "Odd.Schema"; create table "Odd.Schema"."my ""table""" ("Loaded At" timestamptz);
      insert into "Odd.Schema"."my ""table""" values ('2026-11-20 05:00+00')`)
    expect(at(await db.probe('"Odd.Schema"."my ""table"""', { column: 'Loaded At' }))).toBe(Date.parse('2026-11-20T05:00Z'))
  })
})

describe('counters', () => {
  test('that stand still spare the column, and what was known still holds', async () => {
    await db.sql(`create table still (loaded_at timestamptz); insert into still values ('2026-11-20 05:00+00')`)
    const first = await db.probe('public.still', BY_COLUMN)
    const second = await db.probe('public.still', BY_COLUMN, { previous: first })
    expect(method(second)).toBe('counters')
    expect(good(second).readings).toEqual(good(first).readings)
    await db.sql(`insert into still values ('2026-11-20 06:00+00')`)
    const third = good(await db.probe('public.still', BY_COLUMN, { previous: second }))
    expect(third.evidence.method).toBe('scan')
    expect(third.readings[0]?.at).toBe(Date.parse('2026-11-20T06:00Z'))
    expect(third.rows).toBe(1)
  })

  test('do not keep a table from being read in full from time to time', async () => {
    await db.sql(`create table lied (loaded_at timestamptz)`)
    let seen = await db.probe('public.lied', BY_COLUMN, { connection: { fullLookEvery: 3 } })
    const methods: string[] = []
    for (let i = 0; i < 6; i += 1) {
      seen = await db.probe('public.lied', BY_COLUMN, { previous: seen, connection: { fullLookEvery: 3 }, look: i })
      methods.push(method(seen))
    }
    expect(methods.filter((m) => m === 'scan')).toHaveLength(2)
  })

  test('a changed setting makes the table be read again', async () => {
    await db.sql(`create table rezoned (loaded_at timestamp); insert into rezoned values ('2026-11-20 05:00')`)
    const first = await db.probe('public.rezoned', { ...BY_COLUMN, zone: 'UTC' })
    const second = await db.probe('public.rezoned', { ...BY_COLUMN, zone: 'America/New_York' }, { previous: first })
    expect(at(second)).toBe(Date.parse('2026-11-20T10:00Z'))
  })

  test('TRUNCATE, which they do not see, shows in the storage: the table reads as empty', async () => {
    await db.sql(`create table cut (loaded_at timestamptz); insert into cut values (now())`)
    const first = await db.probe('public.cut', BY_COLUMN)
    await db.sql('truncate cut')
    expect(at(await db.probe('public.cut', BY_COLUMN, { previous: first }))).toBeNull()
  })

  test('a table swapped in under the same name is read, although it may count less', async () => {
    await db.sql(
      `create table swapped (loaded_at timestamptz); insert into swapped select '2026-11-20 05:00+00' from generate_series(1, 10)`,
    )
    const first = await db.probe('public.swapped', BY_COLUMN)
    await db.sql(`begin; create table swapped_new (loaded_at timestamptz); insert into swapped_new values ('2026-11-21 05:00+00');
      drop table swapped; alter table swapped_new rename to swapped; commit`)
    expect(at(await db.probe('public.swapped', BY_COLUMN, { previous: first }))).toBe(Date.parse('2026-11-21T05:00Z'))
  })

  test('a restored backup makes the clock go back', async () => {
    await db.sql(
      `create table restored (loaded_at timestamptz); insert into restored values ('2026-11-19 05:00+00'), ('2026-11-20 05:00+00')`,
    )
    const first = await db.probe('public.restored', BY_COLUMN)
    await db.sql(`delete from restored where loaded_at > '2026-11-20'`)
    expect(at(await db.probe('public.restored', BY_COLUMN, { previous: first }))).toBe(Date.parse('2026-11-19T05:00Z'))
  })
})

describe('a table without a time column', () => {
  const NOW = Date.parse('2026-11-20T12:00Z')

  test('tells nothing at the first probe, and weakly that it was written at a later one', async () => {
    const clock = new FakeClock(NOW)
    await db.sql('create table plain (v int); insert into plain values (1)')
    const first = await db.probe('public.plain', {}, { clock })
    expect(good(first).readings).toEqual([])
    clock.set(NOW + 5 * MINUTE_MS)
    const quiet = await db.probe('public.plain', {}, { clock, previous: first })
    expect(good(quiet).readings).toEqual([])
    await db.sql('insert into plain values (2)')
    const written = await db.probe('public.plain', {}, { clock, previous: quiet })
    expect(good(written)).toMatchObject({
      readings: [{ clock: 'writtenAt', at: NOW + 5 * MINUTE_MS, precision: 'instant' }],
      evidence: { method: 'counters', strength: 'weak' },
      rows: 1,
    })
    clock.set(NOW + HOUR_MS)
    expect(at(await db.probe('public.plain', {}, { clock, previous: written }))).toBe(NOW + 5 * MINUTE_MS)
  })

  test('rows rolled back are counted all the same, which is why the evidence is weak', async () => {
    await db.sql('create table rolled (v int)')
    const first = await db.probe('public.rolled')
    await db.sql('begin; insert into rolled values (1); rollback')
    expect(good(await db.probe('public.rolled', {}, { previous: first })).evidence).toMatchObject({
      strength: 'weak',
      detail: expect.stringContaining('rolled back'),
    })
  })

  test('counters set back are not a write', async () => {
    await db.sql('create table zeroed (v int); insert into zeroed select generate_series(1, 10)')
    const first = await db.probe('public.zeroed')
    await db.sql(`select pg_stat_reset_single_table_counters('zeroed'::regclass)`)
    const reset = good(await db.probe('public.zeroed', {}, { previous: first }))
    expect(reset.readings).toEqual([])
    expect(reset.evidence.detail).toContain('set back')
  })

  test('neither a restart nor VACUUM FULL is a write', async () => {
    await db.sql('create table kept_rows (v int); insert into kept_rows values (1)')
    const first = good(await db.probe('public.kept_rows'))
    await db.sql('vacuum full kept_rows')
    expect(good(await db.probe('public.kept_rows', {}, { previous: first })).readings).toEqual([])
    const restarted = { ...first, state: { ...first.state, startedAt: 'before', inserted: 0 } }
    expect(good(await db.probe('public.kept_rows', {}, { previous: restarted })).readings).toEqual([])
  })

  test('a view without a column cannot be seen at all', async () => {
    await db.sql('create view blind_view as select 1 as v')
    expect(await db.probe('public.blind_view')).toMatchObject({ ok: false, publicMessage: expect.stringContaining('column') })
  })
})
