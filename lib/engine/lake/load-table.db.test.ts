import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { deferred } from '#lib/testing/clock/fake-clock.ts'
import { counts, createLoadBench, type LoadBench, PERMITS, permit } from '#lib/testing/runs/load-bench.ts'

let bench: LoadBench
const load: LoadBench['load'] = (...given) => bench.load(...given)
const content: LoadBench['content'] = (...given) => bench.content(...given)
beforeAll(async () => {
  bench = await createLoadBench()
})
afterAll(() => bench?.close())
beforeEach(() => bench.forget())

describe('a table that is not there', () => {
  it('is made with its schema, types, key and what Tidemark keeps itself', async () => {
    const columns = (['text', 'integer', 'number', 'boolean', 'date', 'timestamp', 'json', null] as const).map((type) => ({
      name: `a_${type}`,
      type,
    }))
    const value = {
      a_text: 't',
      a_integer: 7,
      a_number: 1.5,
      a_boolean: true,
      a_date: '2026-11-20',
      a_timestamp: '2026-11-20T04:00:00Z',
      a_json: ['x'],
      a_null: { b: 1 },
    }
    expect(await load([value], { columns, key: ['a_integer'] })).toEqual(counts({ seen: 1, inserted: 1 }))
    const { rows } = await bench.admin.query(
      "select column_name || ' ' || data_type || ' ' || is_nullable as line from information_schema.columns where table_schema = 'parking' order by ordinal_position",
    )
    expect(rows.map((row) => row.line)).toEqual([
      'a_text text YES',
      'a_integer bigint NO',
      'a_number numeric YES',
      'a_boolean boolean YES',
      'a_date date YES',
      'a_timestamp timestamp with time zone YES',
      'a_json jsonb YES',
      'a_null text YES',
      'loaded_at timestamp with time zone NO',
      'run_id uuid NO',
    ])
    const { rows: stored } = await bench.admin.query(
      'select a_text, a_json, a_null, a_number::text, a_date::text, run_id from parking.permits',
    )
    expect(stored).toEqual([
      { a_text: 't', a_json: ['x'], a_null: '{"b":1}', a_number: '1.5', a_date: '2026-11-20', run_id: bench.lastRun() },
    ])
  })

  it('takes the columns that come, as text, whenever they come', async () => {
    const rows = [{ id: 1 }, { id: 2, plate: 'B' }, { plate: 'C', extra: true, id: 3 }]
    expect(await load(rows, { columns: null, mode: 'replace', key: [] })).toMatchObject({ inserted: 3 })
    expect(await content('id, plate, extra')).toEqual(['1  ', '2 B ', '3 C true'])
  })

  it('keeps what is hard to write', async () => {
    const plate = 'tab\tnew\nline\\N "quoted" \r ü 🎓'
    await load([permit(1, plate), permit(2, '\\N'), permit(3, '')])
    expect((await bench.admin.query('select plate from parking.permits order by id')).rows.map((row) => row.plate)).toEqual([
      plate,
      '\\N',
      '',
    ])
  })

  it('is not made for an answer without rows', async () => {
    expect(await load([], { columns: null, mode: 'append', key: [], allowEmpty: true })).toEqual(counts({}))
    expect(await bench.tableExists()).toBe(false)
  })
})

