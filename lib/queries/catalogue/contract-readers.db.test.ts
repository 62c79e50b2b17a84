import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { aCustomerContract, CUSTOMERS, declareCustomers } from '#lib/testing/contracts/contract-world.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { getAskedAsset } from './asked-asset.ts'
import { getContractReaders } from './contract-readers.ts'

let db: TestDatabase
let ctx: Context

beforeAll(async () => {
  ;({ database: db, ctx } = await createDatabaseAt(Date.parse('2026-11-10T12:00:00Z')))
  await declareCustomers(ctx, [aCustomerContract('1.0.0', ['id bigint'])])
})
afterAll(() => db.drop())

describe('a reader that a contract names', () => {
  it('is known by the name of a group, feed or asset, and by its owner', async () => {
    const [id = 0] = await ctx.pool
      .query<{ id: number }>('select id from subject where key = $1', [CUSTOMERS.consumer])
      .then(({ rows }) => [rows[0]?.id])
    const named = await getContractReaders(ctx, ['Sales forecast', 'LEADS', 'sales team', 'Sales'], [id])
    expect(named).toEqual([
      { name: 'Sales forecast', subject: null, assetIds: [] },
      { name: 'LEADS', subject: { kind: 'feed', key: 'leads' }, assetIds: [id] },
      { name: 'sales team', subject: null, assetIds: [id] },
      { name: 'Sales', subject: { kind: 'group', key: 'sales' }, assetIds: [id] },
    ])
    expect((await getAskedAsset(ctx, CUSTOMERS.table, null))?.readers).toEqual([named[0]])
    expect((await getAskedAsset(ctx, CUSTOMERS.consumer, null))?.readers).toEqual([])
  })
})
