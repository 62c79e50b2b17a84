import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { toInstant } from './instants.ts'

const AT = Date.parse('2026-11-29T06:00:00.123Z')

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ unused: true })
  const { pool } = database.context()
  const { rows } = await pool.query<{ name: string }>('select quote_ident(current_database()) as name')
  await pool.query(`alter database ${rows[0]?.name} set timezone to 'America/New_York'`)
})
afterAll(() => database.drop())

test('an instant is the same through the Prisma client and in SQL, whatever zone the database has', async () => {
  const ctx = database.context()
  const { workerState } = await ctx.prisma()
  await workerState.create({ data: { id: 'w', startedAt: new Date(AT - 1), heartbeatAt: new Date(AT) } })
  const { rows } = await ctx.pool.query<{ startedAt: Date; at: Date }>(
    'select started_at as "startedAt", heartbeat_at as at from worker_state',
  )
  expect(rows.map((row) => [toInstant(row.startedAt), toInstant(row.at)])).toEqual([[AT - 1, AT]])
  await ctx.pool.query('update worker_state set heartbeat_at = $1', [new Date(AT + 5)])
  expect(await workerState.findFirst({ select: { heartbeatAt: true } })).toEqual({ heartbeatAt: new Date(AT + 5) })
})

test('the Prisma client finds its tables where SQL does, in whatever schema', async () => {
  const ctx = database.context()
  const { rows } = await ctx.pool.query<{ name: string }>('select quote_ident(current_database()) as name')
  await ctx.pool.query('create schema own; create table own.setting (like setting including all)')
  await ctx.pool.query(`alter database ${rows[0]?.name} set search_path to own, public`)
  const other = database.context()
  await (await other.prisma()).setting.create({ data: { key: 'here', value: 1 } })
  expect((await ctx.pool.query('select key from own.setting')).rows).toEqual([{ key: 'here' }])
})

test('a Prisma client that could not be made is made when it is asked for again', async () => {
  const ctx = database.context()
  vi.spyOn(ctx.pool, 'query').mockRejectedValueOnce(new Error('gone'))
  await expect(ctx.prisma()).rejects.toThrow('gone')
  expect(await (await ctx.prisma()).setting.findUnique({ where: { key: 'b' } })).toBeNull()
})
