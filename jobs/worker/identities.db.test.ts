import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connector } from '#lib/connectors/kit/connector.ts'
import postgres from '#lib/connectors/postgres.ts'
import type { Context } from '#lib/db/context.ts'
import { resolveIdentity } from '#lib/domain/lineage/identity.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { readIdentities } from './identities.ts'

let database: TestDatabase
let ctx: Context
const connectors = new Map<string, Connector>([['postgres', postgres as Connector]])
const CONNECTIONS = {
  prod: { kind: 'postgres', url: '${PROD_URL}' },
  test: { kind: 'postgres', url: '${TEST_URL}', identity: { names: ['trial'] } },
  files: { kind: 'sftp', host: 'h', identity: { namespaces: ['sftp://files'] } },
  page: { kind: 'http', baseUrl: 'https://page.example.edu' },
}
const ASSETS = ['prod/raw.orders', 'test/raw.orders', 'files/raw.csv', 'page/raw.orders', 'prod/raw.gone']

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context()
  await ctx.pool.query(
    `insert into subject (kind, key, name, created_at, removed_at)
     select 'asset', key, key, now(), case when key = 'prod/raw.gone' then now() end from unnest($1::text[]) key`,
    [ASSETS],
  )
})
afterAll(() => database.drop())

async function found(urls: Record<string, string>, ...names: [name: string, namespace?: string][]) {
  const index = await readIdentities(testServices(ctx, { connectors, lookup: (name) => urls[name] }))
  return names.map(([name, namespace]) => resolveIdentity({ name, namespace }, index).key)
}

test('names lead to what is in the catalogue, by what is written for a connection and else by its settings as they are now', async () => {
  const names: [string, string?][] = [
    ['shop.raw.orders'],
    ['trial.raw.orders'],
    ['raw.csv', 'sftp://files'],
    ['shop.raw.gone'],
    ['raw.orders', 'postgres://db:5432'],
  ]
  expect(await found({}, ...names)).toEqual([null, null, null, null, null])
  await ctx.pool.query('insert into catalogue_version (accepted_at, hash, document, schema) values (now(), $1, $2, $3)', [
    'h',
    { connections: CONNECTIONS },
    {},
  ])
  const urls = { PROD_URL: 'postgres://u:p@db/shop', TEST_URL: 'postgres://u:p@test/shop' }
  expect(await found(urls, ...names)).toEqual(['prod/raw.orders', 'test/raw.orders', 'files/raw.csv', null, 'prod/raw.orders'])
  expect(await found({}, ...names)).toEqual([null, 'test/raw.orders', 'files/raw.csv', null, null])
})
