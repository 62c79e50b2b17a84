import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listContracted, loadColumnsOf } from '#lib/db/catalogue/asset-contracts.ts'
import type { Context } from '#lib/db/context.ts'
import { noteLandedShape } from '#lib/db/inbox/landed-shapes.ts'
import { ShapeCounter } from '#lib/domain/contracts/count-shape.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { CUSTOMERS, customersAt, discoversColumns } from '#lib/testing/contracts/contract-world.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { followContracts } from './follow-contracts.ts'

let db: TestDatabase
let clock: FakeClock
let ctx: Context
const START = Date.parse('2026-11-10T12:00:00Z')
const PEOPLE = ' (promised by "CRM data office"; read by "Sales forecast")'

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await customersAt(START))
})
afterEach(() => db.drop())

const breaks = async () => {
  const { rows } = await ctx.pool.query<{ line: string }>(
    `select s.key || ' ' || b.status || ' ' || to_char(from_at at time zone 'UTC', 'HH24:MI') || '–' ||
       coalesce(to_char(to_at at time zone 'UTC', 'HH24:MI'), '') || coalesce(' ' || source || ':' || file, '') || ' ' || words as line
     from contract_break b join subject s on s.id = b.asset_id order by b.asset_id, from_at`,
  )
  return rows.map(({ line }) => line)
}

describe('files that land', () => {
  const shapeOf = (...records: object[]) => {
    const counter = new ShapeCounter()
    for (const record of records) counter.add(record, false)
    return counter.shape()
  }
  const lands = (file: string, ...records: object[]) =>
    noteLandedShape(ctx.pool, clock.now(), 'land-customers', { file, source: 'drop', shape: shapeOf(...records) })
  beforeEach(async () => {
    await ctx.pool.query(`update asset set flow = 'land-customers' where subject_id = (select id from subject where key = $1)`, [
      CUSTOMERS.table,
    ])
  })
  const isOfFiles = () => ctx.pool.query(`update asset_contract set terms = terms || '{"ofFiles": true}'`)
  const good = { id: 1, email: 'a' }

  test('are judged one by one, and a break is seen for a minute although a file that came with it keeps the contract', async () => {
    await isOfFiles()
    await discoversColumns(ctx, CUSTOMERS.table, ['uuid uuid', 'document jsonb'])
    expect(await followContracts(ctx), 'the columns of the table are not what is promised').toBe(0)
    await lands('in/bad.jsonl', { id: 1, mail: 'a' })
    await lands('in/good.jsonl', good)
    expect(await followContracts(ctx)).toBe(1)
    clock.set(START + MINUTE_MS - SECOND_MS)
    expect(await followContracts(ctx)).toBe(0)
    clock.set(START + MINUTE_MS)
    expect(await followContracts(ctx)).toBe(1)
    expect(await breaks()).toEqual([
      `${CUSTOMERS.table} stale 12:00–12:01 drop:in/bad.jsonl the field "email" is gone, perhaps renamed: "mail" came${PEOPLE}`,
    ])
    const { rows } = await ctx.pool.query('select file from landed_shape')
    expect(rows, 'only the last one is kept').toEqual([{ file: 'in/good.jsonl' }])
  })

  test('are judged also when one was noted before another and is seen only after that was judged', async () => {
    await isOfFiles()
    const slow = await ctx.pool.connect()
    try {
      await slow.query('begin')
      await noteLandedShape(slow, clock.now(), 'land-customers', { file: 'in/bad.jsonl', source: 'drop', shape: shapeOf({ mail: 'a' }) })
      await lands('in/good.jsonl', good)
      expect(await followContracts(ctx)).toBe(0)
      await slow.query('commit')
    } finally {
      slow.release()
    }
    expect(await followContracts(ctx)).toBe(1)
    clock.set(START + MINUTE_MS)
    expect(await followContracts(ctx), 'the later one keeps it').toBe(1)
    expect((await breaks()).map((line) => /12:00–12:01 \S+/.exec(line)?.[0])).toEqual(['12:00–12:01 drop:in/bad.jsonl'])
    const { rows } = await ctx.pool.query('select file from landed_shape')
    expect(rows).toEqual([{ file: 'in/good.jsonl' }])
  })

  test('tell of a shape before there is a contract: the last one, as columns', async () => {
    await lands('in/a.jsonl', { x: 1 })
    await lands('in/b.jsonl', good)
    const { rows } = await ctx.pool.query('select file from landed_shape')
    expect(rows).toEqual([{ file: 'in/b.jsonl' }])
    const known = await loadColumnsOf(ctx.pool, CUSTOMERS.table)
    expect(known?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(['id integer', 'email string'])
  })

  test('are what is there for whoever compares a contract with it', async () => {
    await isOfFiles()
    await lands('in/a.jsonl', good)
    await followContracts(ctx)
    const found = (await listContracted(ctx.pool)).find(({ key }) => key === CUSTOMERS.table)
    expect(found?.landed).toMatchObject({ file: 'in/a.jsonl', shape: { records: 1, fields: [{ values: [] }, { values: [] }] } })
  })
})
