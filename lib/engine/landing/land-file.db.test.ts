import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidOf } from '#lib/records/landed/row-uuid.ts'
import { jsonLines, type LandingWorld, landingWorld } from '#lib/testing/landing/landing-world.ts'

let world: LandingWorld
beforeAll(async () => {
  world = await landingWorld()
})
afterAll(() => world?.close())
beforeEach(() => world.forget())

describe('a file that is landed', () => {
  it('has a row for each record, which says where it comes from and when', async () => {
    const file = world.store.put(
      'incoming/a b/ü%2F+.jsonl',
      '{"game":"Go","price":19.900}\n\n{"game":"Chess\\t2","id":12345678901234567890}\r\n',
    )
    expect(await world.landed(file)).toMatchObject({
      rows: 2,
      rejected: 0,
      bytes: file.bytes,
      encoding: 'utf-8',
      changedBytes: 0,
      shape: { records: 2 },
    })
    const shared = {
      source: 'shop',
      bucket: 'uploads',
      key: file.key,
      version: file.version,
      upload_date: new Date('2026-11-30T06:00:00Z'),
    }
    expect(await world.prices('uuid, upload_date, source, bucket, key, version, line::int, document::text, loaded_at')).toEqual([
      {
        uuid: uuidOf('uploads', file.key, file.version ?? '', 1),
        line: 1,
        document: '{"game": "Go", "price": 19.900}',
        ...shared,
        loaded_at: new Date(world.clock.now()),
      },
      {
        uuid: uuidOf('uploads', file.key, file.version ?? '', 3),
        line: 3,
        document: '{"id": 12345678901234567890, "game": "Chess\\t2"}',
        ...shared,
        loaded_at: new Date(world.clock.now()),
      },
    ])
  })

  it.each(['flat', 'a/b', 'ü b+c%2F.json', "it's \\t \\N.json", 'x'.repeat(1024)])('may have any key: %s', async (key) => {
    await world.landed(world.store.put(key, jsonLines(1)))
    expect(await world.prices('key')).toEqual([{ key }])
  })

  it('leaves no value of its records beside the mark, which is kept for good', async () => {
    expect(await world.landed(world.store.put('a.jsonl', '{"name":"Ada"}\n'))).toMatchObject({ shape: { fields: [{ values: ['Ada'] }] } })
    const marks = await world.rows('select counts::text from tidemark.landed_file')
    expect(JSON.stringify(marks)).toMatch(/\\"name\\"/)
    expect(JSON.stringify(marks)).not.toContain('Ada')
  })

  it('may be empty: then it has no row, and is landed', async () => {
    const file = world.store.put('empty.jsonl', '')
    expect(await world.landed(file)).toMatchObject({ rows: 0, bytes: 0 })
    expect(await world.landed(file)).toMatchObject({ rows: 0 })
    expect(world.store.opened).toBe(1)
  })

  it('whose version nobody told is landed in the one that is there', async () => {
    const file = world.store.put('a.jsonl', jsonLines(2))
    expect(await world.landed({ ...file, version: null, bytes: null, modifiedAt: null })).toMatchObject({ rows: 2 })
    expect(await world.landed(file)).toMatchObject({ rows: 2 })
    expect(await world.rows('select distinct version, upload_date from games.prices')).toEqual([
      { version: file.version, upload_date: new Date('2026-11-30T06:00:00Z') },
    ])
  })

  it('of which that version is gone is not found, and leaves nothing', async () => {
    const { end } = await world.land({ ...world.store.put('a.jsonl', jsonLines(2)), version: 'gone' })
    expect(end).toMatchObject({ state: 'failed', problem: 'There is no a.jsonl in that version.' })
    expect(await world.countPrices()).toBe(0)
  })

  it('with what PostgreSQL cannot keep has U+FFFD there', async () => {
    await world.landed(world.store.put('a.jsonl', '{"a":"x\\u0000\\ud800"}\n{"a\\\\b":"\\\\N"}\n'))
    expect(await world.prices('document')).toEqual([{ document: { a: 'x\ufffd\ufffd' } }, { document: { 'a\\b': '\\N' } }])
  })
})

