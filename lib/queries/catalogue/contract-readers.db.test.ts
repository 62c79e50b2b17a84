import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { aCustomerContract, CUSTOMERS, declareCustomers } from '#lib/testing/contracts/contract-world.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { getAskedAsset } from './asked-asset.ts'
import { getComingVersions } from './coming-versions.ts'
import { getContractReaders } from './contract-readers.ts'

let db: TestDatabase
let ctx: Context

beforeAll(async () => {
  ;({ database: db, ctx } = await createDatabaseAt(Date.parse('2026-11-10T12:00:00Z')))
  await declareCustomers(ctx, [
    aCustomerContract('1.0.0', ['id bigint']),
    aCustomerContract('2.0.0', ['no bigint'], '2026-12-01T00:00:00Z'),
  ])
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

  it('is nothing that whoever asks may not see, nor is it one of what will change', async () => {
    const [id = 0] = await ctx.pool
      .query<{ id: number }>('select id from subject where key = $1', [CUSTOMERS.consumer])
      .then(({ rows }) => [rows[0]?.id])
    await ctx.whole.query("insert into audience_group select 'crm', id from subject where kind = 'group' and key = 'crm'")
    const narrow = asActor(ctx, visitor('crm'))
    expect(await getContractReaders(narrow, ['Leads', 'Sales', 'Sales team', 'CRM'], [id])).toEqual([
      ...['Leads', 'Sales', 'Sales team'].map((name) => ({ name, subject: null, assetIds: [] })),
      { name: 'CRM', subject: { kind: 'group', key: 'crm' }, assetIds: [] },
    ])
    const readers = async (as: Context) => (await getComingVersions(as)).map((one) => one.readers.map(({ key }) => key))
    expect(await readers(ctx)).toEqual([['leads']])
    expect(await readers(narrow)).toEqual([[]])
  })
})
