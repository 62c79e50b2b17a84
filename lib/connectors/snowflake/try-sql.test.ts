import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Trial } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import snowflake from '#lib/connectors/snowflake.ts'
import { type SnowflakeWorld, startSnowflakeWorld } from '#lib/testing/connectors/snowflake-world.ts'

let world: SnowflakeWorld
beforeEach(async () => {
  world = await startSnowflakeWorld()
})
afterEach(() => world.standIn.close())

function tried(settings: Record<string, unknown>[], path = 'raw.orders'): Promise<Trial[]> {
  const assets = settings.map((own, i) => ({ key: `snow/${i}`, path, settings: own, previous: null }))
  return withSession(snowflake, world.connection(), (session) => Array.fromAsync(session.trySql?.(assets) ?? []))
}

const where = (condition: string) => ({ column: 'loaded_at', where: condition })
const told = (sql: string) => ({ loadedAt: { sql } })

it('what is right is told by nothing; it is compiled and not run, without a warehouse', async () => {
  world.standIn.control.hasWarehouse = false
  const right = [where('"ID" > 1'), told('select max(loaded_at) from raw.deals'), { column: 'loaded_at' }]
  expect(await tried(right)).toEqual([])
  expect(world.asked().toSorted()).toEqual([
    'explain using text select * from (\nselect max(loaded_at) from raw.deals\n) limit 2',
    'explain using text select count(*) from "ANALYTICS"."RAW"."ORDERS" where (\n"ID" > 1\n)',
  ])
})

it.each([
  [where('"NOTHING" > 1'), ['where'], 'The condition names a column that is not there'],
  [told('select endd from raw.deals'), ['loadedAt', 'sql'], 'The statement of loadedAt names a column that is not there, at "endd".'],
  [told('select max(ended) from raw.laods'), ['loadedAt', 'sql'], 'The statement of loadedAt names what is not there'],
  [told('select max(loaded_at) form raw.deals'), ['loadedAt', 'sql'], 'The statement of loadedAt does not read as SQL'],
])('what is wrong is told with its place: %j', async (settings, at, words) => {
  expect(await tried([where('"ID" > 1'), settings])).toEqual([
    { assetKey: 'snow/1', at, isWrong: true, problem: expect.stringContaining(words), remedy: expect.any(String) },
  ])
})

it('a condition on what is not there, and what takes too long, are left open', async () => {
  expect(await tried([where('"ID" > 1')], 'raw.nothing')).toMatchObject([{ isWrong: false, remedy: expect.stringContaining('GRANT') }])
  world.standIn.control.isHanging = true
  expect(await tried([told('select max(loaded_at) from raw.deals')])).toMatchObject([
    { isWrong: false, problem: 'The statement of loadedAt could not be tried.', remedy: 'It took too long. Try again.' },
  ])
})

it('where nobody is let in, nothing is told, but that', async () => {
  world.standIn.control.fault('network-policy')
  await expect(tried([where('true')])).rejects.toThrow('network policy')
})