describe('records that cannot be used', () => {
  it('are put aside with place and reason, and the others are landed', async () => {
    const file = world.store.put('a.jsonl', Buffer.concat([Buffer.from(jsonLines(198)), Buffer.from('{"a":\n{"b":"\x81"}\n', 'latin1')]))
    const { end, result } = await world.land(file)
    expect(result).toMatchObject({ rows: 198, rejected: 2 })
    expect(end.ledger.rejections.map(({ key, reason }) => [key, reason])).toEqual([
      [`uploads/a.jsonl (${file.version}) line 199`, 'is not JSON'],
      [`uploads/a.jsonl (${file.version}) line 200`, 'holds byte 81, which means nothing in Windows-1252'],
    ])
  })

  it('are too many at more than the flow tolerates: then nothing of the file is landed', async () => {
    const file = world.store.put('a.jsonl', `${jsonLines(197)}{\n{\n{\n`)
    expect((await world.land(file)).end).toMatchObject({
      state: 'failed',
      problem:
        'The file a.jsonl (shop) cannot be used: 3 of its 200 rows cannot be, more than 1 %. Look at the rows put aside, or raise rejectTolerance. Nothing of it was landed.',
    })
    expect(await world.countPrices()).toBe(0)
    expect(await world.landed(file, {}, { tolerance: 0.015 })).toMatchObject({ rows: 197, rejected: 3 })
  })

  it('are not counted beyond what anybody reads', async () => {
    const file = world.store.put('a.jsonl', '{\n'.repeat(10_001))
    expect((await world.land(file, {}, { tolerance: 1 })).end.problem).toContain(
      'more than 10,000 of its rows cannot be; the last one is not JSON',
    )
  })
})

describe('a landing with a copy', () => {
  it('copies the file to one place for each version, however often it is tried, and reads the copy', async () => {
    const file = world.store.put('incoming/a.jsonl', jsonLines(2000))
    world.store.cutAfter = null
    let pieces = 0
    world.store.onPiece = () => {
      pieces += 1
      if (pieces === 3) throw new Error('broken')
    }
    const written = { copy: 'shop/uploads/landed/' }
    expect((await world.land(file, written)).end.state).toBe('failed')
    expect(await world.landed(file, written)).toMatchObject({ rows: 2000 })
    expect(new Set(world.store.copied)).toEqual(new Set([`uploads/landed/shop/uploads/incoming/${file.version}/a.jsonl`]))
    expect(await world.rows('select distinct key, version, upload_date from games.prices')).toEqual([
      { key: 'incoming/a.jsonl', version: file.version, upload_date: new Date('2026-11-30T06:00:00Z') },
    ])
  })

  it('elsewhere than in its own system is refused', async () => {
    const { end } = await world.land(world.store.put('a.jsonl', jsonLines(1)), { copy: 'other/landed' })
    expect(end.problem).toBe('shop cannot copy a file to other. Correct "copy" in the catalogue.')
  })
})

describe('a table of somebody else', () => {
  it.each([
    [
      'create table games.prices (uuid uuid)',
      'games.prices has no column "upload_date"; a landing table has it as timestamp with time zone.',
    ],
    ['create table games.prices (uuid text)', 'games.prices has a column "uuid" of type text; a landing table has it as uuid.'],
    ['create view games.prices as select 1 as uuid', 'games.prices is not a table. Land in another one.'],
  ])('is refused: %s', async (sql, problem) => {
    await world.rows('create schema games')
    await world.rows(sql)
    expect((await world.land(world.store.put('a.jsonl', jsonLines(1)))).end.problem).toContain(problem)
  })

  it('may have more columns, and constraints: what they refuse is said', async () => {
    await world.landed(world.store.put('a.jsonl', jsonLines(1)))
    await world.rows("alter table games.prices add column noted text, add check (document ? 'n')")
    expect(await world.landed(world.store.put('b.jsonl', jsonLines(2)))).toMatchObject({ rows: 2 })
    expect((await world.land(world.store.put('c.jsonl', '{"x":1}\n'))).end.problem).toBe(
      'games.prices has a constraint that the rows do not keep: the lake refused them.',
    )
    expect(await world.countPrices()).toBe(3)
  })
})
