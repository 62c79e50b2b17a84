import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWatchedDatabase, good, type WatchedDatabase, watchTable } from '#lib/testing/database/watched-database.ts'

let db: WatchedDatabase
let other: Client
beforeAll(async () => {
  db = await createWatchedDatabase()
  other = await db.session()
})
afterAll(() => db.drop())

describe('where the rows cannot be asked', () => {
  test('the counters’ word stands, and the evidence says why', async () => {
    const reader = `some_columns_${process.pid}`
    await db.sql(
      `create role ${reader} login password 'look'; create table narrow (v int, secret int); grant select (v) on narrow to ${reader}`,
    )
    const url = Object.assign(new URL(db.url), { username: reader, password: 'look' }).href
    const first = await db.probe('public.narrow', {}, { connection: { url } })
    await db.sql('insert into narrow values (1)')
    const second = good(await db.probe('public.narrow', {}, { connection: { url }, previous: first }))
    expect(second.readings).toHaveLength(1)
    expect(second.evidence).toMatchObject({ strength: 'weak', detail: expect.stringContaining('their word alone') })
    await db.sql('delete from narrow')
    const third = good(await db.probe('public.narrow', {}, { connection: { url }, previous: second }))
    expect(third.readings).toEqual(second.readings)
    await db.sql(`drop owned by ${reader}; drop role ${reader}`)
  })

  test('a table larger than may be read keeps its counters’ word, but a deletion is none', async () => {
    await db.sql(`create table large (v int, filler text); alter table large alter filler set storage plain;
      insert into large select i, repeat('x', 7000) from generate_series(1, 9000) i`)
    const probe = watchTable(db, 'public.large')
    await probe()
    await db.sql('delete from large where v = 1')
    expect((await probe()).seen).toBe('no time')
    await db.sql('insert into large values (2)')
    expect(await probe()).toMatchObject({ seen: 'arrival', detail: expect.stringContaining('larger than 64 MB') })
  })

  test('a snapshot of another cluster, or from ahead of this one, proves nothing', async () => {
    await db.sql('create table moved_house (v int); insert into moved_house values (1)')
    const first = good(await db.probe('public.moved_house'))
    const seen = first.state?.['rowsSeen']
    await db.sql('begin; insert into moved_house values (2); rollback')
    for (const elsewhere of [{ origin: '1/1' }, { snapshot: '999999999:999999999:', writers: [] }]) {
      const previous = { ...first, state: { ...first.state, rowsSeen: { ...Object(seen), ...elsewhere } } }
      const probe = good(await db.probe('public.moved_house', {}, { previous }))
      expect(probe.readings).toEqual([])
      expect(probe.evidence.detail).toContain('another past')
    }
  })

  test('a table that is locked is not judged by its counters', async () => {
    await db.sql('create table in_work (v int); insert into in_work values (1)')
    const first = await db.probe('public.in_work')
    await db.sql('begin; insert into in_work values (2); rollback')
    await other.query('begin; lock table in_work in access exclusive mode')
    const locked = await db.probe('public.in_work', {}, { previous: first, connection: { statementTimeout: 300 } })
    await other.query('rollback')
    expect(locked).toMatchObject({ ok: false })
  })

  test('a table that is locked and has not moved is seen all the same: nobody can have written what is not counted', async () => {
    await db.sql('create table held (v int); insert into held values (1)')
    const first = await db.probe('public.held')
    await other.query('begin; lock table held in access exclusive mode')
    const locked = await db.probe('public.held', {}, { previous: first, connection: { statementTimeout: 300 } })
    await other.query('rollback')
    expect(good(locked)).toMatchObject({ readings: good(first).readings, evidence: { method: 'counters', strength: 'weak' } })
  })

  test('an account without rights beyond SELECT is told as much', async () => {
    const reader = `plain_reader_${process.pid}`
    await db.sql(`create role ${reader} login password 'look'; create table shared (v int); grant select on shared to ${reader}`)
    const url = Object.assign(new URL(db.url), { username: reader, password: 'look' }).href
    const first = await db.probe('public.shared', {}, { connection: { url } })
    expect(good(first).readings).toMatchObject([{ at: null }])
    await db.sql('begin; insert into shared values (1); rollback')
    const rolledBack = await db.probe('public.shared', {}, { connection: { url }, previous: first })
    expect(good(rolledBack).readings).toMatchObject([{ at: null }])
    await db.sql('insert into shared values (1)')
    expect(good(await db.probe('public.shared', {}, { connection: { url }, previous: rolledBack })).readings[0]?.at).not.toBeNull()
    await db.sql(`drop owned by ${reader}; drop role ${reader}`)
  })
})