describe('a table that is there', () => {
  it('gets columns that are new', async () => {
    await load([permit(1)])
    await load([{ ...permit(1), zone: 'B' }], { columns: [...(PERMITS.columns ?? []), { name: 'zone', type: 'text' }] })
    expect(await content('id, plate, zone')).toEqual(['1 P1 B'])
  })

  it('refuses a column of another type, in words, and stays as it is', async () => {
    await load([permit(1)])
    const columns = [
      { name: 'id', type: 'integer' as const },
      { name: 'until', type: 'text' as const },
      { name: 'new', type: 'text' as const },
    ]
    await expect(load([{ id: 2, until: 'soon' }], { columns })).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringContaining('The column "until" of parking.permits is date, and what is loaded is text.'),
    })
    expect(await content("to_jsonb(permits) - 'run_id' - 'loaded_at'")).toHaveLength(1)
    expect((await bench.admin.query("select 1 from information_schema.columns where column_name = 'new'")).rowCount).toBe(0)
  })

  it('made by somebody else is used as it is, and gets what is missing', async () => {
    await bench.admin.query(
      "create schema parking; create table parking.permits (id bigint, plate text, until date, note text default 'theirs'); insert into parking.permits values (1, 'P1', '2026-12-31'), (2, 'old', null)",
    )
    expect(await load([permit(1), permit(2), permit(3)])).toEqual(counts({ seen: 3, inserted: 1, changed: 1, unchanged: 1 }))
    expect(await content('id, plate, note, run_id is null')).toEqual(['1 P1 theirs true', '2 P2 theirs false', '3 P3 theirs false'])
  })

  it('is refused in words when its rows share a key, when it is a view, and when it may not be written', async () => {
    await bench.admin.query(
      'create schema parking; create table parking.permits (id bigint, plate text, until date); insert into parking.permits values (1), (1)',
    )
    await expect(load([permit(1)])).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringContaining('would have the same key'),
    })
    await bench.admin.query('drop table parking.permits; create view parking.permits as select 1 as id')
    await expect(load([permit(1)])).rejects.toMatchObject({ publicMessage: expect.stringContaining('is not an ordinary table') })
    await bench.admin.query('drop view parking.permits; create table parking.permits (id bigint check (id < 10), plate text, until date)')
    await expect(load([permit(11)])).rejects.toMatchObject({ publicMessage: expect.stringContaining('has a constraint') })
  })

  it.each([
    [{ table: 'permits' }, 'cannot be used in the lake'],
    [{ table: 'parking.permits; drop table x' }, 'cannot be used in the lake'],
    [{ key: [] }, 'name the key columns'],
    [{ columns: [{ name: 'run_id', type: 'text' as const }] }, 'which Tidemark or PostgreSQL fills itself'],
  ])('is not asked for %j', async (spec, words) => {
    await expect(load([permit(1)], spec)).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it.each(['loaded_at', 'xmin', 'tidemark_place'])('refuses a field "%s", which is not the answer’s to fill', async (name) => {
    await expect(load([{ id: 1, [name]: 'x' }], { columns: null })).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringContaining(`"${name}", which Tidemark or PostgreSQL fills itself`),
    })
  })

  it('refuses more fields than a table can have', async () => {
    const wide = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`c${i}`, 1]))
    await expect(load([wide], { columns: null, mode: 'append', key: [] })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('more than 500 different fields'),
    })
  })
})

describe('while it is read', () => {
  it('rows are asked for only as fast as the lake takes them, and a failing source leaves nothing', async () => {
    let read = 0
    const gate = deferred()
    async function* slowly(): AsyncGenerator<JsonObject> {
      for (; read < 12_000; read += 1) yield permit(read)
      await gate.promise
      throw new Error('the source broke off')
    }
    const lake = await bench.newRun()
    const loading = lake.load(PERMITS, slowly())
    gate.resolve()
    await expect(loading).rejects.toThrow('the source broke off')
    expect(read).toBe(12_000)
    expect(await bench.leftovers()).toBe(0)
    expect(await bench.tableExists()).toBe(false)
  })

  it('no transaction is open between two rows of a slow source', async () => {
    const states: unknown[] = []
    async function* slowly(): AsyncGenerator<JsonObject> {
      for (let id = 0; id < 6000; id += 1) yield permit(id)
      const { rows } = await bench.admin.query(
        "select state, xact_start is null as free from pg_stat_activity where application_name like 'tidemark/parking/%' and query ~ 'copy' ",
      )
      states.push(...rows)
      yield permit(6000)
    }
    const lake = await bench.newRun()
    expect(await lake.load(PERMITS, slowly())).toMatchObject({ inserted: 6001 })
    expect(states).toEqual([{ state: 'idle', free: true }])
  })

  it('stops when the run is stopped', async () => {
    const control = new AbortController()
    const lake = await bench.newRun({ signal: control.signal })
    async function* endless(): AsyncGenerator<JsonObject> {
      for (let id = 0; ; id += 1) {
        if (id === 100) control.abort(new RunStopped('cancelled'))
        yield permit(id)
      }
    }
    await expect(lake.load(PERMITS, endless())).rejects.toThrow()
    expect(await bench.tableExists()).toBe(false)
  })
})
