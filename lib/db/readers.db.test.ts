import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { visitor, WORKER } from '#lib/domain/access/actor.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { silentLog } from '#lib/platform/log.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { fillTwoGroups, rowsSeenAfter } from '#lib/testing/database/two-groups.ts'
import { asActor, type Context, closeContext, createContext } from './context.ts'

/** Whatever belongs to the second group bears this mark. */
const MARK = `hidden${randomUUID().slice(0, 8)}`
let database: TestDatabase
let whole: Context
let records: Context

const reader = (audience: string) => asActor(whole, visitor(audience))

beforeAll(async () => {
  database = await createTestDatabase()
  whole = database.context()
  records = reader('records')
  await fillTwoGroups(whole, MARK)
})
afterAll(() => database.drop())

const columns = async (schema: string) => {
  const { rows } = await whole.pool.query<{ table: string; columns: string }>(
    `select table_name as "table", string_agg(column_name || ' ' || data_type, ', ' order by ordinal_position) as columns
     from information_schema.columns where table_schema = $1 group by table_name`,
    [schema],
  )
  return new Map(rows.map((row) => [row.table, row.columns]))
}

test('every table of Tidemark has a view for readers with the same columns, so that no table is read past it', async () => {
  const [tables, views] = await Promise.all([columns('public'), columns('tidemark_audience')])
  tables.delete('_prisma_migrations')
  // What a reader may know of what they do not see.
  for (const view of ['unseen_neighbour', 'unseen_past']) expect(views.delete(view)).toBe(true)
  expect([...views.keys()].sort()).toEqual([...tables.keys()].sort())
  for (const [table, own] of tables) expect(`${table}: ${views.get(table)}`).toBe(`${table}: ${own}`)
})

test('no view for readers is built upon views that are built upon views, which would be planned whole in every statement', async () => {
  const { rows } = await whole.pool.query<{ path: string }>(
    `with recursive named(view, path, depth) as (
       select c.oid, c.relname::text, 1 from pg_class c where c.relnamespace = 'tidemark_audience'::regnamespace and c.relkind = 'v'
       union
       select o.oid, n.path || ' > ' || o.relname, n.depth + 1
       from named n
       join pg_rewrite r on r.ev_class = n.view
       join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> n.view
       join pg_class o on o.oid = d.refobjid and o.relnamespace = 'tidemark_audience'::regnamespace and o.relkind = 'v'
     )
     select path from named where depth > 2`,
  )
  expect(rows).toEqual([])
})

describe('a reader of an audience', () => {
  it('finds in no table a row that bears the mark of another group, and in each the rows of its own', async () => {
    for (const table of (await columns('tidemark_audience')).keys()) {
      const { rows } = await records.pool.query<{ row: string }>(`select t::text as row from ${table} t`)
      expect(rows.filter(({ row }) => row.includes(MARK)).map(({ row }) => `${table}: ${row}`)).toEqual([])
      if (['unseen_neighbour', 'unseen_past'].includes(table)) continue
      const all = await whole.pool.query<{ row: string }>(`select t::text as row from ${table} t`)
      const own = all.rows.filter(({ row }) => /records/.test(row) && !row.includes(MARK))
      if (!['audience_group', 'outbox', 'catalogue_version', 'push_inbox', 'left_out_message'].includes(table))
        expect(`${table} ${rows.length >= own.length}`).toBe(`${table} true`)
    }
  })

  it('sees of the catalogue only the flows it may see, and none of its problems', async () => {
    const { rows } = await records.pool.query('select document, (select problems from catalogue_state) as problems from catalogue_version')
    expect(rows).toEqual([{ document: { flows: { 'records-flow': { extract: 'records' } } }, problems: [] }])
  })

  it('sees nothing at all when nobody has given it a group, as when its audience has gone', async () => {
    const { rows } = await reader('nobody').pool.query(
      'select (select count(*) from subject) + (select count(*) from run) + (select count(*) from connection_state) as found',
    )
    expect(rows).toEqual([{ found: '0' }])
  })

  it.each(['reset all', 'discard all', 'reset search_path', 'reset tidemark.audience'])(
    'sees no more after "%s", also where the address has options of its own',
    async (statement) => {
      const url = new URL(database.url)
      url.searchParams.set('options', '-c statement_timeout=59s')
      const contexts = [database.url, url.href].map((each) =>
        createContext({ url: each, actor: WORKER, clock: systemClock, log: silentLog }),
      )
      const seen = contexts.map(async (own) => {
        const client = await asActor(own, visitor('records')).pool.connect()
        await client.query(statement)
        const { rows } = await client.query(
          `select key, current_setting('statement_timeout') as "timeout" from subject where kind = 'group'`,
        )
        client.release()
        await closeContext(own)
        return rows
      })
      expect(await Promise.all(seen)).toEqual([[{ key: 'records', timeout: '0' }], [{ key: 'records', timeout: '59s' }]])
    },
  )

  it('sees the flows and connections that the functions say, which find none for who has no audience', async () => {
    const seen =
      'select array(select tidemark_audience.seen_flows()) as flows, array(select tidemark_audience.seen_connections()) as connections'
    const rows = 'select array(select name from flow) as flows, array(select key from connection_state order by key) as connections'
    const own = { flows: ['records-flow'], connections: ['lake', 'records-source'] }
    for (const statement of [seen, rows]) {
      const [found] = (await records.pool.query<typeof own>(statement)).rows
      expect({ ...found, connections: found?.connections.sort() }).toEqual(own)
      expect((await reader('nobody').pool.query(statement)).rows).toEqual([{ flows: [], connections: [] }])
    }
  })

  it('sees nothing at all with an audience that was taken away from its connection', async () => {
    const client = await records.pool.connect()
    try {
      await client.query("set tidemark.audience = ''")
      expect((await client.query('select key from subject')).rows).toEqual([])
      expect((await client.query('select name from flow union select key from connection_state')).rows).toEqual([])
    } finally {
      client.release(true)
    }
  })

  it('who asks for the first time when the process has closed its connections opens none', async () => {
    const own = database.context()
    await closeContext(own)
    await expect(asActor(own, visitor('late')).pool.query('select 1')).rejects.toThrow('after calling end')
    await closeContext(own)
  })

  it('is never handed the sight of another, however many ask at once', async () => {
    const seen = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const audience = i % 2 === 0 ? 'records' : MARK
        const { rows } = await reader(audience).pool.query<{ key: string }>("select key from subject where kind = 'group'")
        return rows.map(({ key }) => key).join() === audience
      }),
    )
    expect(seen.every(Boolean)).toBe(true)
  })
})

