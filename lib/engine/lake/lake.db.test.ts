import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { deferred } from '#lib/testing/clock/fake-clock.ts'
import { createLakeBench } from '#lib/testing/runs/lake-bench.ts'

let bench: Awaited<ReturnType<typeof createLakeBench>>
let admin: Client
const lakeOf: typeof bench.lakeOf = (...given) => bench.lakeOf(...given)

beforeAll(async () => {
  bench = await createLakeBench()
  admin = bench.admin
  await admin.query('create table item (n int primary key, name text)')
})

afterAll(() => bench?.close())

const count = async (where = 'true') => Number((await admin.query(`select count(*) from item where ${where}`)).rows[0].count)

describe('once', () => {
  it('commits the rows and what was committed together', async () => {
    const lake = await lakeOf('once', 1)
    const result = await lake.once('load', 'batch-1', async (sql) => {
      await sql.query("insert into item values (1, 'one')")
      return { inserted: 1 }
    })
    expect(result).toEqual({ inserted: 1 })
    expect(await count('n = 1')).toBe(1)
    const { rows } = await admin.query("select attempt, task, result from tidemark.load_batch where batch_key = 'batch-1'")
    expect(rows).toEqual([{ attempt: 1, task: 'load', result: { inserted: 1 } }])
  })

  it('does not run a batch again that an earlier attempt committed, and gives its result', async () => {
    const first = await lakeOf('again', 10)
    await first.once('load', 'again', async () => ({ inserted: 5 }))
    const second = await lakeOf('again', 11)
    expect(await second.once('load', 'again', () => Promise.reject(new Error('must not run')))).toEqual({ inserted: 5 })
  })

  it('leaves nothing behind when the work throws, and passes the error through', async () => {
    const lake = await lakeOf('throws', 1)
    const failing = lake.once('load', 'bad', async (sql) => {
      await sql.query("insert into item values (20, 'gone')")
      await sql.query("insert into item values (20, 'twice')")
    })
    await expect(failing).rejects.toMatchObject({ code: '23505' })
    expect(await count('n = 20')).toBe(0)
    expect(await lake.once('load', 'bad', async () => 'second time')).toBe('second time')
  })

  it('lets batches of one attempt run side by side', async () => {
    const lake = await lakeOf('parallel', 1)
    const both = [deferred(), deferred()]
    const meet = (me: number) =>
      lake.once('load', `parallel-${me}`, async () => {
        both[me]?.resolve()
        await both[1 - me]?.promise
        return me
      })
    expect(await Promise.all([meet(0), meet(1)])).toEqual([0, 1])
  })

  it('is refused when the lease has run out before the commit', async () => {
    let held = true
    const lake = await lakeOf('lease', 1, {
      assertHeld: () => {
        if (!held) throw new RunStopped('fenced')
      },
    })
    const late = lake.once('load', 'late', async (sql) => {
      await sql.query("insert into item values (30, 'late')")
      held = false
    })
    await expect(late).rejects.toMatchObject({ code: 'fenced' })
    expect(await count('n = 30')).toBe(0)
  })

  it('is rolled back on the server when the run is stopped in the middle of a statement', async () => {
    const control = new AbortController()
    const lake = await lakeOf('stopped', 1, { signal: control.signal })
    const inside = deferred()
    const slow = lake.once('load', 'slow', async (sql) => {
      await sql.query("insert into item values (40, 'slow')")
      inside.resolve()
      await sql.query('select pg_sleep(60)')
    })
    await inside.promise
    control.abort(new RunStopped('cancelled'))
    await expect(slow).rejects.toThrow()
    expect(await count('n = 40')).toBe(0)
  })

  it('begins no work when the run is stopped while the batch waits for the fence', async () => {
    const control = new AbortController()
    const lake = await lakeOf('waits', 1, { signal: control.signal })
    await admin.query("begin; select from tidemark.flow_fence where flow = 'waits' for update")
    const work = vi.fn(async () => 1)
    const refused = expect(lake.once('load', 'waits', work)).rejects.toMatchObject({ code: 'cancelled' })
    await vi.waitFor(async () => {
      const { rows } = await admin.query('select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))')
      expect(rows).toHaveLength(1)
    })
    control.abort(new RunStopped('cancelled'))
    await admin.query('rollback')
    await refused
    expect(work).not.toHaveBeenCalled()
  })
})

