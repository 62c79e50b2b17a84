import { Client, Pool } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { KeptDatabase } from './kept-database.ts'

let database: TestDatabase
let kept: KeptDatabase
let pool: Pool
const pools: Pool[] = []

/** As a context of a test has it. */
function openPool(options?: string): Pool {
  const opened = new Pool({ connectionString: database.url, Client: kept.Client, ...(options !== undefined && { options }) })
  pools.push(opened)
  return opened
}

async function endTest(): Promise<boolean> {
  kept.finish()
  await Promise.all(pools.splice(0).map((one) => one.end()))
  return kept.renew()
}

beforeEach(async () => {
  database = await createTestDatabase({ empty: true })
  const owner = new Client({ connectionString: database.url })
  await owner.connect()
  await owner.query(`
    create table parent (id serial primary key); create table child (id serial primary key, parent int not null references parent);
    create table audit (id int); create function refuse() returns trigger language plpgsql as $$ begin raise 'append only'; end $$;
    create trigger append_only before delete or truncate on audit for each statement execute function refuse()`)
  await owner.end()
  kept = await KeptDatabase.open(database.url)
  pool = openPool()
})
afterEach(async () => {
  await endTest()
  await database.drop()
})

const backend = async (of: Pool) => (await of.query('select pg_backend_pid() as pid')).rows[0].pid

describe('a database that one test after the other is given', () => {
  test('is as good as new: empty, whatever guards its rows, and counting from one, on the same connection', async () => {
    await pool.query('insert into parent default values')
    await pool.query('insert into child (parent) values (1)')
    await pool.query('insert into parent select generate_series(2, 5000)')
    await pool.query('insert into audit values (1)')
    const before = await backend(pool)
    expect(await endTest()).toBe(true)
    const next = openPool()
    for (const table of ['parent', 'child', 'audit']) expect((await next.query(`select from ${table}`)).rowCount, table).toBe(0)
    expect((await next.query('insert into parent default values returning id')).rows).toEqual([{ id: 1 }])
    expect(await backend(next)).toBe(before)
  })

  test('keeps nothing that a session was told for its length', async () => {
    const client = await pool.connect()
    await client.query(
      `set search_path to nowhere; create temp table mine (); listen something; select pg_advisory_lock(${ADVISORY_LOCKS.pageBuild}); set timezone to 'Asia/Tokyo'`,
    )
    await client.query('begin')
    client.release()
    expect(await endTest()).toBe(true)
    const { rows } = await openPool().query(
      `select current_setting('search_path') as path, current_setting('timezone') as zone, to_regclass('pg_temp.mine') as temp,
         (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks, array(select pg_listening_channels()) as listens`,
    )
    expect(rows).toEqual([{ path: '"$user", public', zone: 'UTC', temp: null, locks: 0, listens: [] }])
  })

  test('gives the connections of a reader to nobody but one who sees the same', async () => {
    const sight = '-c search_path=pg_catalog'
    const reader = openPool(sight)
    expect((await reader.query('show search_path')).rows).toEqual([{ search_path: 'pg_catalog' }])
    const before = await backend(reader)
    await reader.query('set search_path to nowhere')
    await pool.query('select 1')
    expect(await endTest()).toBe(true)
    expect((await openPool().query('show search_path')).rows).toEqual([{ search_path: '"$user", public' }])
    expect((await openPool('-c search_path=public').query('show search_path')).rows).toEqual([{ search_path: 'public' }])
    const next = openPool(sight)
    expect([await backend(next), (await next.query('show search_path')).rows]).toEqual([before, [{ search_path: 'pg_catalog' }]])
  })

  test('has statements with values prepared for the next, by whatever they are said', async () => {
    const text = 'select $1::int + 1 as n'
    expect((await pool.query(text, [1])).rows).toEqual([{ n: 2 }])
    expect(await endTest()).toBe(true)
    const next = openPool()
    expect((await next.query({ text, values: [2] })).rows).toEqual([{ n: 3 }])
    const found = await next.query('select count(*)::int as n from pg_prepared_statements where statement = $1', [text])
    expect(found.rows).toEqual([{ n: 1 }])
  })

  test.each([
    ['has another table', 'create table more ()'],
    ['has another column', 'alter table parent add more int'],
    ['has a trigger less', 'drop trigger append_only on audit'],
    ['has another function', 'create or replace function refuse() returns trigger language plpgsql as $$ begin return null; end $$'],
    ['has an index more, for a moment', 'create index more on parent (id); drop index more'],
    ['has statistics', 'insert into parent default values; analyze parent'],
    ['has settings', `do $$ begin execute format('alter database %I set work_mem = ''5MB''', current_database()); end $$`],
  ])('is given to nobody once it %s', async (_, change) => {
    await pool.query(change)
    expect(await endTest()).toBe(false)
  })

  test('is given to nobody while somebody else is there', async () => {
    const other = new Client({ connectionString: database.url })
    await other.connect()
    await pool.query('select 1')
    expect(await endTest()).toBe(false)
    await other.end()
  })

  test('lets nobody in who still has a pool of the test before', async () => {
    await pool.query('select 1')
    const old = pool
    expect(await endTest()).toBe(true)
    await expect(old.query('select 1')).rejects.toThrow('after calling end')
  })
})
