import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Trial } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import postgres from '#lib/connectors/postgres.ts'
import { createWatchedDatabase, type WatchedDatabase } from '#lib/testing/database/watched-database.ts'

let db: WatchedDatabase
beforeAll(async () => {
  db = await createWatchedDatabase()
  await db.sql(`create table orders (loaded_at timestamptz, state text); insert into orders select now() from generate_series(1, 100);
    create table loads (name text, ended timestamptz, day date);
    create sequence counted;
    create function counting() returns timestamptz language sql as 'select to_timestamp(nextval(''counted''))';
    create function slow() returns boolean language sql as 'select pg_sleep(5) is not null'`)
})
afterAll(() => db.drop())

function tried(settings: Record<string, unknown>[], path = 'public.orders', more = {}): Promise<Trial[]> {
  const assets = settings.map((own, i) => ({ key: `db/${i}`, path, settings: own, previous: null }))
  return withSession(postgres, db.connection(more), (session) => Array.fromAsync(session.trySql?.(assets) ?? []))
}

const where = (condition: string) => ({ column: 'loaded_at', where: condition })
const told = (sql: string) => ({ loadedAt: { sql } })

test('what is right is told by nothing, and is not run: nothing is counted, and nobody waits', async () => {
  const since = performance.now()
  const right = [
    where(`state = 'ok' and loaded_at < '9999-01-01'`),
    where('slow()'),
    told(`select max(ended) from loads where name = 'orders' -- of ours;`),
    told('select day from loads'),
    told('select counting() from orders'),
    told('with l as (select ended, pg_sleep(5) from loads) select max(ended) from l'),
    { column: 'loaded_at' },
  ]
  expect(await tried(right)).toEqual([])
  expect(performance.now() - since).toBeLessThan(4000)
  const { rows } = await (await db.session()).query('select is_called from counted')
  expect(rows).toEqual([{ is_called: false }])
})

test.each([
  ['The condition', where('stat = 1'), ['where'], 'names a column that is not there, at "stat"'],
  ['The condition', where(`loaded_at < 'soon'`), ['where'], `holds a value that does not read as a time, at "'soon'"`],
  ['The condition', where('state'), ['where'], 'is no condition'],
  ['The condition', where('state = 1'), ['where'], 'compares or calls what does not fit, at "="'],
  ['The condition', where('state =='), ['where'], 'does not read as SQL'],
  ['The statement of loadedAt', told('select max(endd)\n  from loads'), ['loadedAt', 'sql'], 'names a column that is not there, at "endd"'],
  ['The statement of loadedAt', told('select max(ended) from laods'), ['loadedAt', 'sql'], 'names a table that is not there, at "laods"'],
  ['The statement of loadedAt', told('select max(ended) form loads'), ['loadedAt', 'sql'], 'does not read as SQL'],
  ['The statement of loadedAt', told('select name from loads'), ['loadedAt', 'sql'], 'gives no time or date'],
  ['The statement of loadedAt', told('select ended, name from loads'), ['loadedAt', 'sql'], 'gives 2 columns'],
])('%s that is wrong is told with its place and the word that is: %j', async (subject, settings, at, words) => {
  const [trial, ...others] = await tried([settings, where('true')])
  expect(others).toEqual([])
  expect(trial).toMatchObject({ assetKey: 'db/0', at, isWrong: true, problem: expect.stringContaining(`${subject} ${words}`) })
})

test('a condition on what is not there is left open, and a statement of it is tried all the same', async () => {
  expect(await tried([{ ...where('true'), ...told('select max(ended) from laods') }], 'public.nothing')).toMatchObject([
    { at: ['where'], isWrong: false, remedy: expect.stringContaining('The table is gone') },
    { at: ['loadedAt', 'sql'], isWrong: true },
  ])
})

test('where nobody is reached, nothing is told, but that', async () => {
  await expect(tried([where('true')], 'public.orders', { url: 'postgres://nobody@127.0.0.1:9/none' })).rejects.toMatchObject({
    publicMessage: expect.stringContaining('Nothing answers'),
  })
  expect(await tried([{ column: 'loaded_at' }], 'public.orders', { url: 'postgres://nobody@127.0.0.1:9/none' })).toEqual([])
})