describe('the fence', () => {
  it('keeps an older attempt from writing once a newer one is there', async () => {
    const older = await lakeOf('fence', 100)
    await lakeOf('fence', 101)
    const stale = older.once('load', 'stale', async (sql) => {
      await sql.query("insert into item values (50, 'stale')")
    })
    await expect(stale).rejects.toThrow()
    await expect(older.once('load', 'stale', async () => 1)).rejects.toMatchObject({ code: 'fenced' })
    expect(await count('n = 50')).toBe(0)
  })

  it('cannot be taken back by an older attempt', async () => {
    await lakeOf('back', 201)
    await expect(lakeOf('back', 200)).rejects.toMatchObject({ code: 'fenced' })
  })

  it('does not wait for a transaction that an older attempt left open, and that one writes nothing', async () => {
    const older = await lakeOf('frozen', 300)
    const frozen = deferred()
    const inside = deferred()
    const stale = older.once('load', 'frozen', async (sql) => {
      await sql.query("insert into item values (60, 'frozen')")
      inside.resolve()
      await frozen.promise
    })
    await inside.promise
    const newer = await lakeOf('frozen', 301)
    await newer.once('load', 'frozen', async (sql) => {
      await sql.query("insert into item values (60, 'newer')")
    })
    frozen.resolve()
    await expect(stale).rejects.toThrow()
    expect((await admin.query('select name from item where n = 60')).rows).toEqual([{ name: 'newer' }])
  })

  it('of one flow does not touch another flow', async () => {
    const one = await lakeOf('flow-one', 400)
    await lakeOf('flow-two', 401)
    expect(await one.once('load', 'mine', async () => 'written')).toBe('written')
  })

  it('gets past a foreign session that holds its row for a moment', async () => {
    await lakeOf('held', 500)
    const other = new Client({ connectionString: bench.url })
    await other.connect()
    await other.query('begin')
    await other.query("select 1 from tidemark.flow_fence where flow = 'held' for update")
    const newer = lakeOf('held', 501)
    await admin.query('select pg_sleep(1.2)')
    await other.query('rollback')
    await other.end()
    expect(await (await newer).once('load', 'held', async () => 1)).toBe(1)
  })
})

describe('copyIn', () => {
  const rowsFrom = async function* (from: number, to: number) {
    for (let n = from; n <= to; n++) yield [String(n), n % 2 === 0 ? null : `tab\t, line\n, back\\slash ${n}`] as const
  }

  it('writes every row as it was, in the transaction', async () => {
    const lake = await lakeOf('copy', 700)
    const copied = await lake.once('load', 'copy', (sql) => lake.copyIn(sql, 'public.item', ['n', 'name'], rowsFrom(1000, 1999)))
    expect(copied).toBe(1000)
    const { rows } = await admin.query('select name from item where n in (1001, 1002) order by n')
    expect(rows).toEqual([{ name: 'tab\t, line\n, back\\slash 1001' }, { name: null }])
  })

  it('leaves nothing when its source breaks in the middle, and the connection goes on', async () => {
    const lake = await lakeOf('copy-cut', 701, { connections: 1 })
    async function* cut() {
      yield* rowsFrom(3000, 8000)
      throw new Error('connection cut mid-body')
    }
    await expect(lake.once('load', 'cut', (sql) => lake.copyIn(sql, 'item', ['n', 'name'], cut()))).rejects.toThrow('cut mid-body')
    expect(await count('n between 3000 and 8000')).toBe(0)
    expect(await lake.once('load', 'cut', async () => 'whole')).toBe('whole')
  })

  it('refuses a row of another width', async () => {
    const lake = await lakeOf('copy-width', 702)
    await expect(lake.once('load', 'width', (sql) => lake.copyIn(sql, 'item', ['n', 'name'], [['9000']]))).rejects.toThrow('1 values')
    expect(await count('n = 9000')).toBe(0)
  })

  it('takes rows only as fast as the server does', async () => {
    const lake = await lakeOf('copy-slow', 703)
    await admin.query('create table slow (n int)')
    await admin.query('begin')
    await admin.query('lock table slow in access exclusive mode')
    let taken = 0
    async function* endless() {
      while (taken < 5_000_000) yield [String(++taken)]
    }
    const copying = lake.once('load', 'slow', (sql) => lake.copyIn(sql, 'slow', ['n'], endless()))
    const refused = expect(copying).rejects.toThrow()
    await admin.query('select pg_sleep(0.3)')
    expect(taken).toBeLessThan(1_000_000)
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tidemark/copy-slow/703'")
    await admin.query('rollback')
    await refused
  })
})

describe('query', () => {
  it('reads with parameters', async () => {
    const lake = await lakeOf('query', 800)
    expect(await lake.query<{ n: number }>('select $1::int + 1 as n', [41])).toEqual([{ n: 42 }])
  })
})
