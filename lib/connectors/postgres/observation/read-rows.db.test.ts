import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countWrites } from '#lib/testing/database/count-writes.ts'
import { createWatchedDatabase, good, type WatchedDatabase, watchTable } from '#lib/testing/database/watched-database.ts'

let db: WatchedDatabase
let other: Client
beforeAll(async () => {
  db = await createWatchedDatabase()
  other = await db.session()
})
afterAll(() => db.drop())

const watch = (path: string) => watchTable(db, path)
const seenBy = async (probe: ReturnType<typeof watch>) => (await probe()).seen

async function elsewhere(text: string): Promise<void> {
  await other.query(text)
}

describe('no arrival', () => {
  test.each([
    ['a rolled back insert', `begin; insert into t values (2); rollback`],
    ['a rolled back savepoint', `begin; savepoint s; insert into t values (2); rollback to s; commit`],
    ['a caught error', `do $$ begin begin insert into t values (2); raise exception 'x'; exception when others then null; end; end $$`],
    ['insert and delete in one transaction', `begin; insert into t values (2); delete from t where v = 2; commit`],
    ['insert and delete between two probes', `begin; insert into t values (2); commit; delete from t where v = 2`],
    ['a deletion of some rows', `delete from t where v = 1`],
    ['a rolled back update', `begin; update t set v = v + 1; rollback`],
    ['VACUUM FREEZE', `vacuum (freeze) t`],
    ['VACUUM FULL', `vacuum full t`],
    ['a rewrite by ALTER TABLE', `alter table t add column w float default random()`],
  ])('is %s', async (_, sql) => {
    await db.sql('drop table if exists t; create table t (v int); insert into t values (0), (1)')
    const probe = watch('public.t')
    expect(await seenBy(probe)).toBe('no time')
    await db.sql(sql)
    expect(await seenBy(probe)).toBe('no time')
    expect(await seenBy(probe)).toBe('no time')
    await db.sql('begin; insert into t values (7); rollback')
    expect(await seenBy(probe)).toBe('no time')
    await db.sql('insert into t values (3)')
    expect(await seenBy(probe)).toBe('arrival')
    await db.sql(sql.replace('add column w', 'add column x'))
    expect(await seenBy(probe)).toBe('as before')
  })

  test('is what counters say that were set back, or a server that was restarted', async () => {
    await db.sql('create table zeroed (v int); insert into zeroed select generate_series(1, 10)')
    const probe = watch('public.zeroed')
    await probe()
    await db.sql(`select pg_stat_reset_single_table_counters('zeroed'::regclass)`)
    expect(await seenBy(probe)).toBe('no time')
  })
})

describe('an arrival', () => {
  test.each([
    ['an insert', 'insert into t values (2)'],
    ['an update', 'update t set v = v'],
    ['a reload of equally many rows', 'begin; delete from t; insert into t values (0), (1); commit'],
    ['a truncating reload', 'begin; truncate t; insert into t values (0), (1); commit'],
    ['a table made anew', 'begin; drop table t; create table t (v int); insert into t values (0); commit'],
    ['a row of a savepoint', 'begin; savepoint s; insert into t values (2); release s; commit'],
    ['an insert among rollbacks', 'begin; insert into t values (5); rollback; insert into t values (2)'],
    ['an insert whose rows are frozen', 'insert into t values (2)', 'vacuum (freeze) t'],
    ['an insert before the counters were set back', `insert into t values (2); select pg_stat_reset_single_table_counters('t'::regclass)`],
  ])('is %s', async (_, ...statements) => {
    await db.sql('drop table if exists t; create table t (v int); insert into t values (0), (1)')
    const probe = watch('public.t')
    await probe()
    for (const sql of statements) await db.sql(sql)
    expect(await seenBy(probe)).toBe('arrival')
    await db.sql('begin; insert into t values (9); rollback')
    expect(await seenBy(probe)).toBe('as before')
  })

  test('is what was under way at the probe before and was committed since, its subtransactions included', async () => {
    await db.sql('create table slow_load (v int); insert into slow_load values (0)')
    const probe = watch('public.slow_load')
    await elsewhere('begin; insert into slow_load values (1); savepoint s; insert into slow_load values (2)')
    await db.sql('insert into slow_load values (3)')
    await probe()
    await db.sql('begin; insert into slow_load values (4); rollback')
    expect(await seenBy(probe)).toBe('no time')
    await elsewhere('delete from slow_load where v = 1; release s; commit')
    await countWrites(other)
    expect(await seenBy(probe)).toBe('arrival')
  })

  test('is a prepared transaction when it is committed, not before', async () => {
    await db.sql('create table prepared_load (v int); insert into prepared_load values (0)')
    const probe = watch('public.prepared_load')
    await elsewhere(`begin; insert into prepared_load values (1); prepare transaction 'load'`)
    await probe()
    expect(await seenBy(probe)).toBe('no time')
    await db.sql(`commit prepared 'load'`)
    expect(await seenBy(probe)).toBe('arrival')
  })

  test('is not lost when its counters come later than its rows', async () => {
    await db.sql('create table lagging (v int); insert into lagging values (0)')
    const probe = watch('public.lagging')
    await probe()
    await elsewhere('insert into lagging values (1)')
    await probe()
    await probe()
    await countWrites(other)
    expect(['arrival', 'as before']).toContain((await probe()).seen)
  })

  test('is a truncating reload whose counters come later than its storage', async () => {
    await db.sql('create table late_counters (v int); insert into late_counters values (0)')
    await countWrites(other)
    const probe = watch('public.late_counters')
    await probe()
    await elsewhere('begin; truncate late_counters; insert into late_counters values (1); commit')
    const early = await probe()
    await countWrites(other)
    expect([early.seen, await seenBy(probe)]).toContain('arrival')
  })
})

