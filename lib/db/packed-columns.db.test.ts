import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { instantOrNullAt, numberOrNullAt, type PackedColumn, packedRows, packInstants, packNumbers } from './packed-columns.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ empty: true })
})
afterAll(() => database.drop())

it('what was packed is read again, to the millisecond and in the same order', async () => {
  const instants = [Date.parse('2026-11-20T15:00:00.123Z'), null, Date.parse('1969-12-31T23:59:59.999Z'), Date.parse('0001-01-01'), 0]
  const numbers = [1, Number.MAX_SAFE_INTEGER, null, -1, -(2 ** 40)]
  const { rows } = await database
    .context()
    .pool.query<{ at: PackedColumn; n: PackedColumn }>(
      `select ${packInstants('x.at')} as at, ${packNumbers('x.n')} as n from unnest($1::timestamptz[], $2::int8[]) as x(at, n)`,
      [instants.map((at) => (at === null ? null : new Date(at).toISOString())), numbers],
    )
  const [packed] = rows
  if (packed === undefined) throw new Error('nothing came')
  expect(packedRows(packed.at)).toBe(instants.length)
  expect(instants.map((_, row) => instantOrNullAt(packed.at, row))).toEqual(instants)
  expect(numbers.map((_, row) => numberOrNullAt(packed.n, row))).toEqual(numbers)
})
