import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withSession } from '#lib/connectors/kit/session.ts'
import postgres from '#lib/connectors/postgres.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { createWatchedDatabase, type WatchedDatabase } from '#lib/testing/database/watched-database.ts'
import { postgresExtractRequest } from './extract.ts'

const { extract: extractRows } = askOnce(postgres)

let db: WatchedDatabase
beforeAll(async () => {
  db = await createWatchedDatabase()
  await db.sql(`create schema hr;
    create table hr.staff (id bigint, name text, salary numeric, since date, seen_at timestamptz, local_at timestamp, active boolean, tags text[], more jsonb);
    insert into hr.staff values (9007199254740993, 'Ünal', 1234.50, '2026-11-20', '2026-11-20 04:00+00', '2026-11-20 04:00', true, '{a,b}', '{"n": 1.10}');
    insert into hr.staff (id) values (2);
    create table hr.many as select n, repeat('x', 100) as filler from generate_series(1, 20000) n;
    create table hr.photos (id int, picture bytea);
    create table hr."Odd.Name" (n int); insert into hr."Odd.Name" values (1)`)
})
afterAll(() => db?.drop())

const read = (request: Record<string, unknown>) => Array.fromAsync(extractRows(db.connection(), request))

describe('a table', () => {
  test('is read whole, every value to the last digit', async () => {
    const [first, second] = await read({ path: 'hr.staff' })
    expect(JSON.stringify(first)).toBe(
      '{"id":9007199254740993,"name":"Ünal","salary":1234.50,"since":"2026-11-20","seen_at":"2026-11-20T04:00:00Z","local_at":"2026-11-20T04:00:00","active":true,"tags":["a","b"],"more":{"n":1.1}}',
    )
    expect(second).toMatchObject({ id: 2, name: null, tags: null, more: null })
  })

  test('is found by the name it has, and empty when it is', async () => {
    expect(await read({ path: 'hr."Odd.Name"' })).toEqual([{ n: 1 }])
    expect(await read({ path: 'hr.photos', sql: 'select id from hr.photos' })).toEqual([])
  })

  test('is read as it was when the reading began, whatever happens meanwhile', async () => {
    let rows = 0
    for await (const _row of extractRows(db.connection(), { path: 'hr.many' })) {
      if (rows === 0) await db.sql('delete from hr.many where n > 10')
      rows += 1
    }
    expect(rows).toBe(20_000)
    expect(await read({ sql: 'select count(*) as n from hr.many' })).toEqual([{ n: 10 }])
  })

  test('that is large has its rows in the same order each time, although the server likes to begin where another scan is', async () => {
    await db.sql("create table hr.large as select n, repeat('x', 1000) as filler from generate_series(1, 40000) n")
    const firstOf = async () => {
      for await (const row of extractRows(db.connection(), { path: 'hr.large' })) return row
      return null
    }
    let rows = 0
    for await (const _row of extractRows(db.connection(), { path: 'hr.large' }))
      if (++rows === 20_000) expect(await firstOf()).toMatchObject({ n: 1 })
    expect(rows).toBe(40_000)
  })

  test('is left alone when nobody takes its rows any more', async () => {
    await db.sql("insert into hr.many select n, repeat('y', 1000) from generate_series(100, 20000) n")
    for await (const _row of extractRows(db.connection(), { path: 'hr.many' })) break
    const left = await read({
      sql: "select count(*)::int as n from pg_stat_activity where application_name = 'tidemark db' and query like 'fetch%' and pid <> pg_backend_pid()",
    })
    expect(left).toEqual([{ n: 0 }])
  })
})