describe('a flow', () => {
  const seen = async (change: string) => (await rowsSeenAfter(whole, change, 'select name from flow')).length === 1

  it.each([
    ['writes', 'writes a table of another group, too', `update asset set flow = 'records-flow' where subject_id = 14`],
    [
      'reads',
      'reads an asset of another group',
      `update flow set settings = jsonb_set(settings, '{reads}', '["${MARK}-source/all"]') where name = 'records-flow'`,
    ],
    [
      'connects',
      'speaks to a system of another group',
      `update flow set settings = settings || '{"connections": {"from": "${MARK}-source"}}' where name = 'records-flow'`,
    ],
    [
      'wrote what was removed',
      'wrote a table of another group that was removed',
      `update asset set flow = 'records-flow' where subject_id = 14; update subject set removed_at = now() where id = 14`,
    ],
    [
      'wrote once',
      'once wrote a table of another group, which its old runs tell of',
      `insert into subject_version values (14, '2026-01-01', '{"flow": "records-flow"}')`,
    ],
    ['nothing', 'writes nothing that is watched', `update asset set flow = null where subject_id = 4`],
  ])('%s: is not seen when it %s', async (_, __, change) => {
    expect(await seen('select 1')).toBe(true)
    expect(await seen(change)).toBe(false)
  })

  it('is seen when it speaks to a system without assets, of which nobody can say whose it is', async () => {
    expect(await seen(`update flow set settings = settings || '{"connections": {"to": "sftp"}}' where name = 'records-flow'`)).toBe(true)
  })
})

describe('the job of another system', () => {
  const seen = async (change: string) => {
    const [row] = await rowsSeenAfter<{ seen: boolean[] }>(
      whole,
      change,
      `select array[exists (select from external_run), exists (select from asset where job is not null),
         exists (select from subject_version where settings ? 'job')] as seen`,
    )
    return row?.seen
  }

  it('is seen with its runs by who sees what it writes', async () => {
    expect(await seen('select 1')).toEqual([true, true, true])
  })

  it.each([
    ['writes a table of another group, too', `update asset set job = 'lake/records-job' where subject_id = 14`],
    ['once wrote one', `insert into subject_version values (14, '2026-01-01', '{"job": "lake/records-job"}')`],
  ])('is not seen, nor named, when it %s', async (_, change) => {
    expect(await seen(change)).toEqual([false, false, false])
  })

  it('is not seen when it writes nothing that is watched', async () => {
    expect((await seen('update asset set job = null where subject_id = 3'))?.slice(0, 2)).toEqual([false, false])
  })
})

describe('what belongs to a group', () => {
  const groups = async () => {
    const { rows } = await whole.pool.query<{ key: string; group: number }>(
      `select key, group_id as "group" from subject where id between 1 and 4 or id between 11 and 14 order by id`,
    )
    return rows.map((row) => row.group)
  }

  it('goes with it when an asset moves to another feed, or a feed to another group', async () => {
    expect(await groups()).toEqual([1, 1, 1, 1, 11, 11, 11, 11])
    await whole.pool.query('update asset set feed_id = 2 where subject_id = 14')
    expect(await groups()).toEqual([1, 1, 1, 1, 11, 11, 11, 1])
    await whole.pool.query('update feed set group_id = 1 where subject_id = 12')
    expect(await groups()).toEqual([1, 1, 1, 1, 11, 1, 1, 1])
  })
})