describe('a table that takes the place of another', () => {
  test.each([
    ['and the old one stays under another name', 'alter table t rename to t_old; alter table t_next rename to t'],
    ['and the old one is dropped', 'drop table t; alter table t_next rename to t'],
  ])('brings its rows, whenever they were written: %s', async (_, swap) => {
    await db.sql('drop table if exists t, t_old; create table t (v int); insert into t values (0)')
    await db.sql('create table t_next (v int); insert into t_next values (0)')
    const probe = watch('public.t')
    expect(await seenBy(probe)).toBe('no time')
    await db.sql(`begin; ${swap}; commit`)
    expect(await probe()).toMatchObject({ seen: 'arrival', detail: expect.stringContaining('Another table stands under its name') })
    expect(await seenBy(probe)).toBe('as before')
  })

  test('leaves nothing new where it is empty, or was only away for a moment', async () => {
    await db.sql('drop table if exists t; create table t (v int); insert into t values (0); create table t_empty (v int)')
    const probe = watch('public.t')
    await probe()
    await db.sql('alter table t rename to t_away; alter table t_away rename to t')
    expect(await seenBy(probe)).toBe('no time')
    await db.sql('begin; drop table t; alter table t_empty rename to t; commit')
    expect(await seenBy(probe)).toBe('empty')
  })
})

describe('an emptied table', () => {
  test.each([
    ['deletion of everything', 'delete from t'],
    ['truncate', 'truncate t'],
    ['drop and create', 'drop table t; create table t (v int)'],
  ])('is empty after %s, and filled again when rows come', async (_, sql) => {
    await db.sql('drop table if exists t; create table t (v int); insert into t values (0)')
    const probe = watch('public.t')
    await probe()
    await db.sql('insert into t values (1)')
    await probe()
    await db.sql(sql)
    expect(await seenBy(probe)).toBe('empty')
    await db.sql('begin; insert into t values (9); rollback')
    expect(await seenBy(probe)).toBe('empty')
    await db.sql('insert into t values (2)')
    expect(await seenBy(probe)).toBe('arrival')
  })

  test('says so although no time of it was known, and a table that was always empty is not taken for an emptied one', async () => {
    await db.sql('create table soon_gone (v int); insert into soon_gone values (0); create table never_filled (v int)')
    const first = await db.probe('public.soon_gone')
    await db.sql('truncate soon_gone')
    expect(good(await db.probe('public.soon_gone', {}, { previous: first })).readings).toMatchObject([{ at: null, isEmptied: true }])
    expect(good(await db.probe('public.never_filled')).readings).toMatchObject([{ at: null, isEmptied: false }])
  })
})

describe('partitions and children', () => {
  test('count for their parent, and one that is attached brings its rows, whenever they were written', async () => {
    await db.sql(`create table parted (v int) partition by list (v); create table parted_1 partition of parted for values in (1);
      insert into parted values (1); create table staged (v int); insert into staged values (2)`)
    const probe = watch('public.parted')
    await probe()
    await db.sql('begin; insert into parted values (1); rollback')
    expect(await seenBy(probe)).toBe('no time')
    await db.sql('create table parted_3 partition of parted for values in (3)')
    expect(await seenBy(probe)).toBe('no time')
    await db.sql('alter table parted attach partition staged for values in (2)')
    expect(await seenBy(probe)).toBe('arrival')
    await db.sql('insert into parted values (3)')
    expect(await seenBy(probe)).toBe('arrival')
    await db.sql('alter table parted detach partition parted_1')
    expect(await seenBy(probe)).toBe('as before')
    await db.sql('truncate parted')
    expect(await seenBy(probe)).toBe('empty')
  })

  test('of a parent that inherits as of one that is partitioned', async () => {
    await db.sql('create table ancestor (v int); create table child () inherits (ancestor); insert into child values (1)')
    const probe = watch('public.ancestor')
    expect(await seenBy(probe)).toBe('no time')
    await db.sql('insert into child values (2)')
    expect(await seenBy(probe)).toBe('arrival')
    await db.sql('delete from child')
    expect(await seenBy(probe)).toBe('empty')
  })
})

test('a materialised view arrives when it is refreshed', async () => {
  await db.sql('create table base (v int); insert into base values (1); create materialized view made as select * from base')
  const probe = watch('public.made')
  expect(await seenBy(probe)).toBe('no time')
  await db.sql('refresh materialized view made')
  expect(await seenBy(probe)).toBe('arrival')
})