describe('a statement', () => {
  test('may be any that reads, with a semicolon and comments', async () => {
    expect(await read({ sql: '-- the oldest first\nwith a as (select 1 as n) select n from a;\n' })).toEqual([{ n: 1 }])
    expect(await read({ sql: 'values (1), (2)' })).toEqual([{ column1: 1 }, { column1: 2 }])
  })

  test.each([
    ['select 1; drop table hr.staff', 'more than one statement'],
    ['select 1; commit; drop table hr.staff', 'more than one statement'],
    ['with gone as (delete from hr.staff returning 1) select * from gone', 'does more than read'],
    ['select * from hr.staff for update', 'would write something'],
    ["select nextval('hr.counter')", 'no table of that name'],
    ['select * from hr.gone', 'There is no table of that name'],
    ['select nothing from hr.staff', 'There is no column of that name'],
    ['select 1 as a, 2 as a', 'two columns "a"'],
    ['select picture from hr.photos', 'The column "picture" holds bytes'],
    ['select 1/0', 'refused the statement'],
  ])('%s is refused in words', async (sql, words) => {
    await expect(read({ sql })).rejects.toMatchObject({ publicMessage: expect.stringContaining(words), retryable: false })
    expect(await read({ sql: 'select count(*)::int as n from hr.staff' })).toEqual([{ n: 2 }])
  })

  test.each(['drop table hr.staff', 'update hr.staff set name = null', 'selective', ''])('"%s" is refused in the catalogue', (sql) => {
    expect(postgresExtractRequest.safeParse({ sql }).success).toBe(false)
  })

  test('is needed where the path names no table', async () => {
    await expect(read({ path: 'a.b.c' })).rejects.toMatchObject({ publicMessage: expect.stringContaining('does not read as schema.table') })
  })

  test('that fails half way fails the whole', async () => {
    const rows: unknown[] = []
    const failing = async () => {
      for await (const row of extractRows(db.connection(), { sql: 'select 10 / (500 - n) as n from generate_series(1, 1000) n' }))
        rows.push(row)
    }
    await expect(failing()).rejects.toMatchObject({ code: 'invalid' })
    expect(rows.length).toBeGreaterThan(0)
  })
})

test('a server that is not there is out of reach, and worth another try', async () => {
  const nowhere = { ...db.connection(), settings: { ...db.connection().settings, url: 'postgres://nobody@127.0.0.1:1/x' } }
  await expect(Array.fromAsync(extractRows(nowhere, { path: 'a' }))).rejects.toMatchObject({ code: 'unavailable', retryable: true })
})

test('a run that is stopped stops the statement', async () => {
  const control = new AbortController()
  const slow = Array.fromAsync(extractRows({ ...db.connection(), signal: control.signal }, { sql: 'select pg_sleep(60)' }))
  const busy = async () =>
    (await read({ sql: "select count(*)::int as n from pg_stat_activity where query like 'fetch%' and wait_event = 'PgSleep'" }))[0]
  while (JSON.stringify(await busy()) !== '{"n":1}');
  control.abort(new Error('stopped'))
  await expect(slow).rejects.toThrow('stopped')
})

test('questions of one session one after the other are asked over one connection, and none is left after it', async () => {
  const connection = db.connection()
  const pids = await withSession(postgres, connection, async (session) => {
    const ask = () => Array.fromAsync(session.extract?.({ sql: 'select pg_backend_pid() as pid' }) ?? [])
    const first = [await ask(), await ask()]
    // A statement that fails, or is left in the middle, leaves nothing behind for the next.
    await expect(Array.fromAsync(session.extract?.({ sql: 'select 1 / 0' }) ?? [])).rejects.toThrow()
    for await (const _row of session.extract?.({ sql: 'select generate_series(1, 100000)' }) ?? []) break
    return [...first, await ask()].flat().map((row) => Number(Object(row).pid))
  })
  expect(pids[1]).toBe(pids[0])
  expect(pids[2]).not.toBe(pids[0])
  const other = await db.session()
  const open = async () => (await other.query(`select pid from pg_stat_activity where pid = any($1)`, [pids])).rowCount
  await expect.poll(open, { timeout: 10_000 }).toBe(0)
})

test('a question that is broken off alone leaves the session to the others', async () => {
  await withSession(postgres, db.connection(), async (session) => {
    const own = new AbortController()
    const slow = Array.fromAsync(session.extract?.({ sql: 'select pg_sleep(60)' }, own.signal) ?? [])
    const other = Array.fromAsync(session.extract?.({ sql: 'select 1 as one' }) ?? [])
    expect(await other).toEqual([{ one: 1 }])
    own.abort()
    await expect(slow).rejects.toThrow()
    expect(await Array.fromAsync(session.extract?.({ sql: 'select 2 as two' }) ?? [])).toEqual([{ two: 2 }])
  })
})
